import type { ColumnType } from './column-types';
import type { Column, Dataset } from './dataset';

/** An event that the transform passes on, or why it does not. */
export type TransformedEvent =
  | { readonly accepted: true; readonly event: Readonly<Record<string, string | number | boolean | null>> }
  /** `column` is undefined where the event as a whole is wrong. */
  | { readonly accepted: false; readonly reason: string; readonly column?: string };

/** Keeps a byte order mark, which JSON does not have, and refuses what is no UTF-8, which must not become another value. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Transforms a record's data as it was sent: see {@link transformEvent}. */
export function transformRecord(dataset: Dataset, data: Uint8Array): TransformedEvent {
  let text: string;
  try {
    text = decoder.decode(data);
  } catch {
    return { accepted: false, reason: 'not JSON: it is not UTF-8' };
  }
  return transformEvent(dataset, text);
}

/**
 * Checks one event against its dataset and writes its values as Firehose's Parquet conversion reads them.
 * Attributes that are no column are dropped, as Firehose drops them.
 * @param text the record's data: one JSON object.
 */
export function transformEvent(dataset: Dataset, text: string): TransformedEvent {
  const parsed = parseObject(text);
  if ('reason' in parsed) return { accepted: false, reason: parsed.reason };

  // Without a prototype, so that a column may have any name.
  const event = Object.create(null) as Record<string, string | number | boolean | null>;
  for (const column of fileColumnsOfEvents(dataset)) {
    const raw = parsed.attributes.get(column.name);
    if (raw === undefined || raw === null) {
      if (column.required) {
        return {
          accepted: false,
          column: column.name,
          reason: `${column.name} is ${raw === null ? 'null' : 'missing'}`,
        };
      }
      event[column.name] = null;
      continue;
    }
    const converted = convert(column.type, raw);
    if ('problem' in converted) {
      return {
        accepted: false,
        column: column.name,
        reason: `${column.name}: ${shown(raw)} is ${converted.problem}`,
      };
    }
    event[column.name] = converted.value;
  }
  if (dataset.target.derive_in === 'transform') {
    const time = new Date(`${String(event[dataset.target.event_time]).replace(' ', 'T')}Z`);
    const parts = {
      year: time.getUTCFullYear(),
      month: time.getUTCMonth() + 1,
      day: time.getUTCDate(),
      hour: time.getUTCHours(),
    };
    for (const part of dataset.target.derive) event[part] = parts[part];
  }
  return { accepted: true, event };
}

/** A value for a message. Nested ones are not written out: they can be deeper than the stack lets JSON.stringify go. */
function shown(raw: unknown): string {
  if (typeof raw === 'object') return Array.isArray(raw) ? 'an array' : 'an object';
  const text = JSON.stringify(raw);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** The columns that an event itself has to bring: all of the file's but those that the transform derives. */
function fileColumnsOfEvents(dataset: Dataset): readonly Column[] {
  const derived: readonly string[] = dataset.target.derive_in === 'transform' ? dataset.target.derive : [];
  return dataset.columns.filter((column) => !derived.includes(column.name));
}

function parseObject(text: string): { attributes: ReadonlyMap<string, unknown> } | { reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { reason: `not JSON: ${(error as Error).message}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      reason: `not a JSON object but ${Array.isArray(value) ? 'an array' : JSON.stringify(value).slice(0, 100)}`,
    };
  }
  // Firehose folds names to lower case; so does Redshift.
  return { attributes: new Map(Object.entries(value).map(([name, each]) => [name.toLowerCase(), each])) };
}

type Converted = { readonly value: string | number | boolean } | { readonly problem: string };

const INTEGER_RANGES = {
  smallint: [-32_768n, 32_767n],
  integer: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
} as const;

function convert(type: ColumnType, raw: unknown): Converted {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return convertInteger(raw, type.kind);
    case 'decimal':
      return convertDecimal(raw, type.precision, type.scale);
    case 'real':
    case 'double precision':
      return convertFloating(raw, type.kind);
    case 'boolean':
      return typeof raw === 'boolean' ? { value: raw } : { problem: 'no boolean (true or false)' };
    case 'char':
    case 'varchar':
      return convertText(raw, type.kind, type.length);
    case 'date':
      return convertDate(raw);
    case 'timestamp':
      return convertTimestamp(raw);
  }
}

function convertInteger(raw: unknown, kind: keyof typeof INTEGER_RANGES): Converted {
  const problem = { problem: `no ${kind}` };
  if (isRounded(raw)) return { problem: `no exact ${kind}: ${AS_TEXT}` };
  if (typeof raw === 'number' && !Number.isInteger(raw)) return problem;
  if (typeof raw !== 'number' && !(typeof raw === 'string' && /^[+-]?\d{1,20}$/.test(raw.trim())))
    return problem;
  const value = BigInt(typeof raw === 'string' ? raw.trim().replace(/^\+/, '') : raw);
  const [least, greatest] = INTEGER_RANGES[kind];
  if (value < least || value > greatest) return { problem: `out of the range of ${kind}` };
  // Text keeps a bigint exact through JSON; the conversion to Parquet reads both.
  return { value: typeof raw === 'string' ? value.toString() : raw };
}

/** JSON.parse has already rounded what is beyond 2^53: to pass it on would load another value than was sent. */
function isRounded(raw: unknown): boolean {
  return Number.isInteger(raw) && !Number.isSafeInteger(raw);
}
const AS_TEXT = 'write numbers beyond 2^53 as text';

/** A number as JSON and Redshift write it, with or without an exponent. */
const NUMBER = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;

function convertDecimal(raw: unknown, precision: number, scale: number): Converted {
  const kind = `decimal(${precision},${scale})`;
  if (isRounded(raw)) return { problem: `no exact ${kind}: ${AS_TEXT}` };
  if (typeof raw === 'number' && mayLackDigits(raw, scale))
    return { problem: `no exact ${kind}: ${AS_TEXT}` };
  const match = typeof raw === 'number' || typeof raw === 'string' ? NUMBER.exec(String(raw).trim()) : null;
  if (!match) return { problem: `no ${kind}` };
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const rounded = roundHalfAwayFromZero(`${whole}${fraction}`, whole.length + Number(exponent) + scale);
  if (rounded.length > precision) return { problem: `out of the range of ${kind}` };
  const digits = rounded.padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = `${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
  return { value: sign === '-' && rounded !== '0' ? `-${text}` : text };
}

/** Whether JSON.parse may have dropped digits that the scale keeps: it holds 15 of them for sure. */
function mayLackDigits(raw: number, scale: number): boolean {
  const digits = String(raw)
    .replace(/e.*$/, '')
    .replace(/\D|^[-0.]+/g, '');
  return Number.isFinite(raw) && digits.length > 15 && Math.abs(raw) * 10 ** scale > Number.MAX_SAFE_INTEGER;
}

/** The first `kept` of the digits (zeros follow the last) as an integer, rounded by the next one as Redshift rounds. */
function roundHalfAwayFromZero(digits: string, kept: number): string {
  if (kept < 0) return '0';
  const up = (digits[kept] ?? '0') >= '5' ? 1n : 0n;
  return (BigInt(digits.slice(0, kept).padEnd(kept, '0')) + up).toString();
}

function convertFloating(raw: unknown, kind: 'real' | 'double precision'): Converted {
  if (typeof raw !== 'number' && !(typeof raw === 'string' && NUMBER.test(raw.trim())))
    return { problem: 'no number' };
  const value = Number(raw);
  // JSON reads 1e400 as Infinity and would write it as null.
  const fits = Number.isFinite(kind === 'real' ? Math.fround(value) : value);
  return fits ? { value } : { problem: `out of the range of ${kind}` };
}

const encoder = new TextEncoder();

function convertText(raw: unknown, kind: 'char' | 'varchar', bytes: number): Converted {
  if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean')
    return { problem: 'no text' };
  if (isRounded(raw) || raw === Infinity || raw === -Infinity)
    return { problem: `no exact text: ${AS_TEXT}` };
  const value = String(raw);
  if (/\p{Surrogate}/u.test(value)) return { problem: 'no valid text: half of a surrogate pair is in it' };
  // Source: Amazon Redshift, "Data conversion parameters": to COPY a NUL is the end of a value, not a part of one.
  if (value.includes('\u0000')) return { problem: 'no text that Redshift keeps: a NUL character is in it' };
  const length = encoder.encode(value).length;
  if (length > bytes) return { problem: `${length} bytes long, ${bytes} are allowed` };
  // Source: Amazon Redshift, "Character types": CHAR holds single-byte characters only.
  if (kind === 'char' && length > value.length)
    return { problem: 'no char: only ASCII may stand in it (use varchar)' };
  return { value };
}

function convertDate(raw: unknown): Converted {
  if (typeof raw === 'string' && /^(?!0000)\d{4}-\d{2}-\d{2}$/.test(raw) && isRealDay(raw))
    return { value: raw };
  return { problem: 'no date (2026-11-23)' };
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/** 10^11 seconds are the year 5138, as many milliseconds are 1973: a number below it is meant in seconds. */
const EPOCH_SECONDS_BELOW = 1e11;

/** ISO 8601 with any offset (none: UTC), or epoch seconds or milliseconds. Written in UTC as `2026-11-23 08:15:00.000000`. */
function convertTimestamp(raw: unknown): Converted {
  const problem = { problem: 'no timestamp (2026-11-23T08:15:00Z, or epoch seconds or milliseconds)' };
  if (typeof raw === 'number') {
    const seconds = Math.abs(raw) < EPOCH_SECONDS_BELOW;
    const time = new Date(seconds ? Math.round(raw * 1_000) : raw);
    if ((!seconds && !Number.isInteger(raw)) || Number.isNaN(time.getTime())) return problem;
    return (
      inYears(time.toISOString().slice(0, 19).replace('T', ' '), `${time.toISOString().slice(20, 23)}000`) ??
      problem
    );
  }
  if (typeof raw !== 'string') return problem;
  const match = TIMESTAMP.exec(raw.trim());
  if (!match) return problem;
  const [, day = '', clock = '', fraction = '', offset = 'Z'] = match;
  const zone = offset === 'Z' || offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const time = new Date(`${day}T${clock}${zone}`);
  if (!isRealDay(day) || Number.isNaN(time.getTime()) || clock >= '24') return problem;
  return (
    inYears(time.toISOString().slice(0, 19).replace('T', ' '), fraction.padEnd(6, '0').slice(0, 6)) ?? problem
  );
}

/** Years beyond 1 to 9999 have no text that every reader of the file agrees on. */
function inYears(seconds: string, fraction: string): { value: string } | undefined {
  return /^\d{4}-/.test(seconds) && !seconds.startsWith('0000')
    ? { value: `${seconds}.${fraction}` }
    : undefined;
}

/** 2026-02-30 is none, though Date would take it for March 2nd. */
function isRealDay(day: string): boolean {
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}
