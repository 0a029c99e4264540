import type { Dataset } from '../../core/dataset';
import type { Hour } from '../../core/hour';
import type { Connection } from '../shared/connection';
import type { ArrivalSource } from '../trips/arrival';
import { batchesOf, type OversizeRecord } from './batches';
import { putBatch } from './put-batch';

export interface SendOptions {
  /** Called after each batch with the number of records that Firehose has taken so far. */
  readonly onProgress?: (records: number) => void;
}

export interface Sent {
  readonly records: number;
  readonly batches: number;
  /** Records that were not sent, since Firehose takes none of their size. */
  readonly oversize: readonly OversizeRecord[];
}

/** Batches on their way at the same time: enough to hide the round trip, 16 MiB of memory at most. */
const IN_FLIGHT = 4;

/**
 * Sends events into a dataset's stream, the hours one after the other, with several batches of an hour on their way
 * at once. The source is read no faster than Firehose takes its events.
 * @throws DeliveryError for records that Firehose does not take.
 */
export async function sendEvents(
  connection: Pick<Connection, 'firehose' | 'streamOf'>,
  dataset: Dataset,
  source: ArrivalSource,
  { onProgress }: SendOptions = {},
): Promise<Sent> {
  const stream = connection.streamOf(dataset);
  const oversize: OversizeRecord[] = [];
  const onTheirWay = new Set<Promise<void>>();
  let hour: Hour | undefined;
  let records = 0;
  let batches = 0;

  try {
    for await (const batch of batchesOf(source, (record) => oversize.push(record))) {
      if (batch.arrival !== hour) await Promise.all(onTheirWay);
      hour = batch.arrival;
      while (onTheirWay.size >= IN_FLIGHT) await Promise.race(onTheirWay);
      const sending = putBatch(connection.firehose, stream, batch).then(() => {
        onTheirWay.delete(sending);
        records += batch.records.length;
        batches += 1;
        onProgress?.(records);
      });
      // A failure is met where the sends are awaited; until then it must not count as unhandled.
      sending.catch(() => undefined);
      onTheirWay.add(sending);
    }
    await Promise.all(onTheirWay);
  } finally {
    // After a failure too, nothing goes on behind the caller's back.
    await Promise.allSettled(onTheirWay);
  }
  return { records, batches, oversize };
}
