import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Dataset } from '../../core/dataset';
import { jsonDocuments } from '../../core/json-documents';
import { JsonReader } from '../../core/json-reader';
import { oneLine } from '../../core/one-line';
import { transformRecord } from '../../core/transform';
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
  /** Number of lines that are not error records of Firehose. */
  readonly unreadable: number;
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

/**
 * A line of an object under `processing-failed` or `format-conversion-failed`. Some names differ between the two.
 * Source: Amazon Data Firehose Developer Guide, "Handle failure in data transformation" and "Error handling for data
 * format conversion".
 */
const errorRecord = z.object({
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
  lastErrorCode: z.string().optional(),
  lastErrorMessage: z.string().optional(),
  arrivalTimestamp: z.number().optional(),
  attemptsMade: z.number().optional(),
  rawData: z.string(),
});

/** Decodes the refused events that Firehose keeps, and finds the reasons with the transform's rules. */
export async function inspectRefused(
  file: LakeFileSource,
  dataset: Dataset | undefined,
): Promise<RefusedDocument> {
  const events: RefusedEvent[] = [];
  let unreadable = 0;
  await file.withLocalCopy(async (path) => {
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      number += 1;
      if (line.trim() === '') continue;
      const event = refusedEvent(line, number, dataset);
      if (event) events.push(event);
      else unreadable += 1;
    }
  });
  return {
    kind: 'refused-events',
    path: file.name,
    size: file.size,
    dataset: dataset?.name ?? null,
    events,
    unreadable,
  };
}

/** @returns undefined if the line is not an error record. */
export function refusedEvent(
  line: string,
  number: number,
  dataset: Dataset | undefined,
): RefusedEvent | undefined {
  const parsed = errorRecord.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const record = parsed.data;
  const data = Buffer.from(record.rawData, 'base64');
  const judged = dataset && transformRecord(dataset, data);
  return {
    line: number,
    error_code: record.errorCode ?? record.lastErrorCode ?? null,
    error_message: record.errorMessage ?? record.lastErrorMessage ?? null,
    arrived: record.arrivalTimestamp === undefined ? null : isoTime(record.arrivalTimestamp),
    attempts: record.attemptsMade ?? null,
    event: data.toString('utf8'),
    utf8: isUtf8(data),
    reason: judged && !judged.accepted ? judged.reason : null,
    column: (judged && !judged.accepted && judged.column) || null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isoTime(milliseconds: number): string | null {
  const time = new Date(milliseconds);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

const LONGEST_EVENT = 300;

/** @param rows number of events to show. */
export function refusedText({ path, dataset, events, unreadable }: RefusedDocument, rows: number): string {
  const lines = [
    displayText(path, Infinity),
    `${plural(events.length, 'event')} that Firehose kept and did not deliver`,
  ];
  if (unreadable > 0) lines.push(`${plural(unreadable, 'line')} cannot be read as Firehose’s error records`);
  if (dataset === null) lines.push('Name the --dataset to see why its transform refuses them.');
  const shown = events.slice(0, rows);
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

/** The kept events as lines. `left`: the number of records and events that no line can hold unchanged. */
export interface EventLines {
  readonly lines: readonly string[];
  readonly left: number;
}

/**
 * The kept events, one a line, as `sluice stream` takes them: each becomes a record of its own, so that an event that is
 * refused again keeps no good one back. A text cannot hold records that are not UTF-8.
 */
export function eventLines({ events, unreadable }: RefusedDocument): EventLines {
  const texts = events.filter(({ utf8 }) => utf8).flatMap(({ event }) => jsonDocuments(event));
  const lines = texts.map(eventLine).filter((line) => line !== undefined);
  const left = texts.length - lines.length + events.filter(({ utf8 }) => !utf8).length + unreadable;
  return { lines, left };
}

/** @returns undefined for an event that would change on one line, or could control a terminal. */
function eventLine(event: string): string | undefined {
  // Within JSON, these are only ever white space. Escapes in its texts mean the same characters.
  if (isJson(event)) return oneLine(event.replace(/[\r\n\t]+/g, ' '));
  return oneLine(event) === event ? event : undefined;
}

function isJson(text: string): boolean {
  try {
    const reader = new JsonReader(text);
    reader.readValue();
    reader.expectEnd();
    return true;
  } catch {
    return false;
  }
}
