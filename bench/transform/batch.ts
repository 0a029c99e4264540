import { newTrip } from '../../cli/trips/new-trip';
import { Random } from '../../cli/trips/random';
import type { AnsweredRecord, SourceRecord } from '../../functions/shared/transform-batch';

const PICKUP = new Date('2026-11-20T08:15:00Z');

/**
 * A batch of trips as Firehose sends it to the transform: one event in each record, as `sluice stream` sends them.
 * @param bytes the size of all events before they are encoded: Firehose's buffer.
 */
export function batchOf(bytes: number, seed: number): readonly SourceRecord[] {
  const random = new Random(seed);
  const records: SourceRecord[] = [];
  for (let filled = 0; filled < bytes;) {
    const recordId = String(records.length).padStart(RECORD_ID_LENGTH, '4');
    const event = Buffer.from(JSON.stringify(newTrip(random, `${seed}-${records.length}`, PICKUP)));
    filled += event.length;
    records.push({ recordId, data: event.toString('base64') });
  }
  return records;
}

/** The ids in AWS's examples have 56 digits. */
const RECORD_ID_LENGTH = 56;

/** What no transform can do without: it decodes, reads, writes and encodes each event, and checks nothing. */
export function bareTransform(records: readonly SourceRecord[]): readonly AnsweredRecord[] {
  return records.map(({ recordId, data }) => {
    const event = JSON.parse(Buffer.from(data, 'base64').toString()) as object;
    const written = Buffer.from(`${JSON.stringify(event)}\n`).toString('base64');
    return { recordId, result: 'Ok', data: written };
  });
}
