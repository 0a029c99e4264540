import { hourOf } from '../../core/hour';
import type { RowCounts } from '../../core/report';
import { parquetOf, tripsSelect } from '../../testkit/parquet';

/** The hours lie within a scheduled execution's lookback. */
const hoursAgo = (hours: number) => hourOf(new Date(Date.now() - hours * 3_600_000));

/** The partition that the faults hit. */
export const HOUR = hoursAgo(5);

/** An older partition, which the same execution loads, and no fault hits. */
export interface Older {
  readonly older: string;
  /** The input that loads both partitions, whatever the load history says. */
  readonly both: { readonly from: string; readonly to: string };
}
const olderBy = (hours: number): Older => {
  const older = hoursAgo(hours);
  return { older, both: { from: older, to: HOUR } };
};
/** More than a day older, so that it is loaded alone, before the hour under fault. */
export const APART = olderBy(30);
/** So near that both are loaded together, as a group. */
export const TOGETHER = olderBy(6);
/** The input of a scheduled execution. */
export const SCHEDULED = {};

export interface Row {
  readonly trip_id: string;
  readonly total_amount: number;
  readonly updated_at: string;
}

/** Rows by hour and file. */
export type Lake = Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>>;

const row = (trip_id: string, total_amount: number, time: string): Row => ({
  trip_id,
  total_amount,
  updated_at: `2026-11-20 ${time}:00`,
});

/** The file of the hour that is deleted or overwritten. */
export const CHANGED_FILE = 'b.parquet';
const KEPT = [row('a', 2, '08:10'), row('b', 3, '08:20'), row('c', 5, '08:30'), row('z', 8, '07:05')];

/**
 * Rows that a wrong merge gets wrong: the same row in two files (b), two versions of a key (c), an update of a key of
 * the older partition (a), and a version that arrives after its successor (z).
 */
export function lakeOf({ older }: Older): Lake {
  return {
    [older]: { 'a.parquet': [row('a', 1, '07:10'), row('z', 9, '07:20')] },
    [HOUR]: { 'a.parquet': KEPT, [CHANGED_FILE]: [row('b', 3, '08:20'), row('c', 6, '08:40')] },
  };
}

/** The rows of a file that arrives after everything else. */
export const LATE: readonly Row[] = [row('late', 1, '08:59')];

/** The hour under fault after the file is deleted, or overwritten with other rows and another size. */
const CHANGED_HOURS = {
  deleted: { 'a.parquet': KEPT },
  overwritten: {
    'a.parquet': KEPT,
    [CHANGED_FILE]: [
      ...['d', 'e', 'f', 'g'].map((key) => row(`${key}-a-key-that-makes-the-file-longer`, 7, '08:50')),
      row('b', 4, '08:55'),
    ],
  },
} as const satisfies Record<string, Lake[string]>;

/** The lake after the file is deleted or overwritten. */
export function changedLake(older: Older, how: keyof typeof CHANGED_HOURS): Lake {
  return { ...lakeOf(older), [HOUR]: CHANGED_HOURS[how] };
}

const written = new Map<readonly Row[], Promise<Buffer>>();

/** The rows as a Parquet file. Each file is written only once. */
export function fileOf(rows: readonly Row[]): Promise<Buffer> {
  const file = written.get(rows) ?? parquetOf(tripsSelect(rows));
  written.set(rows, file);
  return file;
}

/** A row of the target: key, amount, version, partition. */
export type Target = ReadonlyMap<string, readonly [amount: number, version: string, partition: string]>;

/**
 * The target after a load of one partition, from the rule in docs/convergence.md and not from the SQL: each key keeps
 * the row with the greatest version and partition.
 */
export function loaded(target: Target, lake: Lake, partition: string): { target: Target; counts: RowCounts } {
  const rows = Object.values(lake[partition] ?? {}).flat();
  const after = new Map(target);
  const newest = new Map<string, Row>();
  for (const each of rows) {
    const other = newest.get(each.trip_id);
    if (!other || other.updated_at < each.updated_at) newest.set(each.trip_id, each);
  }
  let [superseded, deleted, inserted] = [0, 0, 0];
  for (const [key, { total_amount, updated_at }] of newest) {
    const [, version = '', from = ''] = target.get(key) ?? [];
    if (version > updated_at || (version === updated_at && from > partition)) {
      superseded += 1;
      continue;
    }
    if (target.has(key)) deleted += 1;
    inserted += 1;
    after.set(key, [total_amount, updated_at, partition]);
  }
  const staged = rows.length;
  const counts = {
    rows_in_files: staged,
    staged,
    duplicates: staged - newest.size,
    superseded,
    deleted,
    inserted,
  };
  return { target: after, counts };
}
