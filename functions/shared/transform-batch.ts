import type { Dataset } from '../../core/dataset';
import { transformRecord, type TransformedRecord } from '../../core/transform';
import { ANSWERED_RECORD_BYTES, ENVELOPE_BYTES, PAYLOAD_BYTES } from '../../core/transform-buffer';

/** A record as Firehose sends it. `data` is base64. */
export interface SourceRecord {
  readonly recordId: string;
  readonly data: string;
}

/** A record as Firehose takes it back. */
export interface AnsweredRecord {
  readonly recordId: string;
  readonly result: 'Ok' | 'ProcessingFailed';
  /** base64. A refused record goes back unchanged, and Firehose keeps it under its error prefix. */
  readonly data: string;
}

export interface RefusedRecord {
  readonly recordId: string;
  readonly reason: string;
  /** How many events the record has. Firehose takes one result for a record, so none of them is delivered. */
  readonly events: number;
}

export interface AnsweredBatch {
  readonly records: readonly AnsweredRecord[];
  readonly refused: readonly RefusedRecord[];
  /** How often each attribute without a column occurred. */
  readonly unknown: ReadonlyMap<string, number>;
}

/** Transforms the records of one invocation. The answer is never larger than Lambda allows if the request is not. */
export function transformBatch(dataset: Dataset, records: readonly SourceRecord[]): AnsweredBatch {
  const refused: RefusedRecord[] = [];
  const accepted: Extract<TransformedRecord, { accepted: true }>[] = [];
  const answers = records.map((record, index): AnsweredRecord => {
    const transformed = transformRecord(dataset, Buffer.from(record.data, 'base64'));
    if (transformed.accepted) {
      accepted[index] = transformed;
      return { recordId: record.recordId, result: 'Ok', data: dataOf(transformed) };
    }
    refused.push({
      recordId: record.recordId,
      reason: transformed.reason,
      events: transformed.documents,
    });
    return refusedRecord(record);
  });
  const eventsOf = (index: number) => accepted[index]?.events.length ?? 0;
  const answered = fitted(records, answers, refused, eventsOf);
  const unknown = new Map<string, number>();
  for (const [index, { result }] of answered.records.entries())
    for (const name of result === 'Ok' ? (accepted[index]?.unknown ?? []) : [])
      unknown.set(name, (unknown.get(name) ?? 0) + 1);
  return { ...answered, unknown };
}

/** One line for each event. Firehose puts nothing between the records of an object that it writes as text. */
function dataOf({ events }: Extract<TransformedRecord, { accepted: true }>): string {
  return Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')).toString('base64');
}

const refusedRecord = ({ recordId, data }: SourceRecord): AnsweredRecord => ({
  recordId,
  result: 'ProcessingFailed',
  data,
});

/**
 * Refuses the records that grow most, until the answer fits: Firehose would give up the whole batch otherwise. Only very
 * short events grow so much, many in one record above all: see transformBufferMegabytes in core/transform-buffer.ts.
 */
function fitted(
  records: readonly SourceRecord[],
  answers: readonly AnsweredRecord[],
  refused: readonly RefusedRecord[],
  eventsOf: (index: number) => number,
): Pick<AnsweredBatch, 'records' | 'refused'> {
  const bytes = answers.map(({ recordId, data }) => ANSWERED_RECORD_BYTES + recordId.length + data.length);
  let surplus = bytes.reduce((sum, each) => sum + each, ENVELOPE_BYTES) - PAYLOAD_BYTES;
  if (surplus <= 0) return { records: answers, refused };
  const growth = (index: number) => (answers[index]?.data.length ?? 0) - (records[index]?.data.length ?? 0);
  const tooLarge = new Set<number>();
  for (const index of [...answers.keys()].sort((left, right) => growth(right) - growth(left))) {
    if (surplus <= 0) break;
    tooLarge.add(index);
    surplus -= growth(index);
  }
  const reason =
    'with it, the answer of the transform would be larger than 6 MB: send fewer events in one record, or longer ones';
  return {
    records: answers.map((answer, index) => {
      const record = records[index];
      return record && tooLarge.has(index) ? refusedRecord(record) : answer;
    }),
    refused: [
      ...refused,
      ...[...tooLarge].map((index) => ({
        recordId: records[index]?.recordId ?? '',
        reason,
        events: eventsOf(index),
      })),
    ],
  };
}
