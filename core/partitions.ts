import { columnsDigest } from './columns';
import type { Dataset } from './dataset';
import type { ExecutionInput } from './execution-input';
import { EMPTY_FINGERPRINT, fingerprintOf, type LakeFile } from './files';
import { addHours, lastClosedHour, type Hour } from './hour';
import type { DuePartition } from './states';

/** The last successful load of a partition, from the load history. */
export interface LoadedPartition {
  readonly partition: Hour;
  readonly fingerprint: string;
  readonly plan_key: string;
  /** The number of files that were left out. */
  readonly quarantined: number;
  /** `empty`: there was nothing to load. */
  readonly outcome: 'loaded' | 'empty';
}

/** What the load history knows about the hours that an execution looks at. */
export interface LoadHistory {
  /** The last successful load of each partition. */
  readonly loaded: readonly LoadedPartition[];
  /** The partitions whose last attempt failed. */
  readonly failed: readonly Hour[];
}

export interface LoadPlan {
  /** Oldest first. */
  readonly partitions: readonly DuePartition[];
  /** The number of due partitions that this execution does not take. */
  readonly waiting: number;
  /** The input of an execution that continues with the waiting partitions; a scheduled execution needs none. */
  readonly next?: { readonly from: Hour; readonly to: Hour };
}

/**
 * Hours before the lookback that a scheduled execution still looks at: those that failed and those with files left out,
 * as far back as plans are kept.
 */
export function overdueHours({ from }: { from: Hour }, history: LoadHistory): Hour[] {
  const hours = [
    ...history.failed,
    ...history.loaded.filter((each) => each.quarantined > 0).map((each) => each.partition),
  ];
  return [...new Set(hours)].filter((hour) => hour < from).sort();
}

/** The range of hours that an execution looks at, both ends included. `from` is after `to` if no hour is closed yet. */
export function hoursToList(dataset: Dataset, input: ExecutionInput, now: Date): { from: Hour; to: Hour } {
  if (input.kind === 'requested') return { from: input.from, to: input.to };
  const to = lastClosedHour(now, dataset.source.settle_minutes);
  return { from: addHours(to, 1 - dataset.source.lookback_hours), to };
}

/** The newest hour that was loaded. If the lookback, which begins with `from`, has none: the hour before it. */
export function newestLoaded({ loaded }: LoadHistory, from: Hour): Hour {
  const hours = loaded.filter(({ outcome }) => outcome === 'loaded').map(({ partition }) => partition);
  return hours.sort().at(-1) ?? addHours(from, -1);
}

/**
 * Decides what one execution loads.
 * @param hours the hours to look at: `from` to `to`, and the overdue ones. Other hours are ignored.
 * @param files the data files by hour.
 * @param errorFiles the objects with undelivered records, by hour. An hour with only such objects is reported too.
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
  // A single requested hour gets a result even if it has no files. Hours without files in a range get none.
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
  // Partitions that fail again and again must not keep all others waiting.
  const failed = new Set(history.failed);
  const inTurn = [
    ...due.filter((each) => !failed.has(each.partition)),
    ...due.filter((each) => failed.has(each.partition)),
  ];
  const taken = new Set(inTurn.slice(0, most));
  return { partitions: due.filter((each) => taken.has(each)), waiting: due.length - taken.size };
}
