import { knownPartitions, type KnownPartition } from './attempts';
import { compareFiles, type HourObjects } from './compare-files';
import type { Dataset } from './dataset';
import { addHours, HOUR_MILLISECONDS, lastClosedHour, startOfHour, type Hour } from './hour';
import { attemptsOf, type LedgerHours } from './ledger';
import type { LedgerAttempt } from './ledger-attempt';
import { nextTry } from './retry';
import { nextStart, type Scheduled } from './schedule';
import type { Reason } from './states';

/**
 * What is known of an hour without the warehouse. The lake says which files it has, the ledger what the attempts on it did,
 * and Step Functions which executions run.
 */

/** In the order in which somebody wants to hear of them. */
export const HOUR_STATES = [
  /** Its last attempt failed, and nothing has loaded it since. */
  'failed',
  /** It has files that are not loaded, and the execution that should have loaded them has passed. */
  'overdue',
  /** It is loaded, without the files that were left out. */
  'quarantined',
  /** It was loaded, and has got other files since. The next execution loads them. */
  'late',
  /** It has files, and was never loaded. The next execution loads it. */
  'waiting',
  /** An execution loads it. */
  'loading',
  /** It has ended, and nothing has arrived in it. */
  'missing',
  'loaded',
  /** It has no row: its files have none, or Firehose could deliver none of its records. */
  'empty',
  /** Its end, or the time in which its last files arrive, has not come yet. */
  'open',
  /** The dataset has nothing as old as this. */
  'before',
] as const;
export type HourState = (typeof HOUR_STATES)[number];

/** The states of hours that a person has to look after. */
export const NEEDS_A_PERSON: readonly HourState[] = ['failed', 'overdue'];

/** What is known of an hour. */
export interface HourStatus {
  readonly hour: Hour;
  readonly state: HourState;
  /** Why an execution loads it next; null if nothing is due. */
  readonly reason: Reason | null;
  /** The objects that the lake has now, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** The objects with records that Firehose could not deliver. */
  readonly error_objects: number;
  /** Of its last load: the rows in its files, and those that came into the target. Null: it is not loaded. */
  readonly rows_in_files: number | null;
  readonly inserted: number | null;
  /** When its last load ended, ISO 8601. */
  readonly loaded_at: string | null;
  /** The attempts of which the ledger tells: of each outcome the last ten. */
  readonly attempts: number;
  /** The execution of the last attempt. */
  readonly execution: string | null;
  /** Why it failed, or why files were left out. */
  readonly error: string | null;
  readonly cause: string | null;
  readonly fix: string | null;
  /** When a schedule tries it again though its files stay the same, ISO 8601; null: only after they or the columns change. */
  readonly next_try: string | null;
}

/** The objects of an hour, and when the last of them was written. */
export interface ListedHour extends HourObjects {
  readonly modified: Date;
}

/** What the lake, the ledger and Step Functions say. */
export interface Known {
  readonly objects: ReadonlyMap<Hour, ListedHour>;
  readonly ledger: LedgerHours;
  /** The hours that running executions load. */
  readonly loading: ReadonlySet<Hour>;
  /** The oldest hour of the dataset; undefined: it has none. */
  readonly first: Hour | undefined;
}

/** An execution that has started takes some time until it has loaded an hour. */
const GRACE_HOURS = 1;

/** @param all all datasets of the stage, which share the minute of their schedules. */
export function hourStates(
  dataset: Dataset,
  all: readonly Scheduled[],
  hours: readonly Hour[],
  known: Known,
  now: Date,
): readonly HourStatus[] {
  const partitions = new Map(knownPartitions(attemptsOf(known.ledger)).map((each) => [each.partition, each]));
  return hours.map((hour) => hourStatus(dataset, all, hour, known, partitions.get(hour), now));
}

const NO_OBJECTS: HourObjects = { present: [], undelivered: [] };

function hourStatus(
  dataset: Dataset,
  all: readonly Scheduled[],
  hour: Hour,
  { objects, ledger, loading, first }: Known,
  partition: KnownPartition | undefined,
  now: Date,
): HourStatus {
  const listed = objects.get(hour);
  const { present, undelivered } = listed ?? NO_OBJECTS;
  const closed = lastClosedHour(now, dataset.source.settle_minutes);
  const lookback = addHours(closed, 1 - dataset.source.lookback_hours);
  const attempts = ledger.get(hour) ?? [];
  const isTried = partition !== undefined && (partition.last_merge > 0 || partition.holdings.length > 0);
  const compared = compareFiles(dataset, { present, undelivered }, partition);
  // Lakes delete old files. Nobody looks at such an hour again.
  const isExpired = isTried && !partition.isDropped && listed === undefined && hour < lookback;
  const isDue = !compared.isHeld && !isExpired;

  const state = ((): HourState => {
    if (loading.has(hour)) return 'loading';
    if (partition?.failure) return 'failed';
    if (isDue && hour <= closed) {
      const isKept = partition !== undefined && (partition.isOverlapped || partition.isDropped);
      const isLookedAt = hour >= lookback || isKept;
      if (!isLookedAt || isPast(startFor(dataset, all, hour, listed, attempts), now)) return 'overdue';
      return isTried ? 'late' : 'waiting';
    }
    if ((partition?.holdings.at(-1)?.quarantined ?? 0) > 0) return 'quarantined';
    if (isTried && !isDue) return partition.isLoaded ? 'loaded' : 'empty';
    if (hour > closed) return 'open';
    return first === undefined || hour < first ? 'before' : 'missing';
  })();

  const load = attempts.findLast(({ outcome }) => outcome === 'loaded');
  const shown =
    state === 'failed'
      ? attempts.findLast(({ outcome }) => outcome === 'failed')
      : state === 'quarantined'
        ? attempts.findLast(({ quarantined }) => quarantined > 0)
        : undefined;
  const again = partition?.failure && nextTry(partition.failure);
  return {
    hour,
    state,
    reason: isDue || partition?.failure ? compared.reason : null,
    files: present.length,
    bytes: present.reduce((sum, { size }) => sum + size, 0),
    error_objects: undelivered.length,
    rows_in_files: load?.rows_in_files ?? null,
    inserted: load?.inserted ?? null,
    loaded_at: load?.finished ?? null,
    attempts: attempts.length,
    execution: attempts.at(-1)?.execution ?? null,
    error: shown ? (shown.error ?? 'UnknownError') : null,
    cause: shown?.cause ?? null,
    fix: shown?.fix ?? null,
    next_try: again?.toISOString() ?? null,
  };
}

/** The start of the execution that loads what an hour has now. */
function startFor(
  dataset: Dataset,
  all: readonly Scheduled[],
  hour: Hour,
  listed: ListedHour | undefined,
  attempts: readonly LedgerAttempt[],
): Date {
  const closes = startOfHour(hour).getTime() + HOUR_MILLISECONDS + dataset.source.settle_minutes * 60_000;
  // Files that were deleted have no time. The hour was as it is after its last attempt, at the earliest.
  const changed = listed?.modified.getTime() ?? Date.parse(attempts.at(-1)?.finished ?? '') ?? 0;
  return nextStart(dataset, all, new Date(Math.max(closes, Number.isNaN(changed) ? 0 : changed)));
}

const isPast = (start: Date, now: Date): boolean =>
  now.getTime() >= start.getTime() + GRACE_HOURS * HOUR_MILLISECONDS;

/** What the states of hours mean together. */
export interface Verdict {
  /** The newest hour that is in: loaded, or known to be empty. */
  readonly newest: Hour | null;
  /** The closed hours after it. Null: no hour is in. */
  readonly behind: number | null;
  readonly counts: Readonly<Record<HourState, number>>;
  /** False if an hour has failed or is overdue. */
  readonly is_well: boolean;
}

/** @param closed the last hour that should be in. */
export function verdictOf(hours: readonly HourStatus[], closed: Hour): Verdict {
  const counts = Object.fromEntries(HOUR_STATES.map((state) => [state, 0])) as Record<HourState, number>;
  for (const { state } of hours) counts[state] += 1;
  const isIn = ({ state }: HourStatus) => ['loaded', 'empty', 'quarantined', 'late'].includes(state);
  const newest = hours.findLast(isIn)?.hour ?? null;
  return {
    newest,
    behind: newest === null ? null : Math.max(0, hoursBetween(newest, closed)),
    counts,
    is_well: NEEDS_A_PERSON.every((state) => counts[state] === 0),
  };
}

const hoursBetween = (from: Hour, to: Hour): number =>
  (startOfHour(to).getTime() - startOfHour(from).getTime()) / HOUR_MILLISECONDS;
