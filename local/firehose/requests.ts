import { z } from 'zod';
import { serialization, validation } from './errors';

/** Shapes of the operations' input, with AWS's limits: https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */

export const MAX_BATCH_BYTES = 4 * 1024 ** 2;
const MAX_RECORD_BYTES = 1_024_000;
const MAX_BATCH_RECORDS = 500;

const streamName = z
  .string()
  .min(1, 'Member must have length greater than or equal to 1')
  .max(64, 'Member must have length less than or equal to 64')
  .regex(/^[a-zA-Z0-9_.-]+$/, 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');

const record = z.strictObject({
  Data: z
    .string()
    .refine((data) => data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data), {
      params: { base64: true },
    })
    .refine(
      (data) => dataSize(data) <= MAX_RECORD_BYTES,
      `Member must have length less than or equal to ${MAX_RECORD_BYTES}`,
    ),
});

const limit = (most: number) =>
  z
    .int()
    .min(1, 'Member must have value greater than or equal to 1')
    .max(most, `Member must have value less than or equal to ${most}`);

export const REQUESTS = {
  PutRecord: z.strictObject({ DeliveryStreamName: streamName, Record: record }),
  PutRecordBatch: z.strictObject({
    DeliveryStreamName: streamName,
    Records: z
      .array(record)
      .min(1, 'Member must have length greater than or equal to 1')
      .max(MAX_BATCH_RECORDS, `Member must have length less than or equal to ${MAX_BATCH_RECORDS}`),
  }),
  DescribeDeliveryStream: z.strictObject({
    DeliveryStreamName: streamName,
    Limit: limit(10_000).optional(),
    ExclusiveStartDestinationId: z.string().optional(),
  }),
  ListDeliveryStreams: z.strictObject({
    Limit: limit(10_000).optional(),
    DeliveryStreamType: z
      .enum(['DirectPut', 'KinesisStreamAsSource', 'MSKAsSource', 'DatabaseAsSource'])
      .optional(),
    ExclusiveStartDeliveryStreamName: streamName.optional(),
  }),
} as const;

export type OperationName = keyof typeof REQUESTS;
export type Input<Name extends OperationName> = z.infer<(typeof REQUESTS)[Name]>;

/**
 * Checks an input. AWS itself skips members that it does not know; the twin refuses them, since they are misspelt.
 * @throws ServiceError ValidationException, SerializationException
 */
export function parseInput<Name extends OperationName>(operation: Name, input: unknown): Input<Name> {
  const result = REQUESTS[operation].safeParse(input ?? {});
  if (result.success) return result.data as Input<Name>;
  const problems = result.error.issues.map((issue) => {
    const at = issue.path.map((part) =>
      typeof part === 'number' ? String(part + 1) : lowerFirst(String(part)),
    );
    const path = at.join('.') || 'input';
    if (issue.code === 'unrecognized_keys')
      return `Value at '${path}' has unknown members: ${issue.keys.join(', ')}`;
    if (issue.code === 'invalid_type' && !isMissing(input, issue.path)) {
      throw serialization(`Value at '${path}' is not of the expected type: ${issue.expected}`);
    }
    if (issue.code === 'custom' && issue.params?.base64 === true) {
      throw serialization(`Value at '${path}' is not base64`);
    }
    const constraint = issue.code === 'invalid_type' ? 'Member must not be null' : issue.message;
    return `Value at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  throw validation(...problems);
}

function isMissing(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return value === undefined || value === null;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Bytes that a base64 text stands for. */
export function dataSize(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
