import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Dataset } from '../../core/dataset';
import { transformRecord } from '../../core/transform';
import { displayText, renderTable } from '../shared/table';
import type { LakeFileSource } from './lake-file';
import { plural } from '../shared/text';

/** What scripts may rely on. */
export interface RefusedDocument {
  readonly kind: 'refused-events';
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The dataset that `reason` is by; null where it is not known which one it is. */
  readonly dataset: string | null;
  readonly events: readonly RefusedEvent[];
  /** How many lines are no error record of Firehose's. */
  readonly unreadable: number;
}

export interface RefusedEvent {
  readonly line: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** ISO 8601. */
  readonly arrived: string | null;
  readonly attempts: number | null;
  /** What was sent, byte for byte as UTF-8 reads it. */
  readonly event: string;
  /** Why the transform does not take it; null where it does (by now), or where the dataset is not known. */
  readonly reason: string | null;
  /** The column that `reason` is about. */
  readonly column: string | null;
}

/**
 * One line of an object under `processing-failed` or `format-conversion-failed`, which differ in some names.
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

/** Decodes what Firehose keeps of refused events, and asks the transform's own rules why. */
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

/** @returns undefined for a line that is no error record. */
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

/** @param rows how many events to show. */
export function refusedText({ path, dataset, events, unreadable }: RefusedDocument, rows: number): string {
  const lines = [
    displayText(path, Infinity),
    `${plural(events.length, 'event')} that Firehose kept and did not deliver`,
  ];
  if (unreadable > 0) lines.push(`${plural(unreadable, 'line')} cannot be read as Firehose’s error records`);
  if (dataset === null) lines.push('Name the --dataset to see why its transform refuses them.');
  const shown = events.slice(0, rows);
  for (const { line, arrived, error_code: code, error_message: message, reason, event } of shown) {
    const why = reason ?? (dataset === null ? null : `dataset ${dataset} takes it as it is now`);
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
        // Texts this long may run over several lines of the terminal: they are meant to be read whole.
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
