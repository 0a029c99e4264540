import { randomInt } from 'node:crypto';
import { invalidArgument } from './errors';

export type ErrorOutputType = 'processing-failed' | 'format-conversion-failed';

/** The prefix of an object whose oldest record arrived at this time. */
export type Prefix = (arrival: Date, errorOutputType?: ErrorOutputType) => string;

type Part = (arrival: Date, errorOutputType: ErrorOutputType | undefined) => string;

/**
 * Compiles a prefix with its expressions (https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html):
 * `!{timestamp:<Java DateTimeFormatter pattern>}` in UTC and `!{firehose:random-string}`, and in error prefixes
 * `!{firehose:error-output-type}`. Like Firehose, it appends `yyyy/MM/dd/HH/` to a prefix without
 * expressions, without a slash between.
 * @throws ServiceError InvalidArgumentException for an expression or a pattern letter that is not known.
 */
export function compilePrefix(template: string): Prefix {
  return compile(template, false);
}

/** Like {@link compilePrefix}, for an error prefix, which must contain `!{firehose:error-output-type}`. */
export function compileErrorPrefix(template: string): Prefix {
  if (!template.includes('!{firehose:error-output-type}')) {
    throw invalidArgument(
      `ErrorOutputPrefix "${template}" must contain at least one instance of !{firehose:error-output-type}.`,
    );
  }
  return compile(template, true);
}

function compile(template: string, isErrorPrefix: boolean): Prefix {
  const hasExpressions = /!\{[^}]*\}/.test(template);
  const complete = hasExpressions ? template : `${template}!{timestamp:yyyy/MM/dd/HH/}`;
  const parts = complete
    .split(/(!\{[^}]*\})/)
    .map((text) => (text.startsWith('!{') ? expression(text, isErrorPrefix) : literal(text)));
  return (arrival, errorOutputType) => parts.map((part) => part(arrival, errorOutputType)).join('');
}

function expression(text: string, isErrorPrefix: boolean): Part {
  const body = text.slice(2, -1);
  const colon = body.indexOf(':');
  const [namespace, value] = [body.slice(0, colon), body.slice(colon + 1)];
  if (namespace === 'timestamp') return timestamp(value);
  if (body === 'firehose:random-string') return randomString;
  if (body === 'firehose:error-output-type' && isErrorPrefix) return (_arrival, type) => type ?? '';
  throw invalidArgument(
    `The expression ${text} is not supported in ${isErrorPrefix ? 'ErrorOutputPrefix' : 'Prefix'}.`,
  );
}

function literal(text: string): Part {
  return () => text;
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Eleven characters, new for each instance. */
function randomString(): string {
  return Array.from({ length: 11 }, () => ALPHANUMERIC[randomInt(ALPHANUMERIC.length)]).join('');
}

const padded = (value: number, length: number) => String(value).padStart(length, '0');
const name = (time: Date, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(time);

/** What Java's DateTimeFormatter writes for a run of one pattern letter; undefined for a length that it refuses. */
const LETTERS: Readonly<Record<string, (time: Date, length: number) => string | undefined>> = {
  y: year,
  u: year,
  M: month,
  d: numeric((time) => time.getUTCDate(), 2),
  D: numeric(dayOfYear, 3),
  H: numeric((time) => time.getUTCHours(), 2),
  h: numeric((time) => time.getUTCHours() % 12 || 12, 2),
  m: numeric((time) => time.getUTCMinutes(), 2),
  s: numeric((time) => time.getUTCSeconds(), 2),
  S: (time, length) => padded(time.getUTCMilliseconds(), 3).padEnd(length, '0').slice(0, length),
  a: (time, length) => (length === 1 ? (time.getUTCHours() < 12 ? 'AM' : 'PM') : undefined),
  E: (time, length) => name(time, { weekday: length < 4 ? 'short' : 'long' }),
};

function numeric(
  value: (time: Date) => number,
  longest: number,
): (time: Date, length: number) => string | undefined {
  return (time, length) => (length <= longest ? padded(value(time), length) : undefined);
}

function year(time: Date, length: number): string {
  const value = time.getUTCFullYear();
  return length === 2 ? padded(value % 100, 2) : padded(value, length);
}

function month(time: Date, length: number): string | undefined {
  if (length <= 2) return padded(time.getUTCMonth() + 1, length);
  if (length > 4) return undefined;
  return name(time, { month: length === 3 ? 'short' : 'long' });
}

function dayOfYear(time: Date): number {
  return Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

/** @param pattern Java DateTimeFormatter pattern: runs of letters, text in single quotes, other characters verbatim. */
function timestamp(pattern: string): Part {
  const tokens = pattern.match(/([A-Za-z])\1*|'(?:[^']|'')*'|[^A-Za-z']+/g) ?? [];
  if (pattern === '' || tokens.join('') !== pattern) throw unknownPattern(pattern);
  const parts = tokens.map((token): Part => {
    if (token === "''") return literal("'");
    if (token.startsWith("'")) return literal(token.slice(1, -1).replaceAll("''", "'"));
    if (!/^[A-Za-z]/.test(token)) return literal(token);
    const write = LETTERS[token.charAt(0)];
    if (write?.(new Date(0), token.length) === undefined) throw unknownPattern(pattern);
    return (arrival) => write(arrival, token.length) ?? '';
  });
  return (arrival) => parts.map((part) => part(arrival, undefined)).join('');
}

function unknownPattern(pattern: string): Error {
  return invalidArgument(`The timestamp pattern "${pattern}" is invalid or not supported.`);
}
