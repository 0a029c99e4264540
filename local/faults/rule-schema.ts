import { z } from 'zod';
import { ServiceError, type Fault, type FaultRule, type ServiceName } from '../services';

/** What can go wrong at one call point: an HTTP call, the running of a statement, an invocation. */
type CallPoint = 'http' | 'statement' | 'lambda';

/** The operation under which `redshift-data` asks for faults when a statement runs, after it was accepted. */
const STATEMENT = 'statement';

const possible: Readonly<Record<CallPoint, readonly Fault['type'][]>> = {
  http: ['error', 'drop', 'delay', 'crash'],
  statement: ['statement', 'delay'],
  lambda: ['error', 'delay', 'crash', 'timeout'],
};

const callPoint = (service: ServiceName, operation: string | undefined): CallPoint => {
  if (service === 'lambda') return 'lambda';
  return service === 'redshift-data' && operation === STATEMENT ? 'statement' : 'http';
};

/** Whether a fault of this type can happen at the call point of an operation. */
export function isPossible(
  type: Fault['type'],
  service: ServiceName,
  operation: string | undefined,
): boolean {
  return possible[callPoint(service, operation)].includes(type);
}

const regularExpression = z.string().superRefine((source, check) => {
  try {
    new RegExp(source);
  } catch (error) {
    check.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** A fault that keeps an invocation or a connection waiting longer than any timeout in the system is a mistake. */
const LONGEST_DELAY_MS = 15 * 60 * 1000;

const fault = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('error'),
    code: z.string().min(1),
    message: z.string().optional(),
    status: z.int().min(400).max(599).optional(),
  }),
  z.strictObject({ type: z.literal('drop'), when: z.enum(['before', 'after']) }),
  z.strictObject({ type: z.literal('delay'), ms: z.int().min(0).max(LONGEST_DELAY_MS) }),
  z.strictObject({ type: z.literal('crash') }),
  z.strictObject({ type: z.literal('timeout') }),
  z.strictObject({
    type: z.literal('statement'),
    status: z.enum(['FAILED', 'ABORTED', 'STARTED']),
    error: z.string().optional(),
    after: z.int().min(0).max(LONGEST_DELAY_MS).optional(),
  }),
]) satisfies z.ZodType<Fault>;

const rule = z
  .strictObject({
    service: z.enum(['s3', 'firehose', 'redshift-data', 'step-functions', 'sns', 'lambda']),
    operation: z.string().min(1).optional(),
    match: regularExpression.optional(),
    state: z.string().min(1).optional(),
    input: regularExpression.optional(),
    nth: z.int().min(1).optional(),
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
  }) satisfies z.ZodType<FaultRule>;

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
