import { isUtf8 } from 'node:buffer';
import type { Dataset } from '../../core/dataset';
import { transformRecord } from '../../core/transform';
import type { ErrorRecord } from '../refused/error-record';
import { keptEvents } from '../refused/kept-event';
import { openObjects, UnreadableObject } from '../refused/open-objects';
import { Reasons, type ReasonCount } from '../refused/reasons';
import { reasonsTable } from '../refused/reasons-table';
import { displayText, renderTable } from '../shared/table';
import { plural } from '../shared/text';
import type { LakeFileSource } from './lake-file';

/** The document of `--json`: scripts rely on it. */
export interface RefusedDocument {
  readonly kind: 'refused-events';
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The dataset whose transform gives the `reason`; null if it is unknown. */
  readonly dataset: string | null;
  readonly events: readonly RefusedEvent[];
  /** The reasons of all events, each judged by itself. The examples are left out, since `events` has all of them. */
  readonly reasons: readonly ReasonCount[];
  /** Number of lines that are not error records of Firehose. */
  readonly unreadable: number;
  /** Why the object as a whole is none of Firehose's error objects; null if it is one. */
  readonly problem: string | null;
}

export interface RefusedEvent {
  readonly line: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** ISO 8601. */
  readonly arrived: string | null;
  readonly attempts: number | null;
  /** The record as it was sent, one event or several, decoded as UTF-8. */
  readonly event: string;
  /** Whether the record is UTF-8. If not, `event` is not what was sent. */
  readonly utf8: boolean;
  /** Why the transform refuses it; null if it accepts the event now, or if the dataset is unknown. */
  readonly reason: string | null;
  /** The column that `reason` is about. */
  readonly column: string | null;
}

/** Decodes the refused events that Firehose keeps in an object, and finds the reasons with the transform's rules. */
export async function inspectRefused(
  file: LakeFileSource,
  dataset: Dataset | undefined,
): Promise<RefusedDocument> {
  const events: RefusedEvent[] = [];
  const reasons = new Reasons(0);
  const name = dataset?.name ?? null;
  let unreadable = 0;
  let problem: string | null = null;
  for await (const object of openObjects([file])) {
    try {
      for await (const { line, record } of object.lines()) {
        if (!record) {
          unreadable += 1;
          continue;
        }
        events.push(refusedEvent(record, line, dataset));
        for (const event of keptEvents(record, dataset))
          reasons.add(event, { dataset: name, path: file.name, line });
      }
    } catch (error) {
      if (!(error instanceof UnreadableObject)) throw error;
      problem = error.message;
    }
  }
  return {
    ...{ kind: 'refused-events', path: file.name, size: file.size, dataset: name },
    ...{ events, reasons: reasons.list(), unreadable, problem },
  };
}

export function refusedEvent(record: ErrorRecord, line: number, dataset: Dataset | undefined): RefusedEvent {
  const judged = dataset && transformRecord(dataset, record.data);
  return {
    line,
    error_code: record.code,
    error_message: record.message,
    arrived: record.arrived,
    attempts: record.attempts,
    event: record.data.toString('utf8'),
    utf8: isUtf8(record.data),
    reason: judged && !judged.accepted ? judged.reason : null,
    column: (judged && !judged.accepted && judged.column) || null,
  };
}

/** `3 events`, or `2 records with 3 events` if a record holds several. */
export const recordsText = (records: number, events: number): string =>
  records === events
    ? plural(events, 'event')
    : `${plural(records, 'record')} with ${plural(events, 'event')}`;

const LONGEST_EVENT = 300;

/** @param rows number of events to show. */
export function refusedText(document: RefusedDocument, rows: number, width?: number): string {
  const { path, dataset, events, reasons, unreadable, problem } = document;
  const lines = [displayText(path, Infinity)];
  if (problem !== null) return [...lines, `It is not readable: ${problem}.`].join('\n');
  const total = reasons.reduce((sum, each) => sum + each.events, 0);
  lines.push(`${recordsText(events.length, total)} that Firehose kept and did not deliver`);
  if (unreadable > 0) lines.push(`${plural(unreadable, 'line')} cannot be read as Firehose’s error records`);
  if (dataset === null) lines.push('Name the --dataset to see why its transform refuses them.');
  const shown = events.slice(0, rows);
  if (shown.length < events.length) lines.push('', reasonsTable(reasons, width));
  for (const { line, arrived, error_code: code, error_message: message, reason, event } of shown) {
    const why = reason ?? (dataset === null ? null : `by itself, dataset ${dataset} accepts it now`);
    lines.push(
      '',
      renderTable(
        [`event ${line}`, ''],
        [
          ['arrived', arrived],
          ['error', [code, message].filter((part) => part !== null).join(': ')],
          ...(why === null ? [] : [['reason', why]]),
          ['event', displayText(event, LONGEST_EVENT)],
        ],
        // Long texts may wrap: they are there to be read in full.
        { width: Infinity, lengths: [LONGEST_EVENT] },
      ),
    );
  }
  if (shown.length < events.length)
    lines.push(
      '',
      `… and ${plural(events.length - shown.length, 'event')} more; --rows shows more, --json all`,
    );
  return lines.join('\n');
}
