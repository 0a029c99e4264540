import type { JsonValue } from '../../core/json-reader';
import { invalidArgument } from './errors';

/** How the values of a column are converted. */
export interface ColumnConversion {
  /** The type in DuckDB, which decides the Parquet type. */
  readonly duckType: string;
  /** @returns JSON that DuckDB reads as the type without loss. @throws MismatchError */
  readonly convert: (value: JsonValue) => string;
}

/** A value that does not fit its column's type. */
export class MismatchError extends Error {}

/**
 * The OpenX JSON SerDe's conversion for a Hive type. Timestamps become TIMESTAMP (INT64, microseconds): Firehose writes
 * INT96, which DuckDB cannot write. A reader should handle both alike.
 * @throws ServiceError InvalidArgumentException for a type that the twin does not convert.
 */
export function conversionOf(column: string, hiveType: string): ColumnConversion {
  const type = hiveType.trim().toLowerCase();
  const decimal = /^decimal(?:\(\s*(\d{1,2})\s*(?:,\s*(\d{1,2})\s*)?\))?$/.exec(type);
  if (decimal) return decimalConversion(column, Number(decimal[1] ?? 10), Number(decimal[2] ?? 0));
  switch (type) {
    case 'string':
      return { duckType: 'VARCHAR', convert: text };
    case 'boolean':
      return { duckType: 'BOOLEAN', convert: boolean };
    case 'tinyint':
      return { duckType: 'TINYINT', convert: integer(column, 'tinyint', 8n) };
    case 'smallint':
      return { duckType: 'SMALLINT', convert: integer(column, 'smallint', 16n) };
    case 'int':
    case 'integer':
      return { duckType: 'INTEGER', convert: integer(column, 'int', 32n) };
    case 'bigint':
      return { duckType: 'BIGINT', convert: integer(column, 'bigint', 64n) };
    case 'float':
      return { duckType: 'FLOAT', convert: floating(column, 'float', Math.fround) };
    case 'double':
      return { duckType: 'DOUBLE', convert: floating(column, 'double', (value) => value) };
    case 'date':
      return { duckType: 'DATE', convert: date };
    case 'timestamp':
      return { duckType: 'TIMESTAMP', convert: timestamp };
    default:
      throw invalidArgument(`Column ${column} has the type ${hiveType}, which the twin does not convert.`);
  }
}

/** Objects and arrays become their JSON text; numbers and booleans keep theirs. */
function text(value: JsonValue): string {
  // A lone surrogate, from an escape, has no UTF-8 form.
  return JSON.stringify(value.text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function boolean(value: JsonValue): string {
  const lower = scalar(value).toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw notFor(value.text);
  return lower;
}

function integer(column: string, type: string, bits: bigint): (value: JsonValue) => string {
  const least = -(2n ** (bits - 1n));
  const safeDigits = bits === 8n ? 2 : bits === 16n ? 4 : bits === 32n ? 9 : 18;
  return (value) => {
    const digits = scalar(value).trim();
    if (!/^[+-]?\d+$/.test(digits)) throw notFor(value.text);
    // Most values are shorter than the type's limit and need no arithmetic.
    if (digits.length > safeDigits) {
      const number = BigInt(digits.replace('+', ''));
      if (number < least || number >= -least) throw outOfRange(digits, column, type);
    }
    return quoted(digits.replace('+', ''));
  };
}

function floating(
  column: string,
  type: string,
  narrow: (value: number) => number,
): (value: JsonValue) => string {
  return (value) => {
    const digits = scalar(value).trim();
    if (digits === '' || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(digits)) throw notFor(value.text);
    const number = Number(digits);
    if (!Number.isFinite(narrow(number))) throw outOfRange(digits, column, type);
    return String(number);
  };
}

/** A value with more decimals than the scale is rounded half up, as in Hive. One with too many integer digits does not fit. */
function decimalConversion(column: string, precision: number, scale: number): ColumnConversion {
  const type = `decimal(${precision},${scale})`;
  if (precision < 1 || precision > 38 || scale > precision) {
    throw invalidArgument(
      `Column ${column} has the type ${type}: precision is 1 to 38, scale at most the precision.`,
    );
  }
  const limit = 10n ** BigInt(precision);
  return {
    duckType: `DECIMAL(${precision},${scale})`,
    convert: (value) => {
      const unscaled = scaled(scalar(value).trim(), scale);
      if (unscaled === undefined) throw notFor(value.text);
      if (unscaled === 'huge' || unscaled >= limit || unscaled <= -limit) {
        throw outOfRange(value.text, column, type);
      }
      return quoted(pointed(unscaled, scale));
    },
  };
}

/** A decimal number times 10^scale, rounded half up. @returns undefined if the text is no number, `huge` if it has more digits than any type */
function scaled(text: string, scale: number): bigint | 'huge' | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || whole + fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const shift = Number(exponent) - fraction.length + scale;
  if (digits === '') return 0n;
  if (digits.length + shift > 40) return 'huge';
  if (digits.length + shift < 0) return 0n;
  const magnitude =
    shift >= 0
      ? BigInt(digits) * 10n ** BigInt(shift)
      : (BigInt(digits) + 5n * 10n ** BigInt(-shift - 1)) / 10n ** BigInt(-shift);
  return sign === '-' ? -magnitude : magnitude;
}

function pointed(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function date(value: JsonValue): string {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(scalar(value));
  const day = match && calendarDay(match);
  if (!day) throw notFor(value.text);
  return quoted(day);
}

/**
 * `2026-11-23T08:00:00.123Z`, `2026-11-23 08:00:00.123`, or a number of seconds or (from 10^12 on) milliseconds since the
 * epoch: https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html. Other forms, such as one with an
 * offset, do not fit.
 */
function timestamp(value: JsonValue): string {
  const content = scalar(value);
  const iso = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z$/.exec(content);
  const match =
    iso ?? /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?$/.exec(content);
  if (!match) return epoch(content.trim(), value.text);
  const day = calendarDay(match);
  const [hour, minute, second] = match.slice(4, 7).map(Number) as [number, number, number];
  if (!day || hour > 23 || minute > 59 || second > 59) throw notFor(value.text);
  const time = [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':');
  // TIMESTAMP has no nanoseconds, INT96 does. Redshift keeps microseconds of both.
  const micros = (match[7] ?? '').padEnd(6, '0').slice(0, 6);
  if (day > FIRST_DAY && day < LAST_DAY) return quoted(`${day} ${time}.${micros}`);
  return written(BigInt(Date.parse(`${day}T${time}Z`)) * 1_000n + BigInt(micros));
}

/** Days between which 64 bits hold nanoseconds since 1970. */
const FIRST_DAY = '1677-09-22';
const LAST_DAY = '2262-04-11';

/**
 * A time as Firehose writes it. Its writer counts nanoseconds in 64 bits, so a time that does not fit becomes another one,
 * without an error. Source: floci, an emulator of AWS, saw epoch 999999999999 s arrive in the year 2092.
 * @param micros microseconds since 1970.
 */
function written(micros: bigint): string {
  const nanos = BigInt.asIntN(64, micros * 1_000n);
  const [seconds, rest] = [floored(nanos, 1_000_000_000n), floored(nanos, 1_000n)];
  const instant = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  return quoted(`${instant}.${String(rest - seconds * 1_000_000n).padStart(6, '0')}`);
}

const floored = (value: bigint, unit: bigint): bigint => (value - (((value % unit) + unit) % unit)) / unit;

/** The longest number of an epoch, in digits before the point. */
const MOST_DIGITS = 25;

function epoch(text: string, original: string): string {
  const seconds = scaled(text, 0);
  if (seconds === undefined || seconds === 'huge' || String(seconds).length > MOST_DIGITS)
    throw notFor(original);
  const inMillis = seconds >= 10n ** 12n || seconds <= -(10n ** 12n);
  const micros = scaled(text, inMillis ? 3 : 6);
  if (micros === undefined || micros === 'huge') throw notFor(original);
  return written(micros);
}

/** `yyyy-MM-dd` from groups 1 to 3; undefined for a day that does not exist. */
function calendarDay(match: RegExpExecArray): string | undefined {
  const [year = '', month = '', day = ''] = match.slice(1, 4).map((part) => part.padStart(2, '0'));
  const lastDay = Number(month) === 2 && isLeap(Number(year)) ? 29 : (DAYS_IN_MONTH[Number(month)] ?? 0);
  return Number(day) >= 1 && Number(day) <= lastDay ? `${year}-${month}-${day}` : undefined;
}

const DAYS_IN_MONTH = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function scalar(value: JsonValue): string {
  if (value.type === 'object' || value.type === 'array') {
    throw new MismatchError(`Data is not a primitive but a JSON ${value.type}`);
  }
  return value.text;
}

function quoted(digits: string): string {
  return `"${digits}"`;
}

/** The message of Java's NumberFormatException, which Firehose passes on. */
function notFor(text: string): MismatchError {
  return new MismatchError(`For input string: "${text}"`);
}

function outOfRange(text: string, column: string, type: string): MismatchError {
  return new MismatchError(`Value ${text} is out of range for column ${column} of type ${type}`);
}
