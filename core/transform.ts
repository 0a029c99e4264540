import { INTEGER_RANGES, type ColumnType } from './column-types';
import type { Column, Dataset } from './dataset';
import { exactNumber, withoutNoise, type ExactNumber } from './exact-number';
import { jsonDocuments } from './json-documents';
import { JsonReader, JsonSyntaxError, type JsonValue } from './json-reader';

/** The values of an event by column. A column without a value is left out: the conversion to Parquet makes it null. */
export type EventValues = Readonly<Record<string, string | number | boolean>>;

/** Why the transform refuses an event. `column` is undefined if the event as a whole is wrong. */
export interface Refused {
  readonly accepted: false;
  readonly reason: string;
  /** The reason without the event's values and without examples, so that all events that break the same rule can be counted as one. */
  readonly rule: string;
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
  | (Refused & {
      /** How many events the record has. None of them is delivered. */
      readonly documents: number;
    });

/** Keeps a byte order mark, so that the event is refused, and refuses invalid UTF-8 instead of changing the value. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const NOT_UTF8 = 'not JSON: it is not UTF-8';

/** Two objects in a row may begin here. */
const NEXT_OBJECT = /\}[ \t\r\n]*\{/;

/** The texts of the events in a record. A text with an error comes back for the parser, which says what is wrong. */
export function eventTexts(text: string): readonly string[] {
  return NEXT_OBJECT.test(text) ? jsonDocuments(text) : [text];
}

/** Transforms the bytes of a record, which holds one event or several: see {@link transformEvent}. */
export function transformRecord(dataset: Dataset, data: Uint8Array): TransformedRecord {
  const documents = documentsOf(data);
  if (!documents) return { accepted: false, reason: NOT_UTF8, rule: NOT_UTF8, documents: 1 };
  const events: EventValues[] = [];
  const unknown: string[] = [];
  for (const [index, document] of documents.entries()) {
    const transformed = transformEvent(dataset, document);
    if (!transformed.accepted) {
      const reason = `${placeOf(index, documents)}${transformed.reason}`;
      return { ...transformed, reason, documents: documents.length };
    }
    events.push(transformed.event);
    for (const name of transformed.unknown) unknown.push(name);
  }
  return { accepted: true, events, unknown };
}

/** The attributes of an event, before any dataset says which of them are columns. */
export interface EventAttributes {
  /** By their names in lower case. Of two values with one name, the last. */
  readonly attributes: ReadonlyMap<string, JsonValue>;
  /** All names as they are written. */
  readonly names: readonly string[];
}

/** Reads the events of a record as {@link transformRecord} does. @returns `reason` if no dataset takes the record. */
export function readRecord(
  data: Uint8Array,
): { readonly events: readonly EventAttributes[] } | { readonly reason: string } {
  const documents = documentsOf(data);
  if (!documents) return { reason: NOT_UTF8 };
  const events: EventAttributes[] = [];
  for (const [index, document] of documents.entries()) {
    const parsed = parseObject(document, NO_COLUMNS);
    if ('reason' in parsed) return { reason: `${placeOf(index, documents)}${parsed.reason}` };
    events.push(parsed);
  }
  return { events };
}

const NO_COLUMNS: ReadonlySet<string> = new Set();

/** The texts of a record's events; undefined if it is not UTF-8. */
function documentsOf(data: Uint8Array): readonly string[] | undefined {
  let text: string;
  try {
    text = decoder.decode(data);
  } catch {
    return undefined;
  }
  return eventTexts(text);
}

function placeOf(index: number, { length }: readonly string[]): string {
  return length === 1 ? '' : `event ${index + 1} of ${length} in the record: `;
}

/**
 * Checks one event against its dataset and writes its values in the form that Firehose's Parquet conversion reads.
 * @param text one JSON object.
 */
export function transformEvent(dataset: Dataset, text: string): TransformedEvent {
  const { columns, names } = columnsOfEvents(dataset);
  const parsed = parseObject(text, names);
  if ('reason' in parsed) return { accepted: false, ...parsed };

  // The object has no prototype, so that a column may have any name.
  const event = Object.create(null) as Record<string, string | number | boolean>;
  for (const column of columns) {
    const raw = parsed.attributes.get(column.name);
    if (raw === undefined || raw.type === 'null') {
      if (column.required) {
        const reason = `${column.name} is ${raw ? 'null' : 'missing'}`;
        return { accepted: false, column: column.name, reason, rule: reason };
      }
      continue;
    }
    const converted = keyChecked(dataset, column, convert(column.type, raw));
    if ('problem' in converted) {
      return {
        accepted: false,
        column: column.name,
        reason: `${column.name}: ${shown(raw)} is ${converted.problem}`,
        rule: `${column.name} is ${converted.rule ?? converted.problem.replace(EXAMPLES, '')}`,
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

/** What a problem says of right values. */
const EXAMPLES = / \([^)]*\)$/;

/** Redshift ignores blanks at the end of a text when it compares keys: see keyChecks in core/staging.ts. */
function keyChecked({ target }: Dataset, { name }: Column, converted: Converted): Converted {
  const endsWithBlank =
    'value' in converted && typeof converted.value === 'string' && converted.value.endsWith(' ');
  return endsWithBlank && target.key.includes(name)
    ? { problem: 'not a key that Redshift keeps apart from others: it ends with a blank' }
    : converted;
}

/** The columns that an event must contain, and their names. */
interface EventColumns {
  readonly columns: readonly Column[];
  readonly names: ReadonlySet<string>;
}

const eventColumns = new WeakMap<Dataset, EventColumns>();

/** All columns of the file except those that the transform derives. */
function columnsOfEvents(dataset: Dataset): EventColumns {
  const known = eventColumns.get(dataset);
  if (known) return known;
  const derived: readonly string[] = dataset.target.derive_in === 'transform' ? dataset.target.derive : [];
  const columns = dataset.columns.filter((column) => !derived.includes(column.name));
  const made = { columns, names: new Set(columns.map(({ name }) => name)) };
  eventColumns.set(dataset, made);
  return made;
}

function unknownAttributes(dataset: Dataset, names: readonly string[]): readonly string[] {
  const columns = columnsOfEvents(dataset).names;
  return names.filter((name) => !columns.has(name.toLowerCase()));
}

/** A value for a message. A nested value is not written out. */
function shown({ type, text }: JsonValue): string {
  if (type === 'array' || type === 'object') return `an ${type}`;
  const json = type === 'string' ? JSON.stringify(text) : text;
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}

const AN_ARRAY = 'not a JSON object but an array: send its members one after the other';

function parseObject(
  text: string,
  columns: ReadonlySet<string>,
): EventAttributes | Pick<Refused, 'reason' | 'rule'> {
  const reader = new JsonReader(text);
  if (reader.atArray()) return { reason: AN_ARRAY, rule: 'not a JSON object but an array' };
  const attributes = new Map<string, JsonValue>();
  const names: string[] = [];
  let twice: string | undefined;
  try {
    if (!reader.atObject())
      return { reason: `not a JSON object but ${shown(reader.readValue())}`, rule: 'not a JSON object' };
    reader.readObject((name, value) => {
      // Firehose and Redshift fold names to lower case.
      const folded = name.toLowerCase();
      // A value that no column reads is dropped anyway.
      if (attributes.has(folded) && columns.has(folded)) twice ??= name;
      attributes.set(folded, value);
      names.push(name);
    });
    reader.expectEnd();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { reason: `not JSON: ${error.message}`, rule: 'not JSON' };
  }
  if (twice !== undefined)
    return { reason: namedTwice(twice, names), rule: 'two attributes belong to one column' };
  return { attributes, names };
}

/** One of the two values would be lost. */
function namedTwice(name: string, names: readonly string[]): string {
  const inAnotherCase = names.indexOf(name) === names.lastIndexOf(name);
  const shownName = shown({ type: 'string', text: inAnotherCase ? name.toLowerCase() : name });
  return `two attributes are named ${shownName}${inAnotherCase ? ', in another case' : ''}`;
}

/**
 * A value in the form that Firehose's Parquet conversion reads, or why the type does not take it, as a clause after "is".
 * `rule`: the problem without the event's value. Default: the problem, which names no value.
 */
export type Converted =
  { readonly value: string | number | boolean } | { readonly problem: string; readonly rule?: string };

/** The value of an attribute in the type of a column. @param raw not null. */
export function convert(type: ColumnType, raw: JsonValue): Converted {
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
      return raw.type === 'true' || raw.type === 'false'
        ? { value: raw.type === 'true' }
        : { problem: 'not a boolean (true or false)' };
    case 'char':
    case 'varchar':
      return convertText(raw, type.kind, type.length);
    case 'date':
      return convertDate(raw);
    case 'timestamp':
      return convertTimestamp(raw);
  }
}

/** More digits than a bigint has. */
const TOO_MANY_DIGITS = 20;

/** An integer that a double holds exactly. Most are, and need neither a bigint nor a text. */
const SHORT_INTEGER = /^-?[1-9]\d{0,14}$/;

function convertInteger(raw: JsonValue, kind: keyof typeof INTEGER_RANGES): Converted {
  const [least, greatest] = INTEGER_RANGES[kind];
  const isNumber = raw.type === 'number';
  if (isNumber && SHORT_INTEGER.test(raw.text)) {
    const value = Number(raw.text);
    return value < least || value > greatest ? { problem: `out of the range of ${kind}` } : { value };
  }
  const isDigits = raw.type === 'string' && /^[+-]?\d{1,20}$/.test(raw.text.trim());
  const exact = isNumber || isDigits ? exactNumber(raw.text.trim()) : undefined;
  if (!exact || exact.exponent < 0) return { problem: `not a valid ${kind}` };
  const value = exact.digits.length + exact.exponent < TOO_MANY_DIGITS ? unscaled(exact, 0) : undefined;
  if (value === undefined || value < least || value > greatest)
    return { problem: `out of the range of ${kind}` };
  // Text keeps a bigint exact through JSON; the conversion to Parquet reads both.
  const number = Number(value);
  return { value: isNumber && Number.isSafeInteger(number) ? number : value.toString() };
}

/** The number × 10^places, which must be an integer. */
function unscaled({ isNegative, digits, exponent }: ExactNumber, places: number): bigint {
  const magnitude = digits === '' ? 0n : BigInt(digits + '0'.repeat(exponent + places));
  return isNegative ? -magnitude : magnitude;
}

function convertDecimal(raw: JsonValue, precision: number, scale: number): Converted {
  const kind = `decimal(${precision},${scale})`;
  const given = numberOf(raw);
  if (!given) return { problem: `not a valid ${kind}` };
  // The text of a decimal is no double, so it has no noise.
  const exact = raw.type === 'number' ? withoutNoise(given, scale) : given;
  const { isNegative, digits, exponent } = exact;
  // ValidateStaging refuses such a value in a file, too: nothing is rounded.
  if (-exponent > scale) return { problem: `not exact as a ${kind}: it has more than ${scale} decimals` };
  if (digits.length + exponent > precision - scale) return { problem: `out of the range of ${kind}` };
  const all = (digits === '' ? '0' : digits + '0'.repeat(exponent + scale)).padStart(scale + 1, '0');
  const point = all.length - scale;
  const text = scale > 0 ? `${all.slice(0, point)}.${all.slice(point)}` : all;
  return { value: isNegative ? `-${text}` : text };
}

/** @returns undefined if the value is neither a number nor the text of one. */
function numberOf({ type, text }: JsonValue): ExactNumber | undefined {
  return type === 'number' || type === 'string' ? exactNumber(text.trim()) : undefined;
}

/** A floating-point number is the nearest one of its type. */
function convertFloating(raw: JsonValue, kind: 'real' | 'double precision'): Converted {
  if (raw.type !== 'number' && !numberOf(raw)) return { problem: 'not a number' };
  const value = Number(raw.text);
  const nearest = kind === 'real' ? Math.fround(value) : value;
  // Nothing but zero may become zero.
  const fits = Number.isFinite(nearest) && (nearest !== 0 || numberOf(raw)?.digits === '');
  return fits ? { value } : { problem: `out of the range of ${kind}` };
}

const encoder = new TextEncoder();

/** Numbers and booleans become the text that they have in the event. */
function convertText({ type, text: value }: JsonValue, kind: 'char' | 'varchar', bytes: number): Converted {
  if (type === 'array' || type === 'object') return { problem: 'not text' };
  if (/\p{Surrogate}/u.test(value)) return { problem: 'not valid text: it has half of a surrogate pair' };
  // Source: Amazon Redshift, "Data conversion parameters": COPY treats a NUL as the end of a value, not as a part of it.
  if (value.includes('\u0000')) return { problem: 'not a text that Redshift keeps: it has a NUL character' };
  const length = encoder.encode(value).length;
  if (length > bytes)
    return { problem: `${length} bytes long, ${bytes} are allowed`, rule: `longer than ${bytes} bytes` };
  // Source: Amazon Redshift, "Character types": CHAR holds single-byte characters only.
  if (kind === 'char' && length > value.length)
    return { problem: 'not a char: a char holds only ASCII (use varchar)' };
  return { value };
}

/**
 * The first day of the Gregorian calendar. The Hive library in Firehose's writer may count earlier days by the Julian one,
 * and other readers of the file see other days then. Sources: prestodb/presto #12180 and #12273.
 */
const FIRST_DAY = '1582-10-15';

function convertDate({ type, text }: JsonValue): Converted {
  if (type !== 'string' || !/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text) || !isRealDay(text))
    return { problem: 'not a date (2026-11-23)' };
  return text < FIRST_DAY
    ? { problem: `before ${FIRST_DAY}: readers of the file may see another day` }
    : { value: text };
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:?\d{2})?$/;

/** 10^11 seconds are the year 5138; 10^11 milliseconds are the year 1973. So a smaller number means seconds. */
const DIGITS_OF_EPOCH_SECONDS = 11;

/** A version that loses digits may be the same as another one. */
const MORE_THAN_MICROSECONDS = { problem: 'not exact as a timestamp: it has more digits than microseconds' };

/** Reads ISO 8601 with any offset (default: UTC), or epoch seconds or milliseconds. Writes UTC: `2026-11-23 08:15:00.000000`. */
function convertTimestamp(raw: JsonValue): Converted {
  if (raw.type === 'number') return convertEpoch(exactNumber(raw.text));
  const problem = { problem: 'not a timestamp (2026-11-23T08:15:00Z, or epoch seconds or milliseconds)' };
  const match = raw.type === 'string' ? TIMESTAMP.exec(raw.text.trim()) : null;
  if (!match) return problem;
  const [, day = '', clock = '', fraction = '', offset = 'Z'] = match;
  if (!isRealDay(day) || !isRealClock(clock)) return problem;
  const second = inUtc(day, clock, offset);
  if (second === undefined) return problem;
  if (/[1-9]/.test(fraction.slice(6))) return MORE_THAN_MICROSECONDS;
  return timestampOf(second, fraction.padEnd(6, '0').slice(0, 6));
}

/** @returns undefined if there is no such offset. */
function inUtc(day: string, clock: string, offset: string): string | undefined {
  // Most times are in UTC. A Date of each would take a third of the time of the whole transform.
  if (offset === 'Z') return `${day} ${clock}`;
  const zone = offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const time = new Date(`${day}T${clock}${zone}`);
  return Number.isNaN(time.getTime()) ? undefined : secondOf(time);
}

function convertEpoch(given: ExactNumber | undefined): Converted {
  if (!given) return OUT_OF_TIME;
  const wholeDigits = given.digits.length + given.exponent;
  const places = wholeDigits <= DIGITS_OF_EPOCH_SECONDS ? 6 : 3;
  const exact = withoutNoise(given, places);
  if (-exact.exponent > places) return MORE_THAN_MICROSECONDS;
  if (wholeDigits > TOO_MANY_DIGITS) return OUT_OF_TIME;
  const microseconds = unscaled(exact, places);
  const fraction = ((microseconds % MICROSECONDS) + MICROSECONDS) % MICROSECONDS;
  const time = new Date(Number((microseconds - fraction) / 1_000n));
  return Number.isNaN(time.getTime())
    ? OUT_OF_TIME
    : timestampOf(secondOf(time), fraction.toString().padStart(6, '0'));
}
const MICROSECONDS = 1_000_000n;

/**
 * Firehose's Parquet writer counts nanoseconds from 1970 in 64 bits. An earlier or later time would become one of another
 * year, without an error. Source: floci, an emulator of AWS, saw epoch 999999999999 s arrive in the year 2092.
 */
const EARLIEST = '1677-09-22 00:00:00.000000';
const LATEST = '2262-04-11 23:47:16.854775';

const OUT_OF_TIME = {
  problem: `out of the range of timestamps that Firehose writes (${EARLIEST} to ${LATEST})`,
};

/** `2026-11-23 08:15:00`. A year of more than four digits has a sign. */
const secondOf = (time: Date): string =>
  time
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace('T', ' ');

function timestampOf(second: string, microseconds: string): Converted {
  const value = `${second}.${microseconds}`;
  return /^\d{4}-/.test(value) && value >= EARLIEST && value <= LATEST ? { value } : OUT_OF_TIME;
}

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** 2026-02-30 is not real. @param day `2026-11-23` */
function isRealDay(day: string): boolean {
  const [year, month, date] = [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8))];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS_OF_MONTHS[month - 1] ?? 0);
  return date >= 1 && date <= days;
}

/** A leap second is not real, either. @param clock `08:15:00` */
const isRealClock = (clock: string): boolean =>
  clock < '24' && clock.slice(3) < '60' && clock.slice(6) < '60';
