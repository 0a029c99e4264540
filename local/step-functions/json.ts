export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [member: string]: Json };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values; the order of an object's members does not matter. */
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

/** How many arrays and objects stand within each other in a JSON text. */
export function nestingOf(text: string): number {
  let [levels, most] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') most = Math.max(most, (levels += 1));
    else if (token === ']' || token === '}') levels -= 1;
  }
  return most;
}

/**
 * A value that travels between states, with its JSON text, which the history shows and the size limit counts.
 * Values are never changed once they are in a payload, so states can share them safely.
 */
export class Payload {
  /** @param written the value's text where it is known; otherwise it is written when it is first read. */
  constructor(
    readonly value: Json,
    private written?: string,
  ) {}

  get text(): string {
    return (this.written ??= JSON.stringify(this.value));
  }

  /** Size in UTF-8, as the service counts it. */
  get bytes(): number {
    return Buffer.byteLength(this.text);
  }
}
