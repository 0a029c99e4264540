import * as z from 'zod';

/** A record that Firehose kept because it could not turn it into Parquet. */
export interface ErrorRecord {
  readonly code: string | null;
  readonly message: string | null;
  /** When Firehose received the record, in ISO 8601. */
  readonly arrived: string | null;
  readonly attempts: number | null;
  /**
   * The record, which holds one event or several: as it was sent, or, under `format-conversion-failed`, as the transform
   * answered it. The transform accepts its own answers.
   */
  readonly data: Buffer;
}

/**
 * A line of an object under `processing-failed` or `format-conversion-failed`. Some names differ between the two, and
 * between what AWS writes and what its guide says.
 * Source: Amazon Data Firehose Developer Guide, "Handle failure in data transformation" and "Handling errors for data
 * format conversion".
 */
const errorRecord = z.object({
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
  lastErrorCode: z.string().optional(),
  lastErrorMessage: z.string().optional(),
  ErrorCode: z.string().optional(),
  ErrorMessage: z.string().optional(),
  arrivalTimestamp: z.number().optional(),
  attemptsMade: z.number().optional(),
  rawData: z.string().refine(isBase64),
});

/** @returns undefined if the line is not an error record. */
export function readErrorRecord(line: string): ErrorRecord | undefined {
  const parsed = errorRecord.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const { arrivalTimestamp, attemptsMade, rawData, ...named } = parsed.data;
  return {
    code: named.errorCode ?? named.lastErrorCode ?? named.ErrorCode ?? null,
    message: named.errorMessage ?? named.lastErrorMessage ?? named.ErrorMessage ?? null,
    arrived: arrivalTimestamp === undefined ? null : isoTime(arrivalTimestamp),
    attempts: attemptsMade ?? null,
    data: Buffer.from(rawData, 'base64'),
  };
}

/** Buffer.from() leaves out what is not base64, which would change an event. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
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
