import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { DeepReadonly } from './deep-readonly';
import type { Diagnosis } from './diagnosis';
import { HOUR_MILLISECONDS, type Hour } from './hour';
import type { UnsettledHour } from './states';

/**
 * Whom a failure was told: each distinct failure of an hour is news once, and all that last are told again from time to
 * time. A failure is another one if its error or its files are others.
 */

const toldFailure = z.object({
  error: z.string(),
  fingerprint: z.string().nullable(),
  /** The execution that told it. Its report may be made twice, and must say the same again. */
  execution: z.string(),
});

/** What stopped executions as a whole: a right, a setting, a table that does not fit. */
const toldStop = z.object({
  fingerprint: z.string(),
  /** The execution that told it, and when, ISO 8601. */
  execution: z.string(),
  at: z.iso.datetime(),
});

const told = z.object({
  dataset: z.string(),
  warehouse: z.string(),
  /** By hour. */
  failures: z.record(z.string(), toldFailure),
  /** When all that lasted were told, ISO 8601, and by which execution. */
  at: z.iso.datetime(),
  execution: z.string(),
  /** Absent: the last execution was not stopped. */
  stopped: toldStop.optional(),
});
/** What was told of the failures that last. */
export type Told = DeepReadonly<z.infer<typeof told>>;

/** What an execution has to tell. */
export interface News {
  /** The hours whose failures were not told before. */
  readonly hours: ReadonlySet<Hour>;
  /** Whether it is time to tell everything that lasts. */
  readonly isReminder: boolean;
  /** What is told after it. */
  readonly told: Told;
}

/** An execution may start a little earlier within its hour than the one before it. */
const SLACK_HOURS = 0.5;

/** What was told; undefined if the text is not about the dataset and warehouse: then everything is news. */
export function toldOf(
  owner: Pick<Told, 'dataset' | 'warehouse'>,
  text: string | undefined,
): Told | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
  const { data } = told.safeParse(json);
  return data?.dataset === owner.dataset && data.warehouse === owner.warehouse ? data : undefined;
}

/**
 * @param before what was told before.
 * @param unsettled the hours that are failing or incomplete after the execution: all, or of a request those that it tried.
 */
export function newsOf(
  owner: Pick<Told, 'dataset' | 'warehouse'>,
  before: Told | undefined,
  unsettled: readonly UnsettledHour[],
  {
    execution,
    now,
    tried,
    remindHours,
  }: {
    readonly execution: string;
    readonly now: Date;
    /** The hours of a request. It neither knows nor tells of others. Undefined for a scheduled execution. */
    readonly tried?: readonly Hour[];
    readonly remindHours: number;
  },
): News {
  const failures = before?.failures ?? {};
  const isNews = ({ partition, error, fingerprint }: UnsettledHour) => {
    const known = failures[partition];
    return (
      known === undefined ||
      known.execution === execution ||
      known.error !== error ||
      (fingerprint !== null && known.fingerprint !== fingerprint)
    );
  };
  const news = unsettled.filter(isNews);
  const hours = new Set(news.map(({ partition }) => partition));
  const isTime =
    before === undefined || before.execution === execution || hasPassed(before.at, now, remindHours);
  const isReminder = tried === undefined && unsettled.length > 0 && isTime;
  const entry = ({ partition, error, fingerprint }: UnsettledHour) => {
    const known = hours.has(partition) ? undefined : failures[partition];
    return [partition, known ?? { error, fingerprint, execution }] as const;
  };
  const others = Object.entries(failures).filter(([hour]) => tried !== undefined && !tried.includes(hour));
  return {
    hours,
    isReminder,
    told: {
      ...owner,
      failures: Object.fromEntries([...others, ...unsettled.map(entry)]),
      // A request that is not stopped does not say that schedules are not.
      ...(tried !== undefined && before?.stopped ? { stopped: before.stopped } : {}),
      ...(isReminder || before === undefined
        ? { at: now.toISOString(), execution }
        : { at: before.at, execution: before.execution }),
    },
  };
}

/** Whether what stopped an execution is news, and what is told after it. */
export interface NewsOfStop {
  readonly isNews: boolean;
  readonly told: Told;
}

/** @param before what was told before. @param failure what stopped the execution. */
export function newsOfStop(
  owner: Pick<Told, 'dataset' | 'warehouse'>,
  before: Told | undefined,
  failure: Pick<Diagnosis, 'error' | 'cause'>,
  {
    execution,
    now,
    remindHours,
  }: { readonly execution: string; readonly now: Date; readonly remindHours: number },
): NewsOfStop {
  const fingerprint = fingerprintOfStop(failure, execution);
  const known = before?.stopped;
  const isNews =
    known?.fingerprint !== fingerprint ||
    known.execution === execution ||
    hasPassed(known.at, now, remindHours);
  const at = now.toISOString();
  return {
    isNews,
    told: {
      ...(before ?? { ...owner, failures: {}, at, execution }),
      stopped: isNews ? { fingerprint, execution, at } : known,
    },
  };
}

/** The execution, ids of statements, numbers of processes and days in keys are others each time. */
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?::\d+)?/gi;

function fingerprintOfStop({ error, cause }: Pick<Diagnosis, 'error' | 'cause'>, execution: string): string {
  const same = cause.replaceAll(execution, 'execution').replace(ID, 'id').replace(/\d+/g, '0');
  return createHash('sha256')
    .update(JSON.stringify([error, same]))
    .digest('hex');
}

/** Whether it is time to tell again what was told then. */
const hasPassed = (at: string, now: Date, remindHours: number): boolean =>
  now.getTime() - Date.parse(at) >= (remindHours - SLACK_HOURS) * HOUR_MILLISECONDS;
