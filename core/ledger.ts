import * as z from 'zod';
import type { Attempt } from './attempts';
import type { DeepReadonly } from './deep-readonly';
import type { Hour } from './hour';
import { ledgerAttempt, type LedgerAttempt } from './ledger-attempt';
import { OWN_PREFIX } from './prefix';

/**
 * The ledger: what the attempts on each hour did, as objects in the lake, so that nobody has to wake the warehouse to know.
 * It copies the load history, which alone is true. It may be gone or behind: an hour looks due then, the history is asked
 * before anything is copied, and the ledger is repaired. An execution that begins to load says so in the ledger first, so an
 * end that it never wrote is noticed. The ledger may be ahead (the warehouse was restored from a snapshot): whenever the
 * history is asked, the hours of the lookback are compared, and all hours if the ledger tells of a later merge than it.
 */

/** `2026-11-23T08` */
const HOUR = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3])$/;
const hourOfDay = z.string().regex(/^([01]\d|2[0-3])$/);

/** The object of one day. */
const ledgerDay = z.strictObject({
  dataset: z.string(),
  /** `2026-11-23` */
  day: z.string(),
  /** Which warehouse it tells of: see {@link warehouseOf}. */
  warehouse: z.string(),
  /** The attempts by hour, `00` to `23`. None: the ledger told of some, and the history does not have them. */
  hours: z.record(hourOfDay, z.array(ledgerAttempt)),
});
type LedgerDay = DeepReadonly<z.infer<typeof ledgerDay>>;

/** What an object of the ledger is about. */
export type LedgerSubject = Pick<LedgerDay, 'dataset' | 'day' | 'warehouse'>;

/** The attempts on hours. */
export type LedgerHours = ReadonlyMap<Hour, readonly LedgerAttempt[]>;

/** Attempts of each outcome that are kept for an hour, to show what happened. */
const MOST_ATTEMPTS = 10;

/** The prefix of a dataset's ledgers in the lake. */
export const ledgerPrefix = (dataset: string): string => `${OWN_PREFIX}${dataset}/ledger/`;

/** Where a target is. Accounts may share a bucket. */
export interface WarehousePlace {
  readonly account: string;
  readonly workgroup: string;
  readonly database: string;
}

/** The account, workgroup, database and target of which a ledger tells: `111122223333.sluice-dev.dev.public.trips`. */
export function warehouseOf(
  { account, workgroup, database }: WarehousePlace,
  { target }: { readonly target: { readonly schema: string; readonly table: string } },
): string {
  return [account, workgroup, database, target.schema, target.table]
    .map((name) => encodeURIComponent(name).replaceAll('.', '%2E'))
    .join('.');
}

/** Whose ledger it is. Deployments with one bucket and several warehouses have one each. */
export type LedgerOwner = Pick<LedgerDay, 'dataset' | 'warehouse'>;

/** The prefix of one ledger: `sluice/trips/ledger/111122223333.sluice-dev.dev.public.trips/` */
export const ledgerFolder = ({ dataset, warehouse }: LedgerOwner): string =>
  `${ledgerPrefix(dataset)}${warehouse}/`;

/** `sluice/trips/ledger/111122223333.sluice-dev.dev.public.trips/2026/11/23.json` */
export const ledgerKey = (owner: LedgerOwner, day: string): string =>
  `${ledgerFolder(owner)}${day.replaceAll('-', '/')}.json`;

/** The object of an execution that loads: `sluice/trips/ledger/111122223333.sluice-dev.dev.public.trips/running/<execution>.json` */
export const runningKey = (owner: LedgerOwner, execution: string): string =>
  `${ledgerFolder(owner)}running/${encodeURIComponent(execution)}.json`;

/** The object that says which failures were told: `sluice/trips/ledger/111122223333.sluice-dev.dev.public.trips/told.json` */
export const toldKey = (owner: LedgerOwner): string => `${ledgerFolder(owner)}told.json`;

/** Which object of a ledger a key names: that of a day, or that of an execution; undefined for another key. */
export function ledgerObject(
  owner: LedgerOwner,
  key: string,
): { readonly day: string } | { readonly running: string } | undefined {
  const name = key.slice(ledgerFolder(owner).length);
  const [, ...day] = /^(\d{4})\/(\d{2})\/(\d{2})\.json$/.exec(name) ?? [];
  if (day.length > 0) return { day: day.join('-') };
  const [, running] = /^running\/([^/]+)\.json$/.exec(name) ?? [];
  return running === undefined ? undefined : { running: decoded(running) };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

export const dayOf = (hour: Hour): string => hour.slice(0, 10);

const runningHours = z.object({ hours: z.array(z.string().regex(HOUR)) });

/** The text of the object of an execution that loads. */
export const runningText = (hours: readonly Hour[]): string => JSON.stringify({ hours });

/** What an execution's object holds after its end, if it cannot be deleted. */
export const ENDED_TEXT = runningText([]);

/** The hours that an execution loads. Whatever else the text is, it tells of none. */
export function hoursOfRunning(text: string): readonly Hour[] {
  return runningHours.safeParse(json(text)).data?.hours ?? [];
}

/**
 * The hours of a ledger's object. Whatever is not exactly about the subject tells nothing: the hours look due then, and the
 * history is asked.
 */
export function ledgerHours(subject: LedgerSubject, text: string | undefined): LedgerHours {
  const day = ledgerDayOf(subject, text);
  if (day === undefined) return new Map();
  return new Map(Object.entries(day.hours).map(([hour, attempts]) => [`${day.day}T${hour}`, attempts]));
}

/** The object of a day; undefined if the text is not exactly about the subject. */
export function ledgerDayOf(subject: LedgerSubject, text: string | undefined): LedgerDay | undefined {
  const day = ledgerDay.safeParse(json(text)).data;
  const isOf =
    day && (['dataset', 'day', 'warehouse'] as const).every((member) => day[member] === subject[member]);
  return isOf ? day : undefined;
}

function json(text = 'null'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What changes in a ledger. The order in which changes are written does not matter. */
export interface LedgerChanges {
  /** Attempts that have ended. */
  readonly ended: LedgerHours;
  /** What the history says, hour by hour: all of its attempts. */
  readonly asked: LedgerHours;
  /** What the ledger told when the history was asked. What it tells beyond that came later, and stays. Default: all. */
  readonly told?: LedgerHours;
}

/** The text of a ledger's object after a change. @param text the object as it is; undefined: there is none. */
export function changedLedger(
  subject: LedgerSubject,
  text: string | undefined,
  changes: LedgerChanges,
): string {
  const hours = new Map(ledgerHours(subject, text));
  for (const [hour, attempts] of changes.asked) {
    const now = hours.get(hour) ?? [];
    const before = new Set((changes.told ?? hours).get(hour)?.map(attemptName));
    const later = now.filter((attempt) => !before.has(attemptName(attempt)));
    hours.set(hour, kept([...attempts.map((attempt) => withTexts(attempt, now)), ...later]));
  }
  for (const [hour, attempts] of changes.ended)
    hours.set(hour, kept([...(hours.get(hour) ?? []), ...attempts]));
  const entries = [...hours].sort(([left], [right]) => (left < right ? -1 : 1));
  const day: LedgerDay = {
    ...subject,
    hours: Object.fromEntries(entries.map(([hour, each]) => [hour.slice(11), each])),
  };
  return JSON.stringify(day);
}

/** Whoever asks for many hours does not read their causes, which are long: those that the ledger has stay. */
function withTexts(attempt: LedgerAttempt, told: readonly LedgerAttempt[]): LedgerAttempt {
  const { execution, outcome, cause, fix } = attempt;
  const known = told.find((each) => each.execution === execution && each.outcome === outcome);
  return { ...attempt, cause: cause ?? known?.cause ?? null, fix: fix ?? known?.fix ?? null };
}

/** An execution has one attempt of an outcome on an hour. */
export const attemptName = ({ execution, outcome }: LedgerAttempt): string =>
  JSON.stringify([execution, outcome]);

/**
 * The attempts that are kept: of each outcome the last ones, and whatever decides about the hour. So they mean the same as all
 * of them: see knownPartitions in attempts.ts.
 */
function kept(attempts: readonly LedgerAttempt[]): readonly LedgerAttempt[] {
  const distinct = new Map<string, LedgerAttempt>();
  for (const attempt of attempts) {
    const name = attemptName(attempt);
    const other = distinct.get(name);
    if (!other || order(other, attempt) < 0) distinct.set(name, attempt);
  }
  const sorted = [...distinct.values()].sort(order);
  const lastMerge =
    sorted.findLast(({ outcome }) => outcome === 'loaded' || outcome === 'dropped')?.merge_number ?? 0;
  const isLast = (attempt: LedgerAttempt) =>
    sorted
      .filter(({ outcome }) => outcome === attempt.outcome)
      .slice(-MOST_ATTEMPTS)
      .includes(attempt);
  const failed = sorted.filter(({ outcome }) => outcome === 'failed');
  const lastFailure = Math.max(0, ...failed.map(({ failures }) => failures));
  // Failures of the same moment may share a number.
  const isLastFailure = (attempt: LedgerAttempt) =>
    failed.includes(attempt) && attempt.failures === lastFailure;
  const knowsMost = sorted
    .filter((each) => !failed.includes(each))
    .reduce<LedgerAttempt | undefined>(
      (most, each) => (most && most.failures >= each.failures ? most : each),
      undefined,
    );
  // Every attempt that found nothing to load after the last merge holds, whatever came after it.
  const holds = ({ outcome, merge_number }: LedgerAttempt) =>
    outcome === 'empty' && merge_number === lastMerge;
  return sorted.filter((each) => isLast(each) || isLastFailure(each) || each === knowsMost || holds(each));
}

/** Depends on nothing but the attempts, so that two writers come to the same. */
function order(left: LedgerAttempt, right: LedgerAttempt): number {
  const rank = ({ merge_number, failures, finished }: LedgerAttempt) => [
    merge_number,
    failures,
    Date.parse(finished),
  ];
  const [these, those] = [rank(left), rank(right)];
  const differs = these.findIndex((value, index) => value !== those[index]);
  if (differs >= 0) return (these[differs] ?? 0) - (those[differs] ?? 0);
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}

/**
 * The hours in which a ledger is not as the history, with what the history says.
 * @param hours those of which the history was asked: all from `from` to `to`, and earlier ones that it has told of.
 */
export function changedHours(
  ledger: LedgerHours,
  history: LedgerHours,
  { from, to }: { readonly from: Hour; readonly to: Hour },
): LedgerHours {
  const asked = [...new Set([...ledger.keys(), ...history.keys()])].filter(
    (hour) => history.has(hour) || (hour >= from && hour <= to),
  );
  const decides = (hours: LedgerHours, hour: Hour) =>
    JSON.stringify(
      kept(hours.get(hour) ?? [])
        .map((attempt) => JSON.stringify(deciding(attempt)))
        .sort(),
    );
  return new Map(
    asked
      .filter((hour) => decides(ledger, hour) !== decides(history, hour))
      .map((hour) => [hour, history.get(hour) ?? []]),
  );
}

/** What decides about an hour. The clocks of the warehouse and of a function differ. */
const deciding = ({
  execution,
  outcome,
  reason,
  fingerprint,
  plan_key,
  quarantined,
  merge_number,
  built_on,
  failures,
}: LedgerAttempt) => [
  ...[execution, outcome, reason, fingerprint, plan_key, quarantined, merge_number, built_on, failures],
];

/** Whatever is not of an hour is left out: somebody wrote it by hand. */
export function byHour(attempts: readonly (readonly [Hour, LedgerAttempt])[]): LedgerHours {
  const hours = new Map<Hour, LedgerAttempt[]>();
  for (const [hour, attempt] of attempts)
    if (HOUR.test(hour)) hours.set(hour, [...(hours.get(hour) ?? []), attempt]);
  return hours;
}

/** Hours of which the ledger told and that the history does not have: they are to be looked at until they are loaded. */
export function lostHours(ledger: LedgerHours): Hour[] {
  return [...ledger].filter(([, attempts]) => attempts.length === 0).map(([hour]) => hour);
}

/** Whether an attempt of a scheduled execution has ended on a day, `2026-11-23`, in UTC. */
export const hasScheduledOn = (ledger: LedgerHours, day: string): boolean =>
  [...ledger.values()]
    .flat()
    .some(({ reason, finished }) => reason !== 'requested' && dayOf(finished) === day);

/** The number of the last merge of which a ledger tells; 0: none. */
export const lastMerge = (ledger: LedgerHours): number =>
  [...ledger.values()].flat().reduce((last, each) => Math.max(last, each.merge_number), 0);

/** Whether a ledger tells of a merge that the history does not have, in hours of which it was asked. */
export function isAhead(ledger: LedgerHours, history: LedgerHours, changed: LedgerHours): boolean {
  const merges = (hours: LedgerHours, hour: Hour) =>
    (hours.get(hour) ?? []).filter(({ outcome }) => outcome === 'loaded').map((each) => each.merge_number);
  return [...changed.keys()].some((hour) => {
    const known = new Set(merges(history, hour));
    return merges(ledger, hour).some((number) => !known.has(number));
  });
}

/** Attempts as the plan of a load reads them. */
export function attemptsOf(hours: LedgerHours): Attempt[] {
  return [...hours].flatMap(([partition, attempts]) =>
    attempts.map((attempt) => ({ partition, ...attempt })),
  );
}
