import { columnsDigest } from './columns';
import type { Dataset } from './dataset';
import type { ExecutionInput } from './execution-input';
import { EMPTY_FINGERPRINT, fingerprintOf, type LakeFile } from './files';
import { addHours, lastClosedHour, type Hour } from './hour';
import type { DuePartition } from './states';

/** What the load history holds of a partition's last successful load. */
export interface LoadedPartition {
  readonly partition: Hour;
  readonly fingerprint: string;
  readonly plan_key: string;
  /** Files that were left out. */
  readonly quarantined: number;
  /** `empty`: there was nothing to load. */
  readonly outcome: 'loaded' | 'empty';
}

/** What the load history says of the hours that are looked at. */
export interface LoadHistory {
  /** The last successful load of each partition. */
  readonly loaded: readonly LoadedPartition[];
  /** The partitions whose last attempt failed. */
  readonly failed: readonly Hour[];
}

export interface LoadPlan {
  /** Oldest first. */
  readonly partitions: readonly DuePartition[];
  /** How many more there are than one execution takes. */
  readonly waiting: number;
  /** The input that goes on where this execution stops; a scheduled execution needs none. */
  readonly next?: { readonly from: Hour; readonly to: Hour };
}

/**
 * Hours before the lookback that a scheduled execution looks at all the same: those that failed, and those that are not
 * whole, within the retention of the plans.
 */
export function overdueHours({ from }: { from: Hour }, history: LoadHistory): Hour[] {
  const hours = [
    ...history.failed,
    ...history.loaded.filter((each) => each.quarantined > 0).map((each) => each.partition),
  ];
  return [...new Set(hours)].filter((hour) => hour < from).sort();
}

/** The hours that are looked at, both included; `from` is after `to` where none is closed yet. */
export function hoursToList(dataset: Dataset, input: ExecutionInput, now: Date): { from: Hour; to: Hour } {
  if (input.kind === 'requested') return { from: input.from, to: input.to };
  const to = lastClosedHour(now, dataset.source.settle_minutes);
  return { from: addHours(to, 1 - dataset.source.lookback_hours), to };
}

/** The newest hour that was loaded; the one before the lookback, which begins with `from`, where that knows none. */
export function newestLoaded({ loaded }: LoadHistory, from: Hour): Hour {
  const hours = loaded.filter(({ outcome }) => outcome === 'loaded').map(({ partition }) => partition);
  return hours.sort().at(-1) ?? addHours(from, -1);
}

/**
 * Decides what one execution loads.
 * @param hours those that are looked at: `from` to `to`, and those that are overdue; others are left alone.
 * @param files the data files by hour.
 * @param errorFiles what Firehose could not deliver, by hour: an hour of which nothing became Parquet is told of too.
 */
export function planLoad(
  dataset: Dataset,
  input: ExecutionInput,
  { from, to, overdue = [] }: { from: Hour; to: Hour; overdue?: readonly Hour[] },
  files: ReadonlyMap<Hour, readonly LakeFile[]>,
  errorFiles: ReadonlyMap<Hour, readonly LakeFile[]>,
  history: LoadHistory,
): LoadPlan {
  const loaded = new Map(history.loaded.map((each) => [each.partition, each]));
  const hours = new Set([...files.keys(), ...errorFiles.keys(), ...loaded.keys()]);
  // One hour that is asked for by name is answered for even where it has no files; a range is not filled with such.
  if (input.kind === 'requested' && from === to) hours.add(from);

  const columns = columnsDigest(dataset.columns);
  const due: DuePartition[] = [];
  for (const partition of [...hours]
    .filter((hour) => (hour >= from && hour <= to) || overdue.includes(hour))
    .sort()) {
    const present = files.get(partition) ?? [];
    const undelivered = errorFiles.get(partition) ?? [];
    const last = loaded.get(partition);
    const isDue =
      input.kind === 'requested'
        ? present.length + undelivered.length > 0 || from === to
        : (last?.fingerprint ?? EMPTY_FINGERPRINT) !==
          fingerprintOf([...present, ...undelivered], last && last.quarantined > 0 ? columns : '');
    if (!isDue) continue;
    due.push({
      partition,
      reason: input.kind === 'requested' ? 'requested' : last ? 'late-files' : 'new',
      files: present.length,
      ...(last ? { previous_plan: last.plan_key } : {}),
    });
  }
  const { max_partitions: most } = dataset.load;
  if (input.kind === 'requested') {
    const [firstWaiting] = due.slice(most);
    return {
      partitions: due.slice(0, most),
      waiting: Math.max(0, due.length - most),
      ...(firstWaiting ? { next: { from: firstWaiting.partition, to } } : {}),
    };
  }
  // Partitions that failed and will fail again must not take the places of all others.
  const failed = new Set(history.failed);
  const inTurn = [
    ...due.filter((each) => !failed.has(each.partition)),
    ...due.filter((each) => failed.has(each.partition)),
  ];
  const taken = new Set(inTurn.slice(0, most));
  return { partitions: due.filter((each) => taken.has(each)), waiting: due.length - taken.size };
}
