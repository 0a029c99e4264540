/** A decimal number without loss: ±`digits` × 10^`exponent`. No zero begins or ends the digits, and 0 has none. */
export interface ExactNumber {
  /** Not if the number is 0. */
  readonly isNegative: boolean;
  readonly digits: string;
  /** 0 if the number is 0. */
  readonly exponent: number;
}

/** A number as JSON and Redshift write it, with or without an exponent. No part can match the digits of another one. */
const NUMBER = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** @returns undefined if the text is not a number. */
export function exactNumber(text: string): ExactNumber | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const all = whole + fraction;
  // A pattern that looks for the zeros at the end would try each zero before them, too.
  let [start, end] = [0, all.length];
  while (start < end && all[start] === '0') start += 1;
  while (end > start && all[end - 1] === '0') end -= 1;
  if (start === end) return { isNegative: false, digits: '', exponent: 0 };
  return {
    isNegative: sign === '-',
    digits: all.slice(start, end),
    exponent: Number(exponent) - fraction.length + all.length - end,
  };
}

/**
 * A double holds 15 digits of any number, and its shortest text has at most 17. So the last two may be noise of arithmetic,
 * as in 25.450000000000003. A number with more digits is no double: a clock that counts nanoseconds, for example.
 */
const SURE_DIGITS = 15;
const MOST_DIGITS = 17;
/** Noise is smaller than the number by this factor: a few steps from one double to the next. */
const NOISE = 2n ** 51n;

/**
 * A number that a program wrote from a double, rounded to so many decimals if only noise is lost.
 * @returns the number itself if it has no more decimals, or if more than noise would be lost.
 */
export function withoutNoise(number: ExactNumber, places: number): ExactNumber {
  const { isNegative, digits, exponent } = number;
  const dropped = -exponent - places;
  if (dropped <= 0 || digits.length <= SURE_DIGITS || digits.length > MOST_DIGITS) return number;
  if (dropped > digits.length) return number;
  const all = BigInt(digits);
  const unit = 10n ** BigInt(dropped);
  const rounded = (all + unit / 2n) / unit;
  const lost = rounded * unit - all;
  if ((lost < 0n ? -lost : lost) * NOISE > all) return number;
  return exactNumber(`${isNegative ? '-' : ''}${rounded}e${-places}`) ?? number;
}
