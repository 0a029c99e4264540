import * as z from 'zod';
import type { DeepReadonly } from './deep-readonly';
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

const told = z.object({
  dataset: z.string(),
  warehouse: z.string(),
  /** By hour. */
  failures: z.record(z.string(), toldFailure),
  /** When all that lasted were told, ISO 8601, and by which execution. */
  at: z.iso.datetime(),
  execution: z.string(),
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
  const hasPassed =
    before === undefined ||
    before.execution === execution ||
    now.getTime() - Date.parse(before.at) >= (remindHours - SLACK_HOURS) * HOUR_MILLISECONDS;
  const isReminder = tried === undefined && unsettled.length > 0 && hasPassed;
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
      ...(isReminder || before === undefined
        ? { at: now.toISOString(), execution }
        : { at: before.at, execution: before.execution }),
    },
  };
}
