import * as z from 'zod';
import { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';

/** A longer delay outlasts every timeout in the system, so it is a mistake. */
const LONGEST_DELAY_MS = 15 * 60 * 1000;

const regularExpression = z.string().superRefine((source, check) => {
  try {
    new RegExp(source);
  } catch (error) {
    check.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** What a fault does. Each type is possible at the call points that its comment names. */
const fault = z.discriminatedUnion('type', [
  /** Any service: answer this error without doing the work (a throttle, a 503, a 403 …). For lambda: the invocation is refused with this code. */
  z.strictObject({
    type: z.literal('error'),
    code: z.string().min(1),
    message: z.string().optional(),
    status: z.int().min(400).max(599).optional(),
  }),
  /** Any HTTP service: close the connection, before or after the work is done. */
  z.strictObject({ type: z.literal('drop'), when: z.enum(['before', 'after']) }),
  /** Any service: wait, then go on. */
  z.strictObject({ type: z.literal('delay'), ms: z.int().min(0).max(LONGEST_DELAY_MS) }),
  /** Any HTTP service: the whole twin ends at once, as by `kill -9`. For lambda: the function's worker exits. */
  z.strictObject({ type: z.literal('crash') }),
  /** Services of AWS JSON: read another request than the client sent, so that the service seems to behave in another way. In each text of the request, what `find` matches becomes `put`. */
  z.strictObject({ type: z.literal('rewrite'), find: regularExpression, put: z.string() }),
  /** lambda: the invocation times out at once (the worker is ended). */
  z.strictObject({ type: z.literal('timeout') }),
  /** redshift-data, operation `statement`: the statement ends with this status instead of running; `STARTED` runs until it is cancelled, `FINISHED` does run, but takes longer. */
  z.strictObject({
    type: z.literal('statement'),
    status: z.enum(['FAILED', 'ABORTED', 'STARTED', 'FINISHED']),
    error: z.string().optional(),
    /** How long the statement seems to run before it ends or does its work, in milliseconds. Default 0. */
    after: z.int().min(0).max(LONGEST_DELAY_MS).optional(),
  }),
]);
export type Fault = Readonly<z.infer<typeof fault>>;

export const FAULT_TYPES: readonly Fault['type'][] = fault.options.map(({ shape }) => shape.type.value);

/** One place where a call can fail: an HTTP call, one of AWS JSON, the running of a statement, an invocation. */
type CallPoint = 'http' | 'json' | 'statement' | 'lambda';

const AWS_JSON: readonly ServiceName[] = ['firehose', 'redshift-data', 'step-functions'];

/** The operation under which `redshift-data` asks for faults when a statement runs, after it was accepted. */
const STATEMENT = 'statement';

const possible: Readonly<Record<CallPoint, readonly Fault['type'][]>> = {
  http: ['error', 'drop', 'delay', 'crash'],
  json: ['error', 'drop', 'delay', 'crash', 'rewrite'],
  statement: ['statement', 'delay'],
  lambda: ['error', 'delay', 'crash', 'timeout'],
};

const callPoint = (service: ServiceName, operation: string | undefined): CallPoint => {
  if (service === 'lambda') return 'lambda';
  if (service === 'redshift-data' && operation === STATEMENT) return 'statement';
  return AWS_JSON.includes(service) ? 'json' : 'http';
};

/** Whether a fault of this type can happen at the call point of an operation. */
export function isPossible(
  type: Fault['type'],
  service: ServiceName,
  operation: string | undefined,
): boolean {
  return possible[callPoint(service, operation)].includes(type);
}

const rule = z
  .strictObject({
    service: z.enum(['s3', 'firehose', 'redshift-data', 'step-functions', 'sns', 'lambda']),
    /** S3 operation (`GetObject`), AWS JSON operation (`BatchExecuteStatement`), lambda function name; `statement` for the running of a statement. Default: every operation. */
    operation: z.string().min(1).optional(),
    /** A regular expression on the call's subject: `bucket/key` for S3, SQL text for redshift-data, the event's JSON for lambda. */
    match: regularExpression.optional(),
    /** The state that makes the call, itself or through its function. For a statement: the state that submitted it. */
    state: z.string().min(1).optional(),
    /** A regular expression on that state's input, as JSON. */
    input: regularExpression.optional(),
    /** The first matching call that is hit, from 1. Default 1. */
    nth: z.int().min(1).optional(),
    /** How many matching calls in a row are hit. Default 1. */
    times: z.int().min(1).optional(),
    fault,
  })
  .superRefine(({ service, operation, fault: { type } }, check) => {
    if (isPossible(type, service, operation)) return;
    const where = service === 'lambda' ? 'lambda' : `${service} ${operation ?? '(any operation)'}`;
    const types = possible[callPoint(service, operation)].join(', ');
    const hint =
      type === 'statement' ? `; a statement fault needs service redshift-data, operation ${STATEMENT}` : '';
    check.addIssue({
      code: 'custom',
      path: ['fault', 'type'],
      message: `"${type}" cannot happen at ${where}, only ${types}${hint}`,
    });
  });
export type FaultRule = Readonly<z.infer<typeof rule>>;

/**
 * Checks fault rules as they come from a user or a test.
 * @throws ServiceError `ValidationException` that names every wrong member by its path
 */
export function parseRules(input: unknown): readonly FaultRule[] {
  const parsed = z.array(rule).safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${['rules', ...path].join('.')}: ${message}`,
  );
  throw new ServiceError('ValidationException', problems.join('; '));
}
