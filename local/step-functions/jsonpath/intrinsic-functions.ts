import { createHash, randomInt, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../json';
import { canonicalText, isJsonObject, jsonEquals } from '../json';
import { limits } from '../limits';
import { jsonErrorText } from './json-error';

/** An argument that an intrinsic function refuses. Without a message it gets the most common one. */
export class InvalidArgument extends Error {}

/**
 * The intrinsic functions, by name without `States.`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
export const intrinsicFunctions: Readonly<Record<string, (...args: Json[]) => Json>> = {
  Array: (...items) => items,

  ArrayPartition(...args) {
    const [array, size] = takes(args, 2);
    const items = anArray(array);
    const length = anInteger(size);
    if (length <= 0) throw new InvalidArgument();
    return Array.from({ length: Math.ceil(items.length / length) }, (_, chunk) =>
      items.slice(chunk * length, (chunk + 1) * length),
    );
  },

  ArrayContains(...args) {
    const [array, wanted] = takes(args, 2);
    return anArray(array).some((item) => jsonEquals(item, wanted!));
  },

  ArrayRange(...args) {
    const [first, last, step] = takes(args, 3).map(anInteger) as [number, number, number];
    if (step === 0) throw new InvalidArgument();
    const length = Math.max(0, Math.floor((last - first) / step) + 1);
    if (length > limits.arrayRange) throw new InvalidArgument();
    return Array.from({ length }, (_, position) => first + position * step);
  },

  ArrayGetItem(...args) {
    const [array, index] = takes(args, 2);
    const items = anArray(array);
    // The service accepts any index for an empty array.
    if (items.length === 0) return null;
    const item = items[anInteger(index)];
    if (item === undefined) throw new InvalidArgument();
    return item;
  },

  ArrayLength: (...args) => anArray(takes(args, 1)[0]).length,

  ArrayUnique(...args) {
    const items = new Map<string, Json>();
    for (const item of anArray(takes(args, 1)[0])) {
      const text = canonicalText(item);
      if (!items.has(text)) items.set(text, item);
    }
    return [...items.values()];
  },

  Base64Encode: (...args) => Buffer.from(anEncodable(takes(args, 1)[0])).toString('base64'),

  Base64Decode(...args) {
    // As in MIME, other characters than Base64's are skipped.
    const encoded = anEncodable(takes(args, 1)[0]).replace(/[^A-Za-z0-9+/=]/g, '');
    return Buffer.from(encoded, 'base64').toString();
  },

  Hash(...args) {
    const [data, algorithm] = takes(args, 2);
    const known = hashAlgorithms[aString(algorithm)];
    if (known === undefined) throw new InvalidArgument();
    return createHash(known)
      .update(anEncodable(typeof data === 'string' ? data : JSON.stringify(data)))
      .digest('hex');
  },

  JsonMerge(...args) {
    const [left, right, deep] = takes(args, 3);
    // "Step Functions currently only supports the shallow merging mode", says the developer guide.
    if (deep !== false) throw new InvalidArgument();
    return { ...anObject(left), ...anObject(right) };
  },

  MathRandom(...args) {
    if (args.length !== 2 && args.length !== 3) throw new InvalidArgument();
    const [start, end, seed] = args.map(anInteger) as [number, number, number | undefined];
    if (end <= start) throw new InvalidArgument();
    if (seed === undefined) return randomInt(start, end);
    return start + javaRandom(seed, end - start);
  },

  MathAdd(...args) {
    const [left, right] = takes(args, 2).map((value) => Math.round(aNumber(value))) as [number, number];
    // "If you specify a non-integer value …, Step Functions will round it off". All three have 32 bits.
    if ([left, right, left + right].some((each) => each !== (each | 0))) throw new InvalidArgument();
    return left + right;
  },

  StringSplit(...args) {
    const [text, delimiters] = takes(args, 2).map(aString) as [string, string];
    // Each character of the second argument is a separator: the developer guide splits at ".+,=".
    const isDelimiter = new Set(delimiters);
    const parts: string[] = [];
    let part = '';
    for (const character of text) {
      if (!isDelimiter.has(character)) part += character;
      else if (part !== '') {
        parts.push(part);
        part = '';
      }
    }
    if (part !== '') parts.push(part);
    return parts;
  },

  StringToJson(...args) {
    const text = aString(takes(args, 1)[0]);
    if (text.trim() === '') return null;
    try {
      return JSON.parse(text) as Json;
    } catch (error) {
      throw new InvalidArgument(
        `Cannot convert String to Json in States.StringToJson, caused by: ${jsonErrorText(text, error as Error)}`,
      );
    }
  },

  JsonToString(...args) {
    if (args.length !== 1) {
      throw new InvalidArgument(
        'Invalid arguments in States.JsonToString: only a single argument is allowed.',
      );
    }
    return JSON.stringify(args[0]);
  },

  /** Ignores arguments, as the service does. */
  UUID: () => randomUUID(),

  Format(...args) {
    const [template, ...values] = args;
    const pieces = formatPieces(aString(template));
    const places = pieces.filter((piece) => piece === PLACE).length;
    if (places !== values.length) {
      throw new InvalidArgument(
        'Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.',
      );
    }
    let used = 0;
    return pieces.map((piece) => (piece === PLACE ? formatted(values[used++]!) : piece)).join('');
  },
};

/** A `{}` in a template of States.Format. */
const PLACE = Symbol('{}');

/** Splits a template: `\{`, `\}`, `\'` and `\\` are characters, `{}` is a place, other braces are refused. */
function formatPieces(template: string): (string | typeof PLACE)[] {
  return (template.match(/\\['\\{}]|\{\}|[^]/g) ?? []).map((piece) => {
    if (piece === '{}') return PLACE;
    if (piece === '{' || piece === '}') {
      const other = piece === '{' ? '}' : '{';
      throw new InvalidArgument(
        `Invalid template in States.Format: matching '${other}' not found for '${piece}'.`,
      );
    }
    return piece.length === 2 && piece.startsWith('\\') ? piece.slice(1) : piece;
  });
}

/** A value in a text, formatted like Java's toString, not as JSON. */
function formatted(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(formatted).join(', ')}]`;
  if (isJsonObject(value)) {
    return `{${Object.entries(value)
      .map(([name, each]) => `${name}=${formatted(each)}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The first number below a bound that java.util.Random returns for a seed, as the service does.
 * Source: Java SE API, "Random"; recordings of the service.
 */
function javaRandom(seed: number, bound: number): number {
  // With a range wider than a Java int, the loop below would never return.
  if (bound !== (bound | 0)) throw new InvalidArgument();
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(seed) ^ 0x5deece66dn) & mask;
  for (;;) {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    const bits = Number(state >> 17n);
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(bits)) >> 31n);
    // The last, incomplete series of remainders would make small numbers more frequent.
    if (bits - (bits % bound) + (bound - 1) <= 2 ** 31 - 1) return bits % bound;
  }
}

const hashAlgorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function takes(args: Json[], count: number): Json[] {
  if (args.length !== count) throw new InvalidArgument();
  return args;
}

function anArray(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new InvalidArgument();
  return value;
}

function anObject(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw new InvalidArgument();
  return value;
}

function aString(value: Json | undefined): string {
  if (typeof value !== 'string') throw new InvalidArgument();
  return value;
}

function anEncodable(value: Json | undefined): string {
  const text = aString(value);
  if (text.length > limits.encodedLength) throw new InvalidArgument();
  return text;
}

function aNumber(value: Json | undefined): number {
  if (typeof value !== 'number') throw new InvalidArgument();
  return value;
}

/** The service truncates fractions, as recorded, although the developer guide says that it rounds. */
function anInteger(value: Json | undefined): number {
  return Math.trunc(aNumber(value));
}
