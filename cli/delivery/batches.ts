import type { Hour } from '../../core/hour';
import type { Arrival, ArrivalSource } from '../trips/arrival';
import { PAUSE, withPauses } from './pauses';

/**
 * The limits of one PutRecordBatch before Base64: 500 records, 4 MiB in total, 1,000 KiB per record.
 * Source: Amazon Data Firehose API Reference, "PutRecordBatch".
 */
export const BATCH_LIMITS = { records: 500, bytes: 4 * 1024 * 1024 } as const;
export const RECORD_BYTES = 1_000 * 1_024;

/** Records of the same hour of arrival. */
export interface Batch {
  readonly arrival?: Hour;
  readonly records: readonly Uint8Array[];
}

/** A record that is too large for Firehose, and is not sent. */
export interface OversizeRecord {
  /** Line number in its file, from 1; null for an event that comes from no file. */
  readonly line: number | null;
  readonly bytes: number;
}

/**
 * Packs arrivals into batches, in order. A batch holds records of one hour only.
 * @param refuse is called with each record that is too large for Firehose.
 * @param most milliseconds for which a batch waits for the next arrival. Default: for ever.
 */
export async function* batchesOf(
  source: ArrivalSource,
  refuse: (record: OversizeRecord) => void,
  most?: number,
): AsyncGenerator<Batch> {
  let arrival: Hour | undefined;
  let records: Uint8Array[] = [];
  let bytes = 0;
  const waiting = most !== undefined && Symbol.asyncIterator in source ? withPauses(source, most) : source;
  for await (const each of waiting) {
    if (each === PAUSE) {
      if (records.length > 0) yield { arrival, records };
      [records, bytes] = [[], 0];
      continue;
    }
    const data = recordOf(each);
    if (!data || data.length > RECORD_BYTES) {
      refuse({
        line: 'line' in each ? each.line : null,
        bytes: 'bytes' in each ? each.bytes : (data?.length ?? 0),
      });
      continue;
    }
    const full = records.length >= BATCH_LIMITS.records || bytes + data.length > BATCH_LIMITS.bytes;
    if (records.length > 0 && (full || each.arrival !== arrival)) {
      yield { arrival, records };
      records = [];
      bytes = 0;
    }
    arrival = each.arrival;
    records.push(data);
    bytes += data.length;
  }
  if (records.length > 0) yield { arrival, records };
}

/** The data of a record as it is sent; undefined if it is too long. */
export function recordOf(arrival: Arrival): Uint8Array | undefined {
  return 'event' in arrival ? Buffer.from(JSON.stringify(arrival.event)) : arrival.data;
}
