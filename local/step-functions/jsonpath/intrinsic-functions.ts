import { createHash, randomInt, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../json';
import { isJsonObject, jsonEquals } from '../json';
import { limits } from '../limits';

/** What an intrinsic function refuses, without the function's name. */
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
    if (length <= 0) throw new InvalidArgument('the chunk size must be a positive integer');
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
    if (step === 0) throw new InvalidArgument('the increment must not be 0');
    const length = Math.max(0, Math.floor((last - first) / step) + 1);
    if (length > limits.arrayRange) {
      throw new InvalidArgument(`the range must not hold more than ${limits.arrayRange} elements`);
    }
    return Array.from({ length }, (_, position) => first + position * step);
  },

  ArrayGetItem(...args) {
    const [array, index] = takes(args, 2);
    const item = anArray(array)[anInteger(index)];
    if (item === undefined) throw new InvalidArgument(`the index ${JSON.stringify(index)} is out of bounds`);
    return item;
  },

  ArrayLength: (...args) => anArray(takes(args, 1)[0]).length,

  ArrayUnique: (...args) =>
    anArray(takes(args, 1)[0]).filter(
      (item, position, all) => all.findIndex((other) => jsonEquals(other, item)) === position,
    ),

  Base64Encode: (...args) => Buffer.from(anEncodable(takes(args, 1)[0])).toString('base64'),

  Base64Decode(...args) {
    const encoded = anEncodable(takes(args, 1)[0]);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw new InvalidArgument('the text is not Base64');
    return Buffer.from(encoded, 'base64').toString();
  },

  Hash(...args) {
    const [data, algorithm] = takes(args, 2);
    const known = hashAlgorithms[aString(algorithm)];
    if (known === undefined) {
      throw new InvalidArgument(`the algorithm must be one of ${Object.keys(hashAlgorithms).join(', ')}`);
    }
    return createHash(known)
      .update(anEncodable(typeof data === 'string' ? data : JSON.stringify(data)))
      .digest('hex');
  },

  JsonMerge(...args) {
    const [left, right, deep] = takes(args, 3);
    // "Step Functions currently only supports the shallow merging mode", says the developer guide.
    if (deep !== false)
      throw new InvalidArgument('the third argument must be false: only shallow merging is supported');
    return { ...anObject(left), ...anObject(right) };
  },

  MathRandom(...args) {
    if (args.length !== 2 && args.length !== 3)
      throw new InvalidArgument('two or three arguments are expected');
    const [start, end, seed] = args.map(anInteger) as [number, number, number | undefined];
    if (end <= start) throw new InvalidArgument('the end must be greater than the start');
    if (seed === undefined) return randomInt(start, end);
    // Which number a seed gives is not documented; the same seed gives the same one here too.
    return start + (createHash('sha256').update(String(seed)).digest().readUInt32BE() % (end - start));
  },

  MathAdd(...args) {
    const [left, right] = takes(args, 2).map(anInteger) as [number, number];
    return left + right;
  },

  StringSplit(...args) {
    const [text, delimiters] = takes(args, 2).map(aString) as [string, string];
    // Each character of the second argument separates: the developer guide splits at ".+,=".
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
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw new InvalidArgument(`the text is not JSON: ${text}`);
    }
  },

  JsonToString: (...args) => JSON.stringify(takes(args, 1)[0]),

  UUID(...args) {
    takes(args, 0);
    return randomUUID();
  },

  Format(...args) {
    const [template, ...values] = args;
    let used = 0;
    const formatted = aString(template).replace(/\\(['\\{}])|\{\}/g, (match, escaped: string | undefined) => {
      if (escaped !== undefined) return escaped;
      const value = values[used++];
      if (value === undefined) return match;
      return typeof value === 'string' ? value : JSON.stringify(value);
    });
    if (used !== values.length) {
      throw new InvalidArgument(`the template has ${used} {} for ${values.length} further arguments`);
    }
    return formatted;
  },
};

const hashAlgorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function takes(args: Json[], count: number): Json[] {
  if (args.length !== count) throw new InvalidArgument(`${count} arguments are expected, not ${args.length}`);
  return args;
}

function anArray(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new InvalidArgument(`an array is expected, not ${JSON.stringify(value)}`);
  return value;
}

function anObject(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw new InvalidArgument(`an object is expected, not ${JSON.stringify(value)}`);
  return value;
}

function aString(value: Json | undefined): string {
  if (typeof value !== 'string')
    throw new InvalidArgument(`a string is expected, not ${JSON.stringify(value)}`);
  return value;
}

function anEncodable(value: Json | undefined): string {
  const text = aString(value);
  if (text.length > limits.encodedLength) {
    throw new InvalidArgument(`the text must not be longer than ${limits.encodedLength} characters`);
  }
  return text;
}

/** "If you specify a non-integer value …, Step Functions will round it off to the nearest integer." */
function anInteger(value: Json | undefined): number {
  if (typeof value !== 'number')
    throw new InvalidArgument(`a number is expected, not ${JSON.stringify(value)}`);
  return Math.round(value);
}
