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
