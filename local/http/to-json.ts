import { randomUUID } from 'node:crypto';

/** Before the digits of a bigint. No value of a client holds it. */
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

/** JSON text as of JSON.stringify, and bigints as numbers with all their digits. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'bigint' ? `${MARK}${each}` : each,
  );
  return text.replace(MARKED, '$1');
}
