import { isUtf8 } from 'node:buffer';
import type { Dataset } from '../../core/dataset';
import { eventTexts, transformRecord, type Refused } from '../../core/transform';
import type { ErrorRecord } from './error-record';

/** One event of a record that Firehose kept. */
export interface KeptEvent {
  readonly record: ErrorRecord;
  /** The event by itself, as it was sent. */
  readonly data: Buffer;
  /** Why the dataset file refuses the event now; undefined if it accepts the event, or if the dataset is unknown. */
  readonly refused: Refused | undefined;
}

/**
 * The events of a record, each judged by itself with the transform's own code. Firehose takes one result for a record, so
 * the transform has refused the good events of a record together with a bad one, and none of them was delivered.
 */
export function keptEvents(record: ErrorRecord, dataset: Dataset | undefined): KeptEvent[] {
  return eventsIn(record.data).map((data) => {
    const judged = dataset && transformRecord(dataset, data);
    return { record, data, refused: judged?.accepted === false ? judged : undefined };
  });
}

function eventsIn(data: Buffer): readonly Buffer[] {
  const texts = isUtf8(data) ? eventTexts(data.toString('utf8')) : [];
  return texts.length > 1 ? texts.map((text) => Buffer.from(text)) : [data];
}
