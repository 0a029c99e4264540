import type { Dataset } from './dataset';
import { LoadError } from './errors';
import type { Hour } from './hour';
import { rowsOf, type StagedPart } from './plan';
import { FIX_VALUES, keyChecks, requiredOf, stagedCount, valueChecks, type StagedPartition } from './staging';
import type { Row, StagingCounts } from './states';

/**
 * Compares the counts of the staging tables of partitions that are loaded together with their plans and the dataset.
 * @param rows all rows that sql/validate-staging.sql selects. Those of a partition have `sluice_partition`. A count that is
 *   null or missing is 0.
 * @returns the counts in the order of the plans.
 * @throws LoadError RowCountMismatch, StagingMismatch, NullKeys, ValueInvalid
 */
export function judgeStaging(
  dataset: Dataset,
  plans: readonly StagedPartition[],
  rows: readonly Row[],
): Omit<StagingCounts, 'warehouse_seconds'>[] {
  const [counts, found] = countsIn(rows);
  const parts = plans.flatMap((plan) => plan.parts.map((part) => ({ part, partition: plan.partition })));
  const columns = parts.reduce((sum, { part }) => sum + part.columns.length, 0);
  if (Number(counts.columns ?? 0) !== columns) {
    throw new LoadError(
      'StagingMismatch',
      `${partitionsText(plans)}: staging has ${Number(counts.columns ?? 0)} columns, the files have ${columns}.`,
      'Something else changed the staging tables during this load. Load the partition again.',
    );
  }
  parts.forEach(({ part, partition }, index) => judgePart(dataset, partition, part, index + 1, counts));
  return plans.map(({ partition }) => judgePartition(dataset, partition, found.get(partition) ?? {}));
}

/** The counts of all parts, and those of each partition. */
function countsIn(rows: readonly Row[]): [Row, ReadonlyMap<Hour, Row>] {
  const counts: Row = {};
  const found = new Map<Hour, Row>();
  for (const row of rows) {
    const { sluice_partition: time } = row;
    if (typeof time !== 'string') Object.assign(counts, row);
    else found.set(hourOfTime(time), { ...found.get(hourOfTime(time)), ...row });
  }
  return [counts, found];
}

const hourOfTime = (time: string): Hour => time.slice(0, 13).replace(' ', 'T');

function partitionsText(plans: readonly StagedPartition[]): string {
  const [first, last] = [plans[0]?.partition, plans.at(-1)?.partition];
  return plans.length > 1 ? `Partitions ${first} to ${last}` : `Partition ${first}`;
}

function judgePartition(
  dataset: Dataset,
  partition: Hour,
  counts: Row,
): Omit<StagingCounts, 'warehouse_seconds'> {
  const number = (name: string) => Number(counts[name] ?? 0);

  const { event_time: eventTime } = dataset.target;
  if (number('failing_years') > 0) {
    throw new LoadError(
      'ValueInvalid',
      `Partition ${partition}: column ${eventTime}: ${number('failing_years')} of ${number('staged')} values have a year that the derived column year cannot hold (it is SMALLINT). They lie between ${counts.first_event} and ${counts.last_event}.`,
      FIX_VALUES,
    );
  }

  const text = (name: string) => (counts[name] == null ? null : String(counts[name]));
  return {
    partition,
    staged: number('staged'),
    keys: number('keys'),
    other_hours: number('other_hours'),
    first_event: text('first_event'),
    last_event: text('last_event'),
  };
}

function judgePart(dataset: Dataset, partition: string, part: StagedPart, place: number, counts: Row): void {
  const number = (name: string) => Number(counts[name] ?? 0);
  const staged = number(stagedCount(place));
  const files = part.copies.flatMap((copy) => copy.files).length;
  if (staged !== rowsOf(part)) {
    throw new LoadError(
      'RowCountMismatch',
      `Partition ${partition}: the footers of its ${files} files hold ${rowsOf(part)} rows, ${staged} were staged.`,
      'A file was overwritten during the load, or its footer is wrong. Look at the files with sluice inspect, then load the partition again.',
    );
  }
  const nulls = requiredOf(dataset, place).filter(({ count }) => number(count) > 0);
  if (nulls.length > 0) {
    throw new LoadError(
      'NullKeys',
      `Partition ${partition}: required columns are null: ${nulls.map(({ name, count }) => `${name} in ${number(count)} of ${staged} rows`).join(', ')}.`,
      'Fix what writes the files (the transform refuses such events), write them again, then load the partition again.',
    );
  }
  const checks = [...keyChecks(dataset, part, place), ...valueChecks(dataset, part, place)];
  const failing = checks.filter(({ count }) => number(count) > 0);
  if (failing.length > 0) {
    const found = failing.map(
      ({ column, problem, count, example }) =>
        `column ${column}: ${number(count)} of ${staged} values ${problem}, for example ${JSON.stringify(counts[example] ?? '')}`,
    );
    const fixes = [...new Set(failing.map(({ fix }) => fix))];
    throw new LoadError(
      'ValueInvalid',
      [`Partition ${partition}, ${files} files:`, ...found],
      fixes.join(' '),
    );
  }
}
