import * as z from 'zod';
import { validate } from '../http/validation';
import { serialization } from './errors';

/** Shapes of the operations' input, with AWS's limits: https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */

export const MAX_BATCH_BYTES = 4 * 1024 ** 2;
export const MAX_RECORD_BYTES = 1_024_000;
export const MAX_BATCH_RECORDS = 500;

const streamName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_.-]+$/);

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

const limit = (most: number) => z.int().min(1).max(most);

export const REQUESTS = {
  PutRecord: z.strictObject({ DeliveryStreamName: streamName, Record: record }),
  PutRecordBatch: z.strictObject({
    DeliveryStreamName: streamName,
    Records: z.array(record).min(1).max(MAX_BATCH_RECORDS),
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

/** Checks an input. @throws ServiceError ValidationException, SerializationException */
export function parseInput<Name extends OperationName>(operation: Name, input: unknown): Input<Name> {
  return validate(REQUESTS[operation], input, (issue, member) => {
    const isNoBase64 = issue.code === 'custom' && issue.params?.base64 === true;
    return isNoBase64 ? serialization(`Value at '${member}' is not base64`) : undefined;
  }) as Input<Name>;
}

/** The number of bytes that a base64 text encodes. */
export function dataSize(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
