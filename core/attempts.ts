import type { Hour } from './hour';

/** How an attempt on a partition ends in the load history. */
export const OUTCOMES = ['loaded', 'empty', 'failed', 'dropped'] as const;

/**
 * What the attempts on a partition mean together. The rules depend on numbers, never on a clock:
 *
 * - Merges are numbered in the order of their commits, under the dataset's lock. The target holds what the merge with the
 *   greatest number left.
 * - A load of the whole partition is right, whatever came before it: its files win among equal versions. A load of only
 *   the late files takes for granted what an earlier merge (`built_on`) left. If another merge was committed between the
 *   two, the whole partition is loaded once more.
 * - An attempt that found nothing to load tells of the merge that it built on (`merge_number`), whenever its row is
 *   written. It holds until the partition's next merge. Several hold side by side.
 * - If the target was dropped, an attempt with the outcome `dropped` and a number of its own says so for each hour that it
 *   held. It counts as a merge that left nothing.
 * - Failures are numbered too, and a load or an attempt without files carries the number of the last one that it knew.
 *   The partition is failing while it has a failure that none of them knew.
 */
export interface Attempt {
  readonly partition: Hour;
  readonly outcome: (typeof OUTCOMES)[number];
  /** One of REASONS in states.ts, or that of another version. */
  readonly reason: string;
  /**
   * Of the partition's files: 64 hexadecimal digits. If it failed, judged as in retry.ts. Null if nobody knows.
   */
  readonly fingerprint: string | null;
  /** Null if it failed. */
  readonly plan_key: string | null;
  /** The number of files that were left out. */
  readonly quarantined: number;
  /** See `merge_number`, `built_on` and `failures` in core/history.ts. */
  readonly merge_number: number;
  readonly built_on: number;
  readonly failures: number;
  /** Why it failed, or why files were left out. */
  readonly error: string | null;
  /** ISO 8601. It decides only when a failed partition is tried again. */
  readonly finished: string;
}

/** The last failure of a partition that is failing. */
export interface Failure {
  readonly error: string | null;
  readonly fingerprint: string | null;
  readonly finished: string;
  /** How often it has failed since it last succeeded. */
  readonly times: number;
}

/** An attempt after which the target holds the files of its fingerprint. */
export interface Holding {
  readonly fingerprint: string;
  readonly plan_key: string;
  readonly quarantined: number;
}

/** What is known of a partition. */
export interface KnownPartition {
  readonly partition: Hour;
  /** The number of its last merge; 0: none. */
  readonly last_merge: number;
  /** The number of its last failure; 0: none. */
  readonly last_failure: number;
  /** Undefined if it is not failing. */
  readonly failure?: Failure;
  readonly isLoaded: boolean;
  /** True if it was loaded, and the target was dropped since. */
  readonly isDropped: boolean;
  /** True if its last two merges overlapped: the last one did not know the one before it. */
  readonly isOverlapped: boolean;
  /** The last merge, if it took for granted what another merge has replaced since. */
  readonly doubtful?: Holding;
  /** What the target holds: each of these is true. Attempts that found nothing to load come last. */
  readonly holdings: readonly Holding[];
}

/** @param attempts of any partitions, in any order. */
export function knownPartitions(attempts: readonly Attempt[]): KnownPartition[] {
  const partitions = new Map<Hour, Attempt[]>();
  for (const attempt of attempts) {
    const { partition } = attempt;
    partitions.set(partition, [...(partitions.get(partition) ?? []), attempt]);
  }
  return [...partitions].map(([partition, each]) => knownPartition(partition, each));
}

function knownPartition(partition: Hour, attempts: readonly Attempt[]): KnownPartition {
  const merges = attempts.filter(({ outcome }) => outcome === 'loaded' || outcome === 'dropped');
  const failed = attempts.filter(({ outcome }) => outcome === 'failed');
  const last_merge = greatest(merges.map((each) => each.merge_number));
  const last_failure = greatest(failed.map((each) => each.failures));
  const known_failure = greatest(
    attempts.filter(({ outcome }) => outcome !== 'failed').map((each) => each.failures),
  );

  // Failures of the same moment may share a number.
  const lastFailed = failed
    .filter((each) => each.failures === last_failure)
    .sort((left, right) => (ageOf(left) < ageOf(right) ? -1 : 1))
    .at(-1);
  const lastChange = merges.find((each) => each.merge_number === last_merge);
  const last = lastChange?.outcome === 'loaded' ? lastChange : undefined;
  const isOverlapped =
    last !== undefined &&
    merges.some((each) => each.merge_number > last.built_on && each.merge_number < last.merge_number);
  const isDoubtful = isOverlapped && last.reason === 'late-files';
  const empty = attempts.filter((each) => each.outcome === 'empty' && each.merge_number === last_merge);
  return {
    partition,
    last_merge,
    last_failure,
    ...(lastFailed && last_failure > known_failure
      ? { failure: failureOf(lastFailed, last_failure - known_failure) }
      : {}),
    isLoaded: last !== undefined,
    isDropped: lastChange?.outcome === 'dropped',
    isOverlapped,
    ...(isDoubtful ? { doubtful: holding(last) } : {}),
    holdings: [...(last && !isDoubtful ? [last] : []), ...empty].map(holding),
  };
}

const greatest = (numbers: readonly number[]): number => Math.max(0, ...numbers);

function holding({ fingerprint, plan_key, quarantined }: Attempt): Holding {
  return { fingerprint: fingerprint ?? '', plan_key: plan_key ?? '', quarantined };
}

const ageOf = ({ finished, error, fingerprint }: Attempt): string =>
  JSON.stringify([finished, error, fingerprint]);

const failureOf = ({ error, fingerprint, finished }: Attempt, times: number): Failure => ({
  ...{ error, fingerprint, finished, times },
});
