import type { ColumnType } from '../../core/column-types';
import type { JsonValue } from '../../core/json-reader';
import { convert } from '../../core/transform';
import { isEpoch } from './epoch';
import { NumberValues } from './number-values';
import { valueHash } from './value-hash';

/** The widest text that a column holds. */
export const WIDEST_TEXT = { kind: 'varchar', length: 65_535 } as const;
const DATE: ColumnType = { kind: 'date' };
const TIMESTAMP: ColumnType = { kind: 'timestamp' };

/** A value of the sample with its line. */
export interface Example {
  readonly text: string;
  readonly line: number;
}

/** How many values a type takes, until too many are refused for it to matter. */
class Fitting {
  taken = 0;
  refused = 0;
  /** The first value that the type refuses. */
  example: Example | undefined;

  constructor(private readonly type: ColumnType) {}

  /** @returns what the transform makes of the value; undefined if it refuses it. */
  add(value: JsonValue, line: number): string | undefined {
    if (this.refused >= MOST_REFUSED) return undefined;
    const converted = convert(this.type, value);
    if ('value' in converted) {
      this.taken += 1;
      return String(converted.value);
    }
    this.refused += 1;
    this.example ??= { text: value.text, line };
    return undefined;
  }
}

const MOST_REFUSED = 100;

/** What an attribute's value is for comparisons with other rows. */
export interface Compared {
  /** The same for equal values. */
  readonly code: number;
  /** Milliseconds since 1970, if it can be a time. */
  readonly time?: number;
}

/** The values of one attribute of events, as far as its column depends on them. The transform itself judges texts and times. */
export class AttributeValues {
  /** Values that are not null. */
  count = 0;
  booleans = 0;
  texts = 0;
  objects = 0;
  arrays = 0;
  /** Numbers, and texts that are written as JSON writes a number. */
  readonly numbers = new NumberValues();
  numericTexts = 0;
  /** Bytes of the shortest and the longest value as text. */
  shortest = Infinity;
  longest = 0;
  readonly dates = new Fitting(DATE);
  readonly times = new Fitting(TIMESTAMP);
  /** Texts with an offset from UTC other than Z. */
  offsets = 0;
  endsWithBlank = false;
  looksUnique = true;
  /** The first value that no column holds, and why. */
  unfit: (Example & { readonly problem: string }) | undefined;
  firstNested: number | undefined;

  /** @param value not null. */
  add(value: JsonValue, line: number): Compared {
    this.count += 1;
    switch (value.type) {
      case 'object':
      case 'array':
        this[value.type === 'object' ? 'objects' : 'arrays'] += 1;
        this.firstNested ??= line;
        return { code: valueHash(value.text) };
      case 'number':
        return this.addNumber(value, line);
      case 'string':
        return this.addText(value, line);
      default:
        this.booleans += 1;
        this.measure(value, line);
        return { code: valueHash(value.text) };
    }
  }

  private addNumber(value: JsonValue, line: number): Compared {
    const key = this.numbers.add(value.text);
    this.measure(value, line);
    // Any small number could be seconds since 1970.
    const time = isEpoch(Number(value.text)) ? this.times.add(value, line) : undefined;
    return { code: valueHash(key), ...timeOf(time) };
  }

  private addText(value: JsonValue, line: number): Compared {
    const { text } = value;
    this.texts += 1;
    this.measure(value, line);
    this.endsWithBlank ||= text.endsWith(' ');
    this.looksUnique &&= MADE_TO_BE_UNIQUE.test(text);
    if (NUMERIC_TEXT.test(text)) {
      this.numericTexts += 1;
      return { code: valueHash(this.numbers.add(text, true)) };
    }
    this.dates.add(value, line);
    const time = this.times.add(value, line);
    if (time !== undefined && OFFSET.test(text)) this.offsets += 1;
    return { code: valueHash(`"${text}`), ...timeOf(time) };
  }

  private measure(value: JsonValue, line: number): void {
    const bytes = Buffer.byteLength(value.text);
    if (bytes > this.longest) this.longest = bytes;
    if (bytes < this.shortest) this.shortest = bytes;
    // Nothing is wrong with ASCII. To ask the transform about each would take a quarter of the time.
    if (
      this.unfit ||
      (bytes === value.text.length && bytes <= WIDEST_TEXT.length && !value.text.includes('\0'))
    )
      return;
    const converted = convert(WIDEST_TEXT, value);
    if ('problem' in converted) this.unfit = { text: value.text, line, problem: converted.problem };
  }
}

/** A text that is written as JSON writes a number: "007" and "+1" would not come back from one. */
export const NUMERIC_TEXT = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const OFFSET = /[+-]\d{2}:?\d{2}$/;
/** UUIDs, ULIDs, and hashes or random numbers in hexadecimal digits. */
export const MADE_TO_BE_UNIQUE =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{16,128})$/i;

function timeOf(converted: string | undefined): { readonly time?: number } {
  return converted === undefined ? {} : { time: Date.parse(`${converted.replace(' ', 'T')}Z`) };
}
