import { INTEGER_RANGES, type ColumnType } from './column-types';
import type { Column, Dataset } from './dataset';
import { jsonDocuments } from './json-documents';

/** The values of an event by column. A column without a value is left out: the conversion to Parquet makes it null. */
export type EventValues = Readonly<Record<string, string | number | boolean>>;

/** Why the transform refuses an event. `column` is undefined if the event as a whole is wrong. */
interface Refused {
  readonly accepted: false;
  readonly reason: string;
  readonly column?: string;
}

/** An event that the transform accepts, or why it refuses it. */
export type TransformedEvent =
  | {
      readonly accepted: true;
      readonly event: EventValues;
      /** The attributes that are not columns. Their values are dropped, as Firehose drops them. */
      readonly unknown: readonly string[];
    }
  | Refused;

/** A record is accepted or refused as a whole, because Firehose takes one result for it. */
export type TransformedRecord =
  | { readonly accepted: true; readonly events: readonly EventValues[]; readonly unknown: readonly string[] }
  | Refused;

/** Keeps a byte order mark, so that JSON.parse refuses it, and refuses invalid UTF-8 instead of changing the value. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Two objects in a row may begin here. */
const NEXT_OBJECT = /\}[ \t\r\n]*\{/;

/** Transforms the bytes of a record, which holds one event or several: see {@link transformEvent}. */
export function transformRecord(dataset: Dataset, data: Uint8Array): TransformedRecord {
  let text: string;
  try {
    text = decoder.decode(data);
  } catch {
    return { accepted: false, reason: 'not JSON: it is not UTF-8' };
  }
  const documents = NEXT_OBJECT.test(text) ? jsonDocuments(text) : [text];
  const events: EventValues[] = [];
  const unknown: string[] = [];
  for (const [index, document] of documents.entries()) {
    const transformed = transformEvent(dataset, document);
    if (!transformed.accepted) {
      const where = documents.length === 1 ? '' : `event ${index + 1} of ${documents.length} in the record: `;
      return { ...transformed, reason: `${where}${transformed.reason}` };
    }
    events.push(transformed.event);
    for (const name of transformed.unknown) unknown.push(name);
  }
  return { accepted: true, events, unknown };
}

/**
 * Checks one event against its dataset and writes its values in the form that Firehose's Parquet conversion reads.
 * @param text one JSON object.
 */
export function transformEvent(dataset: Dataset, text: string): TransformedEvent {
  const parsed = parseObject(text);
  if ('reason' in parsed) return { accepted: false, reason: parsed.reason };

  // The object has no prototype, so that a column may have any name.
  const event = Object.create(null) as Record<string, string | number | boolean>;
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
      continue;
    }
    const converted = keyChecked(dataset, column, convert(column.type, raw));
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
  return { accepted: true, event, unknown: unknownAttributes(dataset, parsed.names) };
}

/** Redshift ignores blanks at the end of a text when it compares keys: see keyChecks in core/staging.ts. */
function keyChecked({ target }: Dataset, { name }: Column, converted: Converted): Converted {
  const endsWithBlank =
    'value' in converted && typeof converted.value === 'string' && converted.value.endsWith(' ');
  return endsWithBlank && target.key.includes(name)
    ? { problem: 'not a key that Redshift keeps apart from others: it ends with a blank' }
    : converted;
}

const columnNames = new WeakMap<Dataset, ReadonlySet<string>>();

function unknownAttributes(dataset: Dataset, names: readonly string[]): readonly string[] {
  const columns = columnNames.get(dataset) ?? new Set(fileColumnsOfEvents(dataset).map(({ name }) => name));
  columnNames.set(dataset, columns);
  return names.filter((name) => !columns.has(name.toLowerCase()));
}

/** A value for a message. A nested value is not written out, because JSON.stringify could run out of stack. */
function shown(raw: unknown): string {
  if (typeof raw === 'object') return Array.isArray(raw) ? 'an array' : 'an object';
  const text = JSON.stringify(raw);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** The columns that an event must contain: all columns of the file except those that the transform derives. */
function fileColumnsOfEvents(dataset: Dataset): readonly Column[] {
  const derived: readonly string[] = dataset.target.derive_in === 'transform' ? dataset.target.derive : [];
  return dataset.columns.filter((column) => !derived.includes(column.name));
}

const AN_ARRAY = 'not a JSON object but an array: send its members one after the other';

function parseObject(
  text: string,
): { attributes: ReadonlyMap<string, unknown>; names: readonly string[] } | { reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { reason: text.trimStart().startsWith('[') ? AN_ARRAY : `not JSON: ${(error as Error).message}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      reason: Array.isArray(value)
        ? AN_ARRAY
        : `not a JSON object but ${JSON.stringify(value).slice(0, 100)}`,
    };
  }
  const attributes = new Map<string, unknown>();
  const names = Object.keys(value);
  for (const name of names) {
    // Firehose and Redshift fold names to lower case.
    const folded = name.toLowerCase();
    if (attributes.has(folded))
      return { reason: `two attributes are named ${shown(folded)}, in another case` };
    attributes.set(folded, (value as Record<string, unknown>)[name]);
  }
  return { attributes, names };
}

type Converted = { readonly value: string | number | boolean } | { readonly problem: string };

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
      return typeof raw === 'boolean' ? { value: raw } : { problem: 'not a boolean (true or false)' };
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
  const problem = { problem: `not a valid ${kind}` };
  if (isRounded(raw)) return { problem: `not an exact ${kind}: ${AS_TEXT}` };
  if (typeof raw === 'number' && !Number.isInteger(raw)) return problem;
  if (typeof raw !== 'number' && !(typeof raw === 'string' && /^[+-]?\d{1,20}$/.test(raw.trim())))
    return problem;
  const value = BigInt(typeof raw === 'string' ? raw.trim().replace(/^\+/, '') : raw);
  const [least, greatest] = INTEGER_RANGES[kind];
  if (value < least || value > greatest) return { problem: `out of the range of ${kind}` };
  // Text keeps a bigint exact through JSON; the conversion to Parquet reads both.
  return { value: typeof raw === 'string' ? value.toString() : raw };
}

/** JSON.parse has already rounded an integer beyond 2^53. Passing it on would load a wrong value. */
function isRounded(raw: unknown): boolean {
  return Number.isInteger(raw) && !Number.isSafeInteger(raw);
}
const AS_TEXT = 'write numbers beyond 2^53 as text';

/** A number as JSON and Redshift write it, with or without an exponent. */
const NUMBER = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;

function convertDecimal(raw: unknown, precision: number, scale: number): Converted {
  const kind = `decimal(${precision},${scale})`;
  if (isRounded(raw)) return { problem: `not an exact ${kind}: ${AS_TEXT}` };
  if (typeof raw === 'number' && mayLackDigits(raw, scale))
    return { problem: `not an exact ${kind}: ${AS_TEXT}` };
  const match = typeof raw === 'number' || typeof raw === 'string' ? NUMBER.exec(String(raw).trim()) : null;
  if (!match) return { problem: `not a valid ${kind}` };
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const rounded = roundHalfAwayFromZero(`${whole}${fraction}`, whole.length + Number(exponent) + scale);
  if (rounded.length > precision) return { problem: `out of the range of ${kind}` };
  const digits = rounded.padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = `${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
  return { value: sign === '-' && rounded !== '0' ? `-${text}` : text };
}

/** Whether JSON.parse may have dropped digits that the scale keeps. A number holds 15 digits for sure. */
function mayLackDigits(raw: number, scale: number): boolean {
  const digits = String(raw)
    .replace(/e.*$/, '')
    .replace(/\D|^[-0.]+/g, '');
  return Number.isFinite(raw) && digits.length > 15 && Math.abs(raw) * 10 ** scale > Number.MAX_SAFE_INTEGER;
}

/** The first `kept` digits (with zeros after the last) as an integer, rounded by the next digit as Redshift rounds. */
function roundHalfAwayFromZero(digits: string, kept: number): string {
  if (kept < 0) return '0';
  const up = (digits[kept] ?? '0') >= '5' ? 1n : 0n;
  return (BigInt(digits.slice(0, kept).padEnd(kept, '0')) + up).toString();
}

function convertFloating(raw: unknown, kind: 'real' | 'double precision'): Converted {
  if (typeof raw !== 'number' && !(typeof raw === 'string' && NUMBER.test(raw.trim())))
    return { problem: 'not a number' };
  const value = Number(raw);
  // JSON.parse reads 1e400 as Infinity, and JSON.stringify would write that as null.
  const fits = Number.isFinite(kind === 'real' ? Math.fround(value) : value);
  return fits ? { value } : { problem: `out of the range of ${kind}` };
}

const encoder = new TextEncoder();

function convertText(raw: unknown, kind: 'char' | 'varchar', bytes: number): Converted {
  if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean')
    return { problem: 'not text' };
  if (isRounded(raw) || raw === Infinity || raw === -Infinity)
    return { problem: `not an exact text: ${AS_TEXT}` };
  const value = String(raw);
  if (/\p{Surrogate}/u.test(value)) return { problem: 'not valid text: it has half of a surrogate pair' };
  // Source: Amazon Redshift, "Data conversion parameters": COPY treats a NUL as the end of a value, not as a part of it.
  if (value.includes('\u0000')) return { problem: 'not a text that Redshift keeps: it has a NUL character' };
  const length = encoder.encode(value).length;
  if (length > bytes) return { problem: `${length} bytes long, ${bytes} are allowed` };
  // Source: Amazon Redshift, "Character types": CHAR holds single-byte characters only.
  if (kind === 'char' && length > value.length)
    return { problem: 'not a char: a char holds only ASCII (use varchar)' };
  return { value };
}

function convertDate(raw: unknown): Converted {
  if (typeof raw === 'string' && /^(?!0000)\d{4}-\d{2}-\d{2}$/.test(raw) && isRealDay(raw))
    return { value: raw };
  return { problem: 'not a date (2026-11-23)' };
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/** 10^11 seconds are the year 5138; 10^11 milliseconds are the year 1973. So a smaller number means seconds. */
const EPOCH_SECONDS_BELOW = 1e11;

/** Reads ISO 8601 with any offset (default: UTC), or epoch seconds or milliseconds. Writes UTC: `2026-11-23 08:15:00.000000`. */
function convertTimestamp(raw: unknown): Converted {
  const problem = { problem: 'not a timestamp (2026-11-23T08:15:00Z, or epoch seconds or milliseconds)' };
  if (typeof raw === 'number') {
    const seconds = Math.abs(raw) < EPOCH_SECONDS_BELOW;
    const time = new Date(seconds ? Math.round(raw * 1_000) : raw);
    if ((!seconds && !Number.isInteger(raw)) || Number.isNaN(time.getTime())) return problem;
    return timestampOf(time, `${time.toISOString().slice(-4, -1)}000`);
  }
  if (typeof raw !== 'string') return problem;
  const match = TIMESTAMP.exec(raw.trim());
  if (!match) return problem;
  const [, day = '', clock = '', fraction = '', offset = 'Z'] = match;
  const zone = offset === 'Z' || offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const time = new Date(`${day}T${clock}${zone}`);
  if (!isRealDay(day) || Number.isNaN(time.getTime()) || clock >= '24') return problem;
  return timestampOf(time, fraction.padEnd(6, '0').slice(0, 6));
}

/**
 * Firehose's Parquet writer counts nanoseconds from 1970 in 64 bits. An earlier or later time would become one of another
 * year, without an error. Source: floci, an emulator of AWS, saw epoch 999999999999 s arrive in the year 2092.
 */
const EARLIEST = '1677-09-22 00:00:00.000000';
const LATEST = '2262-04-11 23:47:16.854775';

function timestampOf(time: Date, microseconds: string): Converted {
  const value = `${time.toISOString().slice(0, 19).replace('T', ' ')}.${microseconds}`;
  return /^\d{4}-/.test(value) && value >= EARLIEST && value <= LATEST
    ? { value }
    : { problem: `out of the range of timestamps that Firehose writes (${EARLIEST} to ${LATEST})` };
}

/** 2026-02-30 is not real, but Date reads it as March 2nd. */
function isRealDay(day: string): boolean {
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}
