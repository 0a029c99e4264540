import type { ColumnType } from '../../core/column-types';
import { displayText } from '../shared/table';
import { plural } from '../shared/text';
import { WIDEST_TEXT, type AttributeValues, type Example } from './attribute-values';
import { epochUnit } from './epoch';
import { isIdentifier, wordsOf } from './name-words';
import type { NumberValues } from './number-values';

/** The type for an attribute, or why no column holds its values. */
export type ColumnChoice =
  | {
      readonly type: ColumnType;
      /** What the values are, for a comment. */
      readonly about: string;
      /** What a person should decide, in sentences. */
      readonly decide: readonly string[];
    }
  /** `type` is one that a person may choose. */
  | { readonly leftOut: string; readonly type?: ColumnType };

/**
 * Chooses the type that takes every value of an attribute and changes none, with head room for others.
 * @param name as the events write it. @param isTime whether numbers are to be read as times.
 */
export function chooseColumn(values: AttributeValues, name: string, isTime = false): ColumnChoice {
  const { count, booleans, texts, objects, arrays, numericTexts } = values;
  const numbers = count - booleans - texts - objects - arrays;
  if (count === 0) {
    return {
      leftOut: 'null wherever it occurs, so its type is unknown. Choose one.',
      type: { kind: 'varchar', length: 256 },
    };
  }
  if (objects + arrays > 0) return { leftOut: nestedText(values) };
  if (canBeTime(values) && (numbers === 0 || texts > 0 || isTime || saysTime(name)))
    return timeColumn(values);
  if (booleans === count) return { type: { kind: 'boolean' }, about: 'true or false', decide: [] };
  if (values.dates.taken === count) return { type: { kind: 'date' }, about: 'days', decide: [] };
  const numeric =
    numbers > 0 && numbers + numericTexts === count ? numberColumn(values.numbers, name) : undefined;
  if (numeric)
    return numericTexts === 0 ? numeric : { ...numeric, decide: [alsoText(numbers, numericTexts)] };
  return textColumn(values, numbers);
}

/** Whether a timestamp column takes every value, and numbers among them are epochs of our time. */
export function canBeTime({ times, count, numbers }: AttributeValues): boolean {
  return (
    count > 0 &&
    times.taken === count &&
    (numbers.count === 0 || epochUnit(numbers.least, numbers.greatest) !== undefined)
  );
}

const TIME_WORDS = new Set(
  'at on ts time times timestamp date datetime epoch when since until created updated modified changed started ended expires ms millis'.split(
    ' ',
  ),
);

/** Whether a name says that its numbers are times. */
const saysTime = (name: string): boolean => wordsOf(name).some((word) => TIME_WORDS.has(word));

function timeColumn({ numbers, offsets }: AttributeValues): ColumnChoice {
  const unit = numbers.count > 0 ? epochUnit(numbers.least, numbers.greatest) : undefined;
  const about = unit === undefined ? 'times' : `times, in ${unit} since 1970`;
  return {
    type: { kind: 'timestamp' },
    about: offsets > 0 ? `${about}, some with an offset; a column has them in UTC` : about,
    decide: [],
  };
}

/** Counters grow: so many times as large as any of the sample. */
const ROOM_OF_INTEGERS = 10;
const INTEGERS = [
  ['smallint', 2 ** 15],
  ['integer', 2 ** 31],
] as const;

/** Up to here a decimal takes the same 8 bytes as one of fewer digits. Source: Amazon Redshift, "Numeric types". */
const COMMON_PRECISION = 18;
const MOST_DIGITS = 38;
const MOST_DECIMALS = 37;
/** Digits before the point that a decimal has beyond those of the sample, if it has room. */
const ROOM_OF_DECIMALS = 3;

/** @returns undefined if only a text keeps every digit. */
function numberColumn(numbers: NumberValues, name: string): ColumnChoice | undefined {
  const { hasPoint, hasExponent, isCalculated, fitsDouble, fitsBigint } = numbers;
  const range = rangeText(shortNumber(numbers.least), shortNumber(numbers.greatest));
  if (!hasPoint && !hasExponent && fitsBigint) {
    const magnitude = Math.max(Math.abs(numbers.least), Math.abs(numbers.greatest)) * ROOM_OF_INTEGERS;
    const kind = isIdentifier(name)
      ? 'bigint'
      : (INTEGERS.find(([, limit]) => magnitude < limit)?.[0] ?? 'bigint');
    return { type: { kind }, about: `whole numbers, ${range}`, decide: epochAdvice(numbers, name) };
  }
  const floating: ColumnChoice = {
    type: { kind: 'double precision' },
    about: hasExponent ? `numbers with exponents, ${range}` : `numbers, ${range}`,
    decide: [],
  };
  if (fitsDouble && (hasExponent || isCalculated)) return floating;
  const type = decimalOf(numbers);
  if (type) {
    const about =
      type.scale === 0
        ? `whole numbers, ${range}`
        : `numbers with up to ${plural(type.scale, 'decimal')}, ${range}`;
    return { type, about, decide: [] };
  }
  return fitsDouble ? floating : undefined;
}

function decimalOf({
  wholeDigits,
  writtenDecimals,
  decimals,
}: NumberValues): Extract<ColumnType, { kind: 'decimal' }> | undefined {
  const fits = (scale: number) => scale <= MOST_DECIMALS && wholeDigits + scale <= MOST_DIGITS;
  const scale = [writtenDecimals, decimals].find(fits);
  if (scale === undefined) return undefined;
  const wanted = wholeDigits + scale + ROOM_OF_DECIMALS;
  const precision = Math.min(MOST_DIGITS, Math.max(COMMON_PRECISION, wanted));
  return { kind: 'decimal', precision, scale };
}

/** Numbers that may be times, although nothing says so or no column takes them. */
function epochAdvice({ least, greatest }: NumberValues, name: string): string[] {
  const unit = epochUnit(least, greatest);
  switch (unit) {
    case undefined:
      return [];
    case 'microseconds':
    case 'nanoseconds':
      return [
        `They look like ${unit} since 1970, which no timestamp column takes: send milliseconds, or ISO 8601.`,
      ];
    default:
      return saysTime(name) ? [] : [`They may be ${unit} since 1970: if they are, the type is timestamp.`];
  }
}

const alsoText = (numbers: number, texts: number): string =>
  `A number in ${numbers.toLocaleString('en')}, the text of one in ${texts.toLocaleString('en')}: the column has numbers.`;

/** Texts with so much head room, rounded up to a power of two. */
const ROOM_OF_TEXTS = 1.5;
const SHORTEST_WIDTH = 16;

/** What the width of a text column depends on. Lengths are in bytes. */
export interface TextLengths {
  readonly shortest: number;
  readonly longest: number;
  /** Whether all are UUIDs, hashes or the like, whose length never changes. */
  readonly looksUnique: boolean;
}

/** The width of a text column in bytes. */
export function widthFor({ shortest, longest, looksUnique }: TextLengths): number {
  if (looksUnique && shortest === longest) return longest;
  const wanted = Math.max(SHORTEST_WIDTH, longest * ROOM_OF_TEXTS);
  return Math.min(65_535, 2 ** Math.ceil(Math.log2(wanted)));
}

function textColumn(values: AttributeValues, numbers: number): ColumnChoice {
  const { unfit, longest, texts, count, booleans, numericTexts } = values;
  if (unfit) {
    return {
      leftOut: `${exampleText(unfit)} is ${unfit.problem}. Shorten or correct such values.`,
      type: WIDEST_TEXT,
    };
  }
  const kinds: [number, string][] = [
    [texts, 'text'],
    [numbers, 'a number'],
    [booleans, 'true or false'],
  ];
  const found = kinds.filter(([times]) => times > 0);
  const mixture =
    found.length === 1
      ? []
      : [
          `It is ${found.map(([times, kind]) => `${kind} in ${times.toLocaleString('en')}`).join(', ')}: only text holds all of them.`,
        ];
  const isOnlyNumbers = texts === count && numericTexts === count;
  return {
    type: {
      kind: 'varchar',
      length: widthFor({ ...values, looksUnique: texts === count && values.looksUnique }),
    },
    about:
      numbers === count
        ? `numbers of up to ${longest} characters, as text`
        : textAbout(longest, isOnlyNumbers),
    decide: [...mixture, ...almost(values)],
  };
}

export const textAbout = (longest: number, isOnlyNumbers: boolean): string =>
  `text of up to ${plural(longest, 'byte')}${isOnlyNumbers ? ', always a number' : ''}`;

/** What keeps a text from being a time or a day, if few values do. */
function almost({ texts, times, dates }: AttributeValues): string[] {
  const mostly = [
    [times, 'times'],
    [dates, 'days'],
  ] as const;
  const [fitting, what] = mostly.find(([{ taken, refused }]) => taken > refused && refused > 0) ?? [];
  if (!fitting?.example) return [];
  return [
    `Most are ${what} (${fitting.taken.toLocaleString('en')} of ${texts.toLocaleString('en')}), but ${exampleText(fitting.example)} is not.`,
  ];
}

function nestedText({ objects, arrays, count, firstNested }: AttributeValues): string {
  const what = arrays === 0 ? 'an object' : objects === 0 ? 'an array' : 'an object or an array';
  const all = objects + arrays === count ? '' : ` in ${objects + arrays} of its ${plural(count, 'value')}`;
  const instead =
    objects > 0 ? 'its members as attributes of their own' : 'its members as events of their own';
  return `${what}${all} (line ${firstNested}), and a column holds no nested value. Send ${instead}, or its JSON as text.`;
}

const exampleText = ({ text, line }: Example): string =>
  `${displayText(JSON.stringify(text), 40)} (line ${line})`;

export const rangeText = (least: string, greatest: string): string =>
  least === greatest ? `always ${least}` : `${least} to ${greatest}`;

/** A number for people, as short as it can be. */
const shortNumber = (value: number): string => (Number.isFinite(value) ? String(value) : 'beyond 1e308');
