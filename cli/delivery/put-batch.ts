import {
  PutRecordBatchCommand,
  type FirehoseClient,
  type PutRecordBatchCommandOutput,
} from '@aws-sdk/client-firehose';
import { plural } from '../shared/text';
import type { Batch } from './batches';

/** A header that only the twin knows: the hour of arrival of the records, for example `2026-11-23T08`. */
export const ARRIVAL_HEADER = 'x-sluice-arrival';

/** Firehose did not accept some records after the last attempt. It has the records before them. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
}

export interface Backoff {
  readonly attempts: number;
  /** Milliseconds; doubles with each attempt. */
  readonly first: number;
  readonly most: number;
}

const BACKOFF: Backoff = { attempts: 10, first: 100, most: 5_000 };

/**
 * Sends a batch until Firehose has accepted every record. A response of 200 may refuse records; they are sent again.
 * Source: Amazon Data Firehose API Reference, "PutRecordBatch": "FailedPutCount".
 * @throws DeliveryError if records are left after the last attempt.
 */
export async function putBatch(
  client: FirehoseClient,
  stream: string,
  batch: Batch,
  backoff: Backoff = BACKOFF,
): Promise<void> {
  let left = batch.records;
  for (let attempt = 1; ; attempt += 1) {
    const refused = await attemptOnce(client, stream, { ...batch, records: left });
    if (refused.records.length === 0) return;
    if (attempt === backoff.attempts) {
      throw new DeliveryError(
        `Firehose did not take ${plural(refused.records.length, 'record')} of a batch in ${attempt} attempts: ${refused.why}. ` +
          'Send the events again; those that it has already are duplicates then, which the load removes.',
      );
    }
    left = refused.records;
    await pause(Math.random() * Math.min(backoff.most, backoff.first * 2 ** (attempt - 1)));
  }
}

interface Refused {
  readonly records: readonly Uint8Array[];
  readonly why: string;
}

async function attemptOnce(client: FirehoseClient, stream: string, batch: Batch): Promise<Refused> {
  let answer: PutRecordBatchCommandOutput;
  try {
    answer = await client.send(commandOf(stream, batch));
  } catch (error) {
    if (isTransient(error)) return { records: batch.records, why: (error as Error).message };
    throw error;
  }
  if (!answer.FailedPutCount) return { records: [], why: '' };
  const results = answer.RequestResponses ?? [];
  const failed = results.find((result) => result.ErrorCode !== undefined);
  return {
    records: batch.records.filter((_, index) => results[index]?.ErrorCode !== undefined),
    why: `${failed?.ErrorCode}: ${failed?.ErrorMessage}`,
  };
}

function commandOf(stream: string, { arrival, records }: Batch): PutRecordBatchCommand {
  const command = new PutRecordBatchCommand({
    DeliveryStreamName: stream,
    Records: records.map((Data) => ({ Data })),
  });
  if (arrival !== undefined) {
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers[ARRIVAL_HEADER] = arrival;
        return next(args);
      },
      // The step "build" comes before the request is signed.
      { step: 'build', name: 'sluiceArrival' },
    );
  }
  return command;
}

/** Errors that may end by themselves: throttling, a busy service, a lost connection. The SDK has retried them already. */
function isTransient(error: unknown): boolean {
  const { name, $fault, $retryable, code } = error as {
    name?: string;
    $fault?: string;
    $retryable?: object;
    code?: string;
  };
  return (
    $retryable !== undefined ||
    $fault === 'server' ||
    ['ServiceUnavailableException', 'ThrottlingException', 'LimitExceededException', 'TimeoutError'].includes(
      name ?? '',
    ) ||
    ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code ?? '')
  );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
