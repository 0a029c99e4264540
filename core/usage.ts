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
        /** Megabytes × billed milliseconds: each call rounded up to the next one, with the time to load the function. */
        mb_ms: count,
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

/** `LambdaFunctionScheduled`, `ParallelStateEntered` … */
interface Event {
  readonly type?: string | undefined;
}

/**
 * The transitions that AWS counts for an execution: each state that is entered, and each retry. A retry of a Task
 * schedules its work again, and one of a Parallel or a Map starts it again, without entering the state again.
 * Source: AWS Step Functions pricing, "Standard Workflows"; executions recorded on AWS.
 * @param events the whole history.
 */
export function transitionsOf(events: readonly Event[]): number {
  const number = (isMeant: RegExp) => events.filter(({ type = '' }) => isMeant.test(type)).length;
  const retries = (entered: RegExp, begun: RegExp) => Math.max(number(begun) - number(entered), 0);
  return (
    number(/StateEntered$/) +
    retries(/^TaskStateEntered$/, /^(LambdaFunction|Task)Scheduled$/) +
    retries(/^ParallelStateEntered$/, /^ParallelStateStarted$/) +
    retries(/^MapStateEntered$/, /^MapStateStarted$/)
  );
}
