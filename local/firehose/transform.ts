import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { regionOf } from '../../core/arn';
import type { Invocation, LambdaRuntime } from '../lambda/lambda-runtime';
import type { DeliveryStream, Transform } from './delivery-stream';
import type { AcceptedRecord } from './journal';
import { dataSize } from './requests';

/** A record after the transform, with its result. */
export type Transformed =
  | { readonly result: 'Ok'; readonly record: AcceptedRecord; readonly data: string }
  | { readonly result: 'Dropped' }
  | {
      readonly result: 'ProcessingFailed';
      readonly record: AcceptedRecord;
      readonly failure: TransformFailure;
    };

export interface TransformFailure {
  readonly code: string;
  readonly message: string;
  readonly attemptsMade: number;
  readonly lambdaArn: string;
}

const FIRST_RETRY_MILLISECONDS = 50;

/**
 * Groups records into batches for the function. Nobody knows whether the record that fills the buffer still belongs to the
 * batch on AWS. Here it does, which makes the larger payload.
 */
export async function* batchesOf(
  records: AsyncIterable<AcceptedRecord>,
  megabytes = 1,
): AsyncGenerator<AcceptedRecord[]> {
  let batch: AcceptedRecord[] = [];
  let size = 0;
  for await (const record of records) {
    batch.push(record);
    size += dataSize(record.data);
    if (size < megabytes * 1024 ** 2) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Invokes the transform function with a batch (https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html).
 * A function that throws, crashes, times out or is throttled is invoked again, as often as the processor says. An answer is
 * final, even if it is wrong.
 */
export async function transform(
  lambda: LambdaRuntime,
  stream: DeliveryStream,
  { functionArn: lambdaArn, retries }: Transform,
  batch: readonly AcceptedRecord[],
  signal: AbortSignal,
): Promise<readonly Transformed[]> {
  for (let attempt = 1; ; attempt++) {
    const event = {
      invocationId: randomUUID(),
      deliveryStreamArn: stream.arn,
      region: regionOf(stream.arn),
      records: batch,
    };
    const invocation = await lambda.invoke(lambdaArn, event, signal);
    signal.throwIfAborted();
    const failure = failureOf(invocation);
    if (!failure && invocation.outcome === 'returned') {
      return verdicts(batch, invocation.payload, { attemptsMade: attempt, lambdaArn });
    }
    if (failure && attempt > retries) {
      const { code, message } = failure;
      return batch.map((record) => failed(record, { code, message, attemptsMade: attempt, lambdaArn }));
    }
    await delay(FIRST_RETRY_MILLISECONDS * 2 ** attempt, undefined, { signal });
  }
}

/** Codes and messages from error objects of the real service. Every failure of the function itself has the same code. */
function failureOf(invocation: Invocation): { code: string; message: string } | undefined {
  if (invocation.outcome === 'refused') {
    const code = invocation.error.includes('TooManyRequests')
      ? 'Lambda.InvokeLimitExceeded'
      : invocation.error.includes('ResourceNotFound')
        ? 'Lambda.ResourceNotFound'
        : 'Lambda.ServiceUnavailable';
    return { code, message: invocation.message };
  }
  const functionError = {
    code: 'Lambda.FunctionError',
    message: 'The Lambda function was successfully invoked but it returned an error result.',
  };
  return invocation.outcome === 'raised' ? functionError : undefined;
}

function answers(payload: unknown): readonly Record<string, unknown>[] {
  const records: unknown = (payload as { records?: unknown } | null)?.records;
  if (!Array.isArray(records)) return [];
  return records.filter(
    (entry): entry is Record<string, unknown> => typeof entry === 'object' && entry !== null,
  );
}

/** The answer's result for each record of the batch. Like Firehose, it ignores results for other records. */
function verdicts(
  batch: readonly AcceptedRecord[],
  payload: unknown,
  attempt: Pick<TransformFailure, 'attemptsMade' | 'lambdaArn'>,
): readonly Transformed[] {
  const byId = new Map<unknown, Record<string, unknown>[]>();
  for (const answer of answers(payload)) {
    const known = byId.get(answer.recordId);
    if (known) known.push(answer);
    else byId.set(answer.recordId, [answer]);
  }
  return batch.map((record): Transformed => {
    const fail = (code: string, message: string) => failed(record, { code, message, ...attempt });
    const [answer, ...more] = byId.get(record.recordId) ?? [];
    if (!answer) {
      return fail(
        'Lambda.MissingRecordId',
        'One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.',
      );
    }
    if (more.length > 0) {
      return fail(
        'Lambda.DuplicatedRecordId',
        'Multiple records were returned with the same record Id. Ensure that the Lambda function returns a unique record Id for each record.',
      );
    }
    if (answer.result === 'Dropped') return { result: 'Dropped' };
    if (answer.result === 'ProcessingFailed') {
      return fail('Lambda.ProcessingFailedStatus', 'ProcessingFailed status set for record');
    }
    if (answer.result !== 'Ok' || typeof answer.data !== 'string' || !isBase64(answer.data)) {
      return fail(
        'Lambda.FunctionError',
        'The Lambda function returned a record whose result is none of Ok, Dropped and ProcessingFailed, or whose data is not base64.',
      );
    }
    return { result: 'Ok', record, data: answer.data };
  });
}

function failed(record: AcceptedRecord, failure: TransformFailure): Transformed {
  return { result: 'ProcessingFailed', record, failure };
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
