import type { ColumnType } from './column-types';
import type { TimeRange } from './footer';

/** 4713 BC, which is the year -4712 of ISO 8601, in microseconds since 1970. */
const OLDEST = BigInt(Date.UTC(-4_712, 0, 1)) * 1_000n;

/**
 * What Redshift can hold, from the least (included) to the greatest (excluded), which is the end of the year 294276.
 * Source: Amazon Redshift, "Datetime types", of DATE and of TIMESTAMP.
 */
const HELD = { from: OLDEST, to: 9_224_318_016_000_000_000n, text: '4713 BC to 294276 AD' };

/** The derived column year is SMALLINT. */
const YEARS = {
  from: OLDEST,
  to: BigInt(Date.UTC(32_768, 0, 1)) * 1_000n,
  text: '4713 BC to 32767 AD in a column whose year is derived (as SMALLINT)',
};

/**
 * @param isYearSource whether the target has a column with the year of this one.
 * @returns what is wrong with a column of times; undefined if Redshift holds all of them.
 */
export function timeProblem(
  { kind }: ColumnType,
  { least, greatest }: TimeRange,
  isYearSource: boolean,
): string | undefined {
  if (kind !== 'timestamp' && kind !== 'date') return undefined;
  const held = isYearSource ? YEARS : HELD;
  const outside = least < held.from ? least : greatest >= held.to ? greatest : undefined;
  if (outside === undefined) return undefined;
  return `holds times of the year ${yearOf(outside)}, and Redshift holds times from ${held.text}`;
}

const MICROSECONDS_OF_A_YEAR = 31_556_952_000_000n;

/** JavaScript has no Date beyond 275760 AD, so such a year is not exact. */
function yearOf(microseconds: bigint): number {
  const year = new Date(Number(microseconds / 1_000n)).getUTCFullYear();
  return Number.isNaN(year) ? 1970 + Number(microseconds / MICROSECONDS_OF_A_YEAR) : year;
}
