import type { KnownPartition } from './attempts';
import { compareFiles } from './compare-files';
import type { Dataset } from './dataset';
import type { ExecutionInput } from './execution-input';
import type { LakeFile } from './files';
import { addHours, lastClosedHour, type Hour } from './hour';
import { isTriedAgain, nextTry } from './retry';
import type { DuePartition } from './states';

export interface LoadPlan {
  /** Oldest first. */
  readonly partitions: readonly DuePartition[];
  /** The number of due partitions that this execution does not take. */
  readonly waiting: number;
  /** Partitions of whose files, as they are listed, none was left out. */
  readonly complete: readonly Hour[];
  /** The input of an execution that continues with the waiting partitions; a scheduled execution needs none. */
  readonly next?: { readonly from: Hour; readonly to: Hour; readonly due?: true };
}

/**
 * Hours before the lookback that a scheduled execution still looks at, as far back as plans are kept: those that failed,
 * those with files left out, which may have been fixed, those whose last two merges overlapped, and those that the target
 * held before it was dropped.
 * @param lost hours that the warehouse has lost.
 */
export function overdueHours(
  { from }: { from: Hour },
  known: readonly KnownPartition[],
  lost: readonly Hour[] = [],
): Hour[] {
  const unsettled = known
    .filter(
      ({ failure, isOverlapped, isDropped, holdings }) =>
        failure !== undefined ||
        isOverlapped ||
        isDropped ||
        holdings.some(({ quarantined }) => quarantined > 0),
    )
    .map(({ partition }) => partition);
  return [...new Set([...unsettled, ...lost])].filter((hour) => hour < from).sort();
}

/** The range of hours that an execution looks at, both ends included. `from` is after `to` if no hour is closed yet. */
export function hoursToList(dataset: Dataset, input: ExecutionInput, now: Date): { from: Hour; to: Hour } {
  if (input.kind === 'requested') return { from: input.from, to: input.to };
  const to = lastClosedHour(now, dataset.source.settle_minutes);
  return { from: addHours(to, 1 - dataset.source.lookback_hours), to };
}

/** The hours of which an execution may know: as far back as plans are kept, and those that it looks at. */
export function hoursOfPlans(
  dataset: Dataset,
  { from, to }: { readonly from: Hour; readonly to: Hour },
  now: Date,
): { readonly from: Hour; readonly to: Hour } {
  const last = lastClosedHour(now, dataset.source.settle_minutes);
  const first = addHours(last, -24 * dataset.load.retention_days);
  return { from: first < from ? first : from, to: last > to ? last : to };
}

/** The newest hour that was loaded. If the lookback, which begins with `from`, has none: the hour before it. */
export function newestLoaded(known: readonly KnownPartition[], from: Hour): Hour {
  const hours = known
    .filter(({ isLoaded, partition }) => isLoaded && partition >= from)
    .map(({ partition }) => partition);
  return hours.sort().at(-1) ?? addHours(from, -1);
}

/**
 * Decides what one execution loads.
 * @param hours the hours to look at: `from` to `to`, and the overdue ones. Other hours are ignored.
 * @param files the data files by hour.
 * @param errorFiles the objects with undelivered records, by hour. An hour with only such objects is reported too.
 * @param now decides only whether a failed partition is tried again.
 */
export function planLoad(
  dataset: Dataset,
  input: ExecutionInput,
  { from, to, overdue = [] }: { from: Hour; to: Hour; overdue?: readonly Hour[] },
  files: ReadonlyMap<Hour, readonly LakeFile[]>,
  errorFiles: ReadonlyMap<Hour, readonly LakeFile[]>,
  known: readonly KnownPartition[],
  now: Date,
): LoadPlan {
  const partitions = new Map(known.map((each) => [each.partition, each]));
  const hours = new Set([...files.keys(), ...errorFiles.keys(), ...partitions.keys()]);
  // A single requested hour gets a result even if it has no files. Hours without files in a range get none.
  const isRequested = input.kind === 'requested' && !input.due;
  if (isRequested && from === to) hours.add(from);

  const due: DuePartition[] = [];
  const complete: Hour[] = [];
  for (const partition of [...hours]
    .filter((hour) => (hour >= from && hour <= to) || overdue.includes(hour))
    .sort()) {
    const present = files.get(partition) ?? [];
    const undelivered = errorFiles.get(partition) ?? [];
    const earlier = partitions.get(partition);
    const { last_merge = 0, last_failure = 0, failure, doubtful, holdings = [] } = earlier ?? {};
    const { isHeld, isComplete, listed, reason } = compareFiles(dataset, { present, undelivered }, earlier);
    if (isComplete) complete.push(partition);
    const isDue = isRequested
      ? present.length + undelivered.length > 0 || from === to
      : failure
        ? // The target holds these files, so they are not to blame: an attempt that finds nothing to load ends the failure.
          (isHeld && nextTry(failure) === undefined) ||
          // Whoever asks for hours does not wait for them.
          input.kind === 'requested' ||
          isTriedAgain(failure, listed, now, dataset.load.every_hours)
        : !isHeld;
    if (!isDue) continue;
    // Any of the holdings is true. The last one tells best what was reported before.
    const previous = holdings.at(-1) ?? doubtful;
    due.push({
      partition,
      reason: isRequested ? 'requested' : reason,
      files: present.length,
      ...(previous ? { previous_plan: previous.plan_key } : {}),
      built_on: last_merge,
      failures: last_failure,
      listed,
    });
  }
  const { max_partitions: most } = dataset.load;
  if (input.kind === 'requested') {
    const [firstWaiting] = due.slice(most);
    return {
      partitions: due.slice(0, most),
      complete,
      waiting: Math.max(0, due.length - most),
      ...(firstWaiting
        ? { next: { from: firstWaiting.partition, to, ...(input.due ? { due: true } : {}) } }
        : {}),
    };
  }
  // Partitions that fail again and again must not keep all others waiting.
  const failing = new Set(known.filter(({ failure }) => failure).map(({ partition }) => partition));
  const inTurn = [
    ...due.filter((each) => !failing.has(each.partition)),
    ...due.filter((each) => failing.has(each.partition)),
  ];
  const taken = new Set(inTurn.slice(0, most));
  return { partitions: due.filter((each) => taken.has(each)), complete, waiting: due.length - taken.size };
}
