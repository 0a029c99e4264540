import type { Dataset } from './dataset';
import { loadedRow, parameterOf, rowPieces, type RowPlace } from './history';
import { startedText, startOfHour } from './hour';
import type { PartitionPlan } from './plan';
import { joinSql, parameter, sql, type Pieces, type Sql } from './sql';
import { stagedPieces } from './staging';
import type { ValidatedPartition } from './states';
import { scannedDrift, scannedRange, widestRange } from './target-scan';

/** What the statements of sql/merge-into-target.sql need for the partitions of one merge. */
export interface PlannedMerge {
  readonly pieces: Pieces;
  /** The pieces of each run of the statements that do not run exactly once. */
  readonly repeated: Readonly<Record<string, readonly Pieces[]>>;
  readonly parameters: Readonly<Record<string, string | number>>;
}

type PlanOfMerge = Pick<PartitionPlan, 'partition' | 'parts' | 'fingerprint' | 'diagnosis'>;

/**
 * Plans the merge of partitions that are loaded together.
 * @param plans, reruns the plan of each partition, and the execution input that loads it again.
 */
export function planMerge(
  dataset: Dataset,
  loads: readonly ValidatedPartition[],
  plans: readonly PlanOfMerge[],
  reruns: readonly object[],
): PlannedMerge {
  const rows = plans.map((plan, row): MergeRow => {
    const load = loads.find(({ partition }) => partition === plan.partition);
    if (load === undefined) throw new RangeError(`partition ${plan.partition} is not staged`);
    return { load, plan, rerun: reruns[row] ?? {}, place: { row, of: plans.length } };
  });
  const places = rows.map(({ place }) => place);
  return {
    pieces: { ...stagedPieces(dataset, plans), ...loadedPieces(places) },
    repeated: {
      ...(loads.every(({ counts }) => counts.staged === counts.keys)
        ? { 'pick-winners': [] }
        : { 'take-winners': [] }),
      ...(loads.length > 1 ? {} : { 'find-rivals': [], 'drop-rivals': [] }),
      'record-load': places.map(recordPieces),
    },
    parameters: {
      ...scanned(dataset, loads),
      last_merge: Math.max(...loads.map(({ built_on }) => built_on)),
      ...Object.fromEntries(rows.flatMap((row) => Object.entries(parametersOf(row)))),
    },
  };
}

interface MergeRow {
  readonly load: ValidatedPartition;
  readonly plan: PlanOfMerge;
  readonly rerun: object;
  readonly place: RowPlace;
}

function parametersOf({ load, plan, rerun, place }: MergeRow): PlannedMerge['parameters'] {
  return {
    ...loadedRow(load, plan, rerun, place),
    [parameterOf('partition_time', place)]: startedText(startOfHour(load.partition)),
    [parameterOf('keys', place)]: load.counts.keys,
  };
}

const bound = (name: string, place: RowPlace): Sql => parameter(parameterOf(name, place));
const timeOf = (place: RowPlace): Sql => bound('partition_time', place);

/** The piece of SQL that names the partitions, with what the merge must find of each. */
export function loadedPieces(places: readonly RowPlace[]): Pieces {
  return { loaded_partitions: joinSql(places.map(loadedPartition), ' UNION ALL ') };
}

/** The pieces of SQL that record the load of a partition. */
export function recordPieces(place: RowPlace): Pieces {
  return { ...rowPieces(place), partition_time: timeOf(place) };
}

function loadedPartition(place: RowPlace): Sql {
  return sql`SELECT CAST(${timeOf(place)} AS TIMESTAMP) AS "sluice_partition", CAST(${bound('rows_in_files', place)} AS BIGINT) AS "rows_in_files", CAST(${bound('keys', place)} AS BIGINT) AS "keys"`;
}

/** The range of event times that the merge reads in the target. */
function scanned(
  dataset: Dataset,
  loads: readonly ValidatedPartition[],
): { readonly first_event: string; readonly last_event: string } {
  const ranges = loads.flatMap(({ counts: { first_event: first, last_event: last } }) =>
    first === null || last === null ? [] : [{ first, last }],
  );
  // If no row was staged, any range is right because nothing matches.
  const anyTime = startedText(startOfHour(loads[0]?.partition ?? ''));
  const staged = widestRange(ranges) ?? { first: anyTime, last: anyTime };
  const { first, last } = scannedRange(staged, scannedDrift(dataset) ?? 0);
  return { first_event: first, last_event: last };
}
