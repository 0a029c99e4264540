import { withReadableCause, type Diagnosis } from './diagnosis';
import type { Hour } from './hour';
import { CAUSE_LENGTH, notificationOf, type Notification, type ToldFailure } from './notification';
import { oneLine } from './one-line';
import type { Place } from './place';
import { plural } from './plural';
import { shortened } from './shortened';
import {
  foundCounts,
  mergeCounts,
  stagedCounts,
  type FoundCounts,
  type Housekeeping,
  type MergeCounts,
  type PartitionEnd,
  type Reason,
  type StagedCounts,
  type Strays,
} from './states';
import type { TargetScan } from './target-scan';

/** The result of one partition. A count is 0 if the step that counts it did not run. */
export interface PartitionResult extends MergeCounts, StagedCounts, FoundCounts {
  readonly partition: Hour;
  readonly reason: Reason;
  readonly outcome: PartitionEnd['outcome'];
  readonly files: number;
  readonly rows_in_files: number;
  /** The key of the load's plan, which names every file; null if there is no plan. */
  readonly plan_key: string | null;
  /** Wall-clock time from the inspection to the end, with the time in which other partitions had their turn. */
  readonly seconds: number;
  /** The seconds for which its statements ran in the warehouse; null: nobody knows. */
  readonly warehouse_seconds: number | null;
  /** Why the partition failed, or what was left out; null if all is loaded. */
  readonly error: string | null;
  readonly cause: string | null;
  readonly fix: string | null;
  /** The execution input that loads the partition again; null if all is loaded. */
  readonly rerun: object | null;
}

/** The row counts of one load: rows in files = staged = duplicates + superseded + inserted. */
export const ROW_COUNTS = [
  'rows_in_files',
  'staged',
  'duplicates',
  'superseded',
  'deleted',
  'inserted',
] as const satisfies readonly (keyof PartitionResult)[];
export type RowCounts = Pick<PartitionResult, (typeof ROW_COUNTS)[number]>;

/** What an execution used of the warehouse. Null: nobody knows. */
export interface WarehouseShare {
  /** The seconds for which its statements ran, each by itself. */
  readonly warehouse_seconds: number | null;
  /** What the windows cost in which they ran: see warehouse-time.ts. */
  readonly warehouse_dollars: number | null;
}

/** The result of an execution. */
export interface LoadReport extends WarehouseShare {
  readonly dataset: string | null;
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** The number of due partitions that this execution did not take. */
  readonly waiting: number;
  /** The input that loads the waiting partitions; null if the next scheduled execution loads them. */
  readonly next: object | null;
  readonly partitions: readonly PartitionResult[];
  /** Null for a requested execution, and for one that finds nothing to load: they sweep nothing. */
  readonly housekeeping: Housekeeping | null;
  /** What belongs to no hour, so that no load reads it; null if the execution failed before it looked. */
  readonly strays: Strays | null;
  /** The number of partitions that are failing or incomplete after it; null if it does not know of all. */
  readonly failing: number | null;
  /** What a merge reads of the target, in words; null if the execution is not a plan. */
  readonly merge_reads: string | null;
  /** The execution's own error, or the error of the first partition that has one. */
  readonly error: string | null;
  /** What somebody should look at although the execution succeeded, one line each. */
  readonly warnings: readonly string[];
  /** The result in one line. */
  readonly summary: string;
  /** The message to the SNS topic; null if the execution succeeded, also if its failures were told before. */
  readonly notification: Notification | null;
}

/** A partition that is failing or incomplete, as the ledger tells of it. */
export interface LastingFailure {
  readonly partition: Hour;
  readonly error: string;
  readonly cause: string | null;
  readonly fix: string | null;
  /** The execution input that loads it again. */
  readonly rerun: object;
}

/** What is to be told of failures. */
export interface Complaint {
  /** The partitions whose failures are told. A requested execution tells of each. */
  readonly hours: ReadonlySet<Hour>;
  /** What lasts although this execution did not try it. */
  readonly untried: readonly Pick<LastingFailure, 'partition' | 'error'>[];
  /** What of it is told again. */
  readonly lasting: readonly LastingFailure[];
  /** Whether everything that lasts is told again. */
  readonly isReminder: boolean;
}

/**
 * @param rerun the execution input that loads the partition again.
 * @param warehouseSeconds for which its statements ran; null: nobody knows.
 */
export function partitionResult(
  end: PartitionEnd,
  rerun: object,
  warehouseSeconds: number | null,
): PartitionResult {
  const { merged, inspection, counts } = end;
  const made = end.diagnosis ?? inspection?.diagnosis;
  const diagnosis = made && withReadableCause(made);
  return {
    partition: end.partition,
    reason: end.reason,
    outcome: end.outcome,
    files: inspection?.files ?? end.files,
    rows_in_files: inspection?.rows ?? 0,
    // If the merge did not run, the number of staged rows may still be known.
    ...countsOf<MergeCounts>(mergeCounts, merged ?? { staged: counts?.staged }),
    ...countsOf<StagedCounts>(stagedCounts, counts),
    plan_key: inspection?.plan_key ?? null,
    ...countsOf<FoundCounts>(foundCounts, inspection),
    seconds:
      inspection && end.finished ? (Date.parse(end.finished) - Date.parse(inspection.started)) / 1_000 : 0,
    warehouse_seconds: warehouseSeconds,
    error: diagnosis?.error ?? null,
    cause: diagnosis?.cause ?? null,
    fix: diagnosis?.fix ?? null,
    rerun: diagnosis ? rerun : null,
  };
}

/** Whether the partition did not end as loaded or empty, as far as anybody knows. */
export function hasFailed({ outcome }: Pick<PartitionResult, 'outcome'>): boolean {
  return outcome === 'failed' || outcome === 'unknown';
}

/** All counts of a schema. A missing count is 0. */
function countsOf<Counts extends object>(
  schema: { readonly shape: Readonly<Record<keyof Counts, unknown>> },
  counted: Partial<Counts> | undefined,
): Counts {
  const names = Object.keys(schema.shape) as (keyof Counts)[];
  return Object.fromEntries(
    names.map((name) => [name, counted?.[name] === undefined ? 0 : counted[name]]),
  ) as Counts;
}

/** Remarks about a partition for people, one line each. */
export function remarksOf(result: PartitionResult): string[] {
  const { outcome, quarantined, vanished, overwritten, error_objects, error_records } = result;
  return [
    ...(outcome === 'unknown'
      ? ['the merge may have been committed: rows that it changed are not counted']
      : []),
    ...(quarantined > 0 ? [`${plural(quarantined, 'file')} left out: cannot be loaded`] : []),
    ...(overwritten > 0
      ? [
          `${plural(overwritten, 'file')} overwritten since the last load${outcome === 'loaded' && quarantined === 0 ? ', loaded again' : ''}`,
        ]
      : []),
    ...(vanished > 0
      ? [`${plural(vanished, 'file')} deleted since the last load: the rows stay in the target`]
      : []),
    ...(error_objects > 0
      ? [
          `${error_records === null ? 'too many records to count' : plural(error_records, 'record')} ` +
            `never became Parquet: ${plural(error_objects, 'object')} under Firehose’s error prefix`,
        ]
      : []),
  ];
}

/** A group of partitions that was split. */
export interface Split {
  readonly group: string;
  readonly error: string;
  readonly partitions: readonly Hour[];
}

/** The groups that were split, by the ends of their partitions. */
export function splitsOf(ends: readonly PartitionEnd[]): readonly Split[] {
  const splits = new Map<string, Split>();
  for (const { partition, group, group_error: error } of ends) {
    if (group === undefined || error === undefined) continue;
    const partitions = [...(splits.get(group)?.partitions ?? []), partition];
    splits.set(group, { group, error, partitions });
  }
  return [...splits.values()];
}

export function reportLoad(
  load: WarehouseShare & {
    readonly dataset: string | null;
    readonly execution: string;
    readonly input: unknown;
    readonly waiting: number;
    readonly next: object | null;
    readonly housekeeping: Housekeeping | null;
    readonly strays: Strays | null;
    readonly failing: number | null;
    /** Whether somebody asked for certain hours. */
    readonly isRequested: boolean;
    /** The groups that failed together, so that each of their partitions was loaded alone. */
    readonly splits: readonly Split[];
    /** Whether the failure of the execution as a whole was told before. */
    readonly isTold: boolean;
    /** What a merge of the dataset reads, if the execution is a plan. */
    readonly scan: TargetScan | null;
    /** Where it ran; null: nobody knows. */
    readonly place: Place | null;
  },
  partitions: readonly PartitionResult[],
  failure: Diagnosis | null,
  complaint: Complaint,
): LoadReport {
  const { dataset, waiting, next, housekeeping, strays, failing, warehouse_seconds, warehouse_dollars } =
    load;
  const { hours, untried, lasting, isReminder } = complaint;
  // Somebody must also know about a partition that was loaded without some of its files.
  const incomplete = partitions.filter(
    (each) => each.error !== null && (isReminder || hours.has(each.partition)),
  );
  const summary = failure
    ? `stopped by ${failure.error}`
    : [
        summaryOf(partitions, waiting),
        ...failingSummary(failing),
        ...straysSummary(strays),
        ...warehouseSummary(load),
      ].join(', ');
  const warnings = [
    ...unfoundWarnings(partitions, load.isRequested && failure === null),
    ...splitWarnings(load.splits),
    ...lastingWarnings(untried),
    ...(load.scan?.warning ? [`Each merge costs more than it has to: ${load.scan.warning}.`] : []),
  ];
  // Whoever looks at the state's output in the console reads from the top.
  const reported = (
    status: LoadReport['status'],
    error: string | null,
    told: readonly string[],
    notification: Notification | null,
  ): LoadReport => ({
    ...{ dataset, status, summary, error, warnings: told, waiting, next, failing, partitions, strays },
    ...{ housekeeping, warehouse_seconds, warehouse_dollars, merge_reads: load.scan?.reads ?? null },
    notification,
  });
  if (failure && load.isTold) {
    const still = `Still stopped by ${failure.error}, as was told before: ${shortened(failure.cause, CAUSE_LENGTH)}`;
    return reported('SUCCEEDED', null, [still], null);
  }
  if (!failure && incomplete.length === 0 && lasting.length === 0)
    return reported('SUCCEEDED', null, warnings, null);

  // A failed partition matters more than one that was loaded without some of its files.
  const first = failure ?? incomplete.find(hasFailed) ?? incomplete[0] ?? lasting[0];
  const notification = notificationOf(
    {
      ...{ dataset, execution: load.execution, summary },
      what: failure ? failure.error : whatHappened(partitions.length, incomplete, lasting.length),
      failures: failure ? [] : [...incomplete.map(toldResult), ...lasting.map(toldLasting)],
      stop: failure && { diagnosis: failure, input: load.input },
    },
    load.place,
  );
  return reported('FAILED', first?.error ?? null, warnings, notification);
}

/** For the subject of the notification. */
function whatHappened(all: number, incomplete: readonly PartitionResult[], lasting: number): string {
  const failed = incomplete.filter(hasFailed);
  const unknown = failed.filter(({ outcome }) => outcome === 'unknown').length;
  if (failed.length > 0) {
    const have = failed.length === 1 ? 'has' : 'have';
    const what = unknown < failed.length ? 'failed' : `${have} an unknown outcome`;
    return `${failed.length} of ${plural(all, 'partition')} ${what}`;
  }
  if (incomplete.length === 0) return `${plural(lasting, 'partition')} still failing or incomplete`;
  return `${incomplete.length} of ${plural(all, 'partition')} loaded without some files`;
}

const toldResult = (result: PartitionResult): ToldFailure => {
  const { partition, reason, error, cause, fix, rerun, quarantined } = result;
  const leftOut = hasFailed(result) ? null : quarantined;
  return { partition, reason, error: error ?? '', cause, fix, rerun, leftOut };
};

const toldLasting = (failure: LastingFailure): ToldFailure => ({ ...failure, reason: null, leftOut: null });

/** Somebody asked for hours in which nothing is. */
function unfoundWarnings(partitions: readonly PartitionResult[], isRequested: boolean): string[] {
  const hours = partitions.filter(isUnfound).map(({ partition }) => `in hour ${partition}`);
  const places = isRequested && partitions.length === 0 ? ['in the hours that were asked for'] : hours;
  return places.map((where) => `Nothing was found ${where}: no file is under the dataset’s prefix there.`);
}

const isUnfound = ({ outcome, reason, files, quarantined, vanished }: PartitionResult): boolean =>
  outcome === 'empty' && reason === 'requested' && files + quarantined + vanished === 0;

/** It costs time and statements, also if every partition was loaded in the end. */
function splitWarnings(splits: readonly Split[]): string[] {
  return splits.map(
    ({ error, partitions }) =>
      `${partitions.length} partitions from ${partitions[0]} to ${partitions.at(-1)} failed together (${error}), so each was loaded alone.`,
  );
}

/** Partitions that the warnings name. */
const MOST_NAMED = 5;

function lastingWarnings(untried: Complaint['untried']): string[] {
  const named = untried.slice(0, MOST_NAMED);
  const more = untried.length - named.length;
  return [
    ...named.map(({ partition, error }) => `Hour ${partition} still fails or lacks files: ${error}.`),
    ...(more > 0
      ? [`${more} more ${more === 1 ? 'hour still fails or lacks' : 'hours still fail or lack'} files.`]
      : []),
  ];
}

const failingSummary = (failing: number | null): string[] =>
  failing === null || failing === 0 ? [] : [`${failing} failing or incomplete in all`];

function summaryOf(partitions: readonly PartitionResult[], waiting: number): string {
  if (partitions.length === 0) return 'nothing to load';
  const sum = (pick: (each: PartitionResult) => number) =>
    partitions.reduce((total, each) => total + pick(each), 0);
  const planned = partitions.filter((each) => each.outcome === 'planned').length;
  if (planned > 0)
    return `${plural(planned, 'partition')} would be loaded${waiting > 0 ? `, ${waiting} more would wait` : ''}`;
  const loaded = partitions.filter((each) => each.outcome === 'loaded').length;
  const failed = partitions.filter((each) => each.outcome === 'failed').length;
  const unknown = partitions.filter((each) => each.outcome === 'unknown').length;
  const quarantined = sum((each) => (hasFailed(each) ? 0 : each.quarantined));
  const undelivered = sum((each) => each.error_records ?? 0);
  return [
    `${loaded} of ${plural(partitions.length, 'partition')} loaded`,
    `${plural(
      sum((each) => each.inserted),
      'row',
    )} inserted`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(quarantined > 0 ? [`${plural(quarantined, 'file')} left out`] : []),
    ...(undelivered > 0 ? [`${plural(undelivered, 'record')} never became Parquet`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ].join(', ');
}

/** Nothing if the warehouse was not used, or if nobody knows. */
function warehouseSummary({
  warehouse_seconds: seconds,
  warehouse_dollars: dollars,
}: WarehouseShare): string[] {
  if (!seconds) return [];
  const cost = dollars === null ? '' : ` (about $${dollars.toFixed(2)})`;
  return [`${seconds.toFixed(1)} s of the warehouse${cost}`];
}

/** Nothing if there are no strays. */
function straysSummary(strays: Strays | null): string[] {
  if (!strays || strays.count === 0) return [];
  const { count, complete } = strays;
  return [
    `${complete ? '' : 'at least '}${count === 1 ? '1 folder or file belongs' : `${count} folders or files belong`} to no hour`,
  ];
}

/** Names strays for people, one line each: nothing if there are none. */
export function remarksOfStrays(strays: Strays | null): string[] {
  if (!strays) return [];
  const { count, complete, keys } = strays;
  return [
    ...keys.map((key) => `${oneLine(key)} belongs to no hour of the dataset: no load reads it`),
    ...(count > keys.length ? [`… and ${complete ? '' : 'at least '}${count - keys.length} more`] : []),
  ];
}
