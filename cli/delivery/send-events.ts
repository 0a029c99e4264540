import type { Dataset } from '../../core/dataset';
import type { Hour } from '../../core/hour';
import type { Connection } from '../shared/connection';
import type { ArrivalSource } from '../trips/arrival';
import { batchesOf, type OversizeRecord } from './batches';
import { putBatch } from './put-batch';

export interface SendOptions {
  /** Called after each batch with the number of records that Firehose has accepted so far. */
  readonly onProgress?: (records: number) => void;
  /** Called after each batch with its records, as the source gave them. */
  readonly onAccepted?: (records: readonly Uint8Array[]) => void;
  /** Milliseconds after which events are sent although the next one lets wait. Default: a batch waits to be full. */
  readonly linger?: number;
}

export interface Sent {
  readonly records: number;
  readonly batches: number;
  /** Records that were not sent, because Firehose accepts none of their size. */
  readonly oversize: readonly OversizeRecord[];
}

/** Batches in flight at the same time: enough to hide the round trip, with at most 16 MiB of memory. */
const IN_FLIGHT = 4;

/**
 * Sends events into a dataset's stream, hour by hour, with several batches of an hour in flight. Reads the source no faster
 * than Firehose accepts its events.
 * @throws DeliveryError for records that Firehose does not accept.
 */
export async function sendEvents(
  connection: Pick<Connection, 'firehose' | 'streamOf'>,
  dataset: Dataset,
  source: ArrivalSource,
  { onProgress, onAccepted, linger }: SendOptions = {},
): Promise<Sent> {
  const stream = connection.streamOf(dataset);
  const oversize: OversizeRecord[] = [];
  const inFlight = new Set<Promise<void>>();
  let hour: Hour | undefined;
  let records = 0;
  let batches = 0;

  try {
    for await (const batch of batchesOf(source, (record) => oversize.push(record), linger)) {
      if (batch.arrival !== hour) await Promise.all(inFlight);
      hour = batch.arrival;
      while (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
      const sending = putBatch(connection.firehose, stream, batch).then(() => {
        inFlight.delete(sending);
        records += batch.records.length;
        batches += 1;
        onProgress?.(records);
        onAccepted?.(batch.records);
      });
      // A failure is handled where the sends are awaited. Until then it must not count as unhandled.
      sending.catch(() => undefined);
      inFlight.add(sending);
    }
    await Promise.all(inFlight);
  } finally {
    // After a failure too, no send continues when this function has returned.
    await Promise.allSettled(inFlight);
  }
  return { records, batches, oversize };
}
