import * as z from 'zod';

const count = z.number().nonnegative();
const byName = z.record(z.string(), count);

/** What was counted of a deployment, without its warehouse. Every number adds up. */
export const counts = z.strictObject({
  /** Executions that were started, by the name of their state machine. */
  executions: byName.optional(),
  /** States that were entered, and retries. */
  transitions: count.optional(),
  /** By the name of the function. */
  functions: z
    .record(
      z.string(),
      z.strictObject({
        calls: count,
        /** Milliseconds that handlers ran. */
        duration_ms: count,
        /** Megabytes × billed milliseconds: each call rounded up to the next one, with the time to load the function. Missing if the memory is unknown. */
        mb_ms: count.optional(),
      }),
    )
    .optional(),
  /** Calls of the Redshift Data API, by operation. */
  data_api: byName.optional(),
  /** Requests to S3, by operation. Bytes are those of the bodies. */
  s3: z.record(z.string(), z.strictObject({ requests: count, bytes: count })).optional(),
  /** Messages that were published to SNS. */
  messages: count.optional(),
});
export type Counts = z.infer<typeof counts>;

type Numbers = { readonly [name: string]: number | Numbers | undefined };

/** The sum of two counts, member by member. */
export const add = (left: Counts, right: Counts): Counts => sum(left, right);

function sum(left: Numbers, right: Numbers): Numbers {
  const total: Record<string, number | Numbers | undefined> = { ...left };
  for (const [name, more] of Object.entries(right)) {
    const before = total[name];
    if (typeof more === 'object') total[name] = sum(typeof before === 'object' ? before : {}, more);
    else if (more !== undefined) total[name] = (typeof before === 'number' ? before : 0) + more;
  }
  return total;
}

/** An event of an execution's history: `LambdaFunctionScheduled`, `ParallelStateEntered` … */
interface Event {
  readonly id?: number | undefined;
  readonly previousEventId?: number | undefined;
  readonly type?: string | undefined;
}

/** The work of a state begins: what it follows if that is for the first time. Later it follows a failure. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  LambdaFunctionScheduled: 'TaskStateEntered',
  TaskScheduled: 'TaskStateEntered',
  ParallelStateStarted: 'ParallelStateEntered',
  MapStateStarted: 'MapStateEntered',
};
const REDRIVEN = 'ExecutionRedriven';

/**
 * The transitions that AWS counts for an execution: each state that is entered, each retry, and each redrive. A retry
 * begins the work of its state again without entering it. One that fails before its work begins has no event, so there
 * may be more.
 * Source: AWS Step Functions pricing, "Standard Workflows"; executions recorded on AWS.
 * @param events the whole history.
 */
export function transitionsOf(events: readonly Event[]): number {
  const types = new Map(events.map(({ id, type }) => [id, type]));
  return events.filter(({ type = '', previousEventId }) => {
    if (type.endsWith('StateEntered') || type === REDRIVEN) return true;
    const first = BEGINNINGS[type];
    const previous = types.get(previousEventId);
    // A redrive begins the work again, and is a transition itself.
    return first !== undefined && previous !== first && previous !== REDRIVEN;
  }).length;
}
