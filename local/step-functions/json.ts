export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [member: string]: Json };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values. The order of an object's members does not matter. */
export function jsonEquals(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((v, i) => jsonEquals(v, right[i]!))
    );
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && jsonEquals(left[name]!, right[name]!))
  );
}

/** A text that two values have in common exactly if they are equal: see {@link jsonEquals}. */
export function canonicalText(value: Json): string {
  return JSON.stringify(value, (_name, each: Json) =>
    isJsonObject(each)
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each,
  );
}

/** The nesting depth of arrays and objects in a JSON text. */
export function nestingOf(text: string): number {
  let [levels, most] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') most = Math.max(most, (levels += 1));
    else if (token === ']' || token === '}') levels -= 1;
  }
  return most;
}

/**
 * A value that states pass on, with its JSON text, which the history shows and the size limit counts.
 * A payload's value never changes, so states can share it.
 */
export class Payload {
  /** @param written the value's text, if known. Default: written on the first read. */
  constructor(
    readonly value: Json,
    private written?: string,
  ) {}

  get text(): string {
    return (this.written ??= JSON.stringify(this.value));
  }

  /** Size in UTF-8, which the service counts. */
  get bytes(): number {
    return Buffer.byteLength(this.text);
  }
}
