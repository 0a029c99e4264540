import { INTEGER_RANGES } from '../../core/column-types';
import { exactNumber, withoutNoise, type ExactNumber } from '../../core/exact-number';

/** The numbers of an attribute, as far as types depend on them. */
export class NumberValues {
  count = 0;
  /** As doubles. */
  least = Infinity;
  greatest = -Infinity;
  /** The most digits before the point. */
  wholeDigits = 0;
  /** The most decimals as they are written, with zeros at the end, and the most without those. */
  writtenDecimals = 0;
  decimals = 0;
  /** Whether a number has a point. */
  hasPoint = false;
  hasExponent = false;
  /** Whether a number has as many digits as a double holds, many of them decimals: it was calculated, not counted. */
  isCalculated = false;
  /** Whether a double holds every number with all of its digits. */
  fitsDouble = true;
  fitsBigint = true;

  /**
   * @param text as JSON writes a number. @param isText whether it is a text in JSON: no double wrote that, so it has no noise.
   * @returns a text that is the same for equal numbers.
   */
  add(text: string, isText = false): string {
    this.count += 1;
    const value = Number(text);
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
    if (SHORT_INTEGER.test(text)) {
      this.wholeDigits = Math.max(this.wholeDigits, text.replace('-', '').length);
      return integerKey(text);
    }
    const exact = exactNumber(text);
    // JSON's numbers are numbers.
    if (!exact) throw new RangeError(`${text} is no number`);
    this.addExact(text, exact, value, isText ? exact : withoutNoiseAnywhere(exact));
    return keyOf(exact);
  }

  private addExact(text: string, exact: ExactNumber, value: number, clean: ExactNumber): void {
    const [mantissa = ''] = text.split(/[eE]/);
    const point = mantissa.indexOf('.');
    const isExponential = mantissa.length < text.length;
    const decimals = decimalsOf(clean);
    this.hasExponent ||= isExponential;
    this.hasPoint ||= point >= 0;
    this.decimals = Math.max(this.decimals, decimals);
    // Digits that are noise were never meant, and an exponent moves the point.
    const asWritten = clean === exact && point >= 0 && !isExponential ? mantissa.length - point - 1 : 0;
    this.writtenDecimals = Math.max(this.writtenDecimals, decimals, asWritten);
    this.wholeDigits = Math.max(this.wholeDigits, clean.digits.length + clean.exponent, 0);
    this.isCalculated ||= decimals > MOST_COUNTED_DECIMALS && clean.digits.length >= DIGITS_OF_DOUBLE;
    this.fitsDouble &&= holdsAllDigits(value, exact);
    this.fitsBigint &&= decimals === 0 && isBigint(exact);
  }
}

/** An integer without an exponent that a double holds exactly. */
const SHORT_INTEGER = /^-?(?:0|[1-9]\d{0,14})$/;

/** A double holds 15 digits of any number. */
const DIGITS_OF_DOUBLE = 15;
/** Amounts of money and rates have up to so many decimals, however large they are. */
const MOST_COUNTED_DECIMALS = 4;

const decimalsOf = ({ exponent }: ExactNumber): number => Math.max(0, -exponent);

/** The number with the fewest decimals of which the given one differs only by noise of arithmetic, as the transform reads it. */
function withoutNoiseAnywhere(exact: ExactNumber): ExactNumber {
  if (exact.digits.length <= DIGITS_OF_DOUBLE) return exact;
  for (const places of NOISY_DIGITS.map((digits) => -exact.exponent - digits)) {
    const clean = places < 0 ? exact : withoutNoise(exact, places);
    if (clean !== exact) return clean;
  }
  return exact;
}

/** A double is written with two digits more than it holds at most. */
const NOISY_DIGITS = [2, 1];

/** What toPrecision() takes. */
const MOST_PRINTED_DIGITS = 100;

/** Whether the nearest double, printed with as many digits as the number has, is the number. */
function holdsAllDigits(value: number, exact: ExactNumber): boolean {
  const { length } = exact.digits;
  if (length === 0) return true;
  if (length > MOST_PRINTED_DIGITS || !Number.isFinite(value)) return false;
  const printed = exactNumber(value.toPrecision(length));
  return printed !== undefined && keyOf(printed) === keyOf(exact);
}

/** More digits than a bigint has. */
const TOO_MANY_DIGITS = 20;

function isBigint({ isNegative, digits, exponent }: ExactNumber): boolean {
  if (exponent < 0 || digits.length + exponent >= TOO_MANY_DIGITS) return false;
  const magnitude = BigInt(digits + '0'.repeat(exponent));
  const value = isNegative ? -magnitude : magnitude;
  return value >= INTEGER_RANGES.bigint[0] && value <= INTEGER_RANGES.bigint[1];
}

const keyOf = ({ isNegative, digits, exponent }: ExactNumber): string =>
  `${isNegative ? '-' : ''}${digits}e${exponent}`;

/** The same as {@link keyOf}, faster. */
function integerKey(text: string): string {
  if (text === '0' || text === '-0') return 'e0';
  let end = text.length;
  while (text[end - 1] === '0') end -= 1;
  return `${text.slice(0, end)}e${text.length - end}`;
}
