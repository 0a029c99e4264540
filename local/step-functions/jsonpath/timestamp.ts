const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Nanoseconds since the epoch of an ISO-8601 date-time with an offset ("T" and "Z" in upper case); undefined for other
 * text. The service keeps all nine digits.
 */
export function parseTimestamp(text: string): bigint | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, dateTime, fraction = '', offset] = match;
  const milliseconds = Date.parse(`${dateTime}${offset}`);
  if (Number.isNaN(milliseconds)) return undefined;
  // Date.parse reads February 30 as March 2 in some forms. The service refuses it.
  const day = Number(dateTime!.slice(8, 10));
  const inUtc = new Date(Date.parse(`${dateTime!.slice(0, 10)}T00:00:00Z`));
  if (inUtc.getUTCDate() !== day) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
