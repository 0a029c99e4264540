import type { JsonValue } from '../../core/json-reader';
import { readRecord, type EventAttributes } from '../../core/transform';
import { RECORD_BYTES } from '../delivery/batches';
import { plural } from '../shared/text';
import { readEvents } from '../trips/events-file';
import { AttributeValues } from './attribute-values';
import { canBeTime, chooseColumn } from './column-choice';
import { MOST_COLUMNS, nameProblem } from './column-names';
import { RowValues, rowsToCompare } from './row-values';
import { SampleError, type LeftOut, type RefusedLines, type Sample, type SampledColumn } from './sample';
import type { SampleFile } from './sample-file';

/** More attributes than that are no columns: their names are data. */
const MOST_ATTRIBUTES = 10_000;

export interface SamplingOptions {
  /** Attributes, in lower case, whose numbers are to be read as times. */
  readonly times: ReadonlySet<string>;
  /** Attributes, in lower case, that become columns even if some events have them twice. */
  readonly wanted: ReadonlySet<string>;
  /** Is called now and then with the number of rows. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Reads events, one or more a line, and finds a column for each of their attributes.
 * @throws SampleError EmptySample, NotEvents, UnreadableSample
 */
export async function sampleEvents(
  { name, chunks }: Extract<SampleFile, { format: 'events' }>,
  options: SamplingOptions,
): Promise<Sample> {
  const events = new SampledEvents(options);
  for await (const { line, bytes, data } of readEvents(chunks, { longest: RECORD_BYTES })) {
    events.bytes += bytes;
    if (data) events.addLine(data, line);
    else events.refuse(line, tooLongText(bytes));
  }
  return events.sample(name);
}

/** Why Firehose takes no record of so many bytes. */
export const tooLongText = (bytes: number): string =>
  `${bytes.toLocaleString('en')} bytes long, and Firehose takes records of up to ${RECORD_BYTES.toLocaleString('en')}`;

/** The rows after which progress is shown. */
const ROWS_OF_PROGRESS = 10_000;
const REFUSED_SHOWN = 5;

class SampledEvents {
  bytes = 0;
  private rows = 0;
  private compared = 0;
  private refused = 0;
  private readonly first: { line: number; reason: string }[] = [];
  private readonly attributes = new Map<string, Attribute>();
  private uncounted = 0;

  constructor(private readonly options: SamplingOptions) {}

  addLine(data: Uint8Array, line: number): void {
    const record = readRecord(data);
    if ('reason' in record) this.refuse(line, record.reason);
    else for (const event of record.events) this.addEvent(event, line);
  }

  refuse(line: number, reason: string): void {
    this.refused += 1;
    if (this.first.length < REFUSED_SHOWN) this.first.push({ line, reason });
  }

  private addEvent({ attributes, names }: EventAttributes, line: number): void {
    const row = this.rows;
    this.rows += 1;
    for (const written of names) this.attribute(written)?.meet(row, written, line);
    const isCompared = row === this.compared && row < rowsToCompare(this.attributes.size);
    if (isCompared) this.compared += 1;
    for (const [name, value] of attributes) {
      if (value.type !== 'null') this.attributes.get(name)?.add(value, line, isCompared ? row : undefined);
    }
    if (this.rows % ROWS_OF_PROGRESS === 0) this.options.onProgress?.(this.rows);
  }

  private attribute(written: string): Attribute | undefined {
    const name = written.toLowerCase();
    const known = this.attributes.get(name);
    if (known) return known;
    if (this.attributes.size >= MOST_ATTRIBUTES) {
      this.uncounted += 1;
      return undefined;
    }
    const added = new Attribute(name, written);
    this.attributes.set(name, added);
    return added;
  }

  sample(name: string): Sample {
    const refused: RefusedLines = { count: this.refused, first: this.first };
    const problem = problemOf(name, this.rows, refused);
    if (problem) throw problem;
    const columns: SampledColumn[] = [];
    const leftOut: LeftOut[] = [];
    const kept = this.mostFrequent();
    for (const attribute of this.attributes.values()) {
      const made = attribute.column(this.options, kept.has(attribute));
      if ('why' in made) leftOut.push(made);
      else columns.push(made);
    }
    if (this.uncounted > 0) {
      leftOut.push({
        name: '…',
        rows: this.rows,
        why: `and more names than ${MOST_ATTRIBUTES.toLocaleString('en')}. Such names are data: send them as values of an attribute.`,
      });
    }
    const { bytes, rows, compared } = this;
    return { name, format: 'events', bytes, rows, compared, columns, leftOut, refused, obstacles: [] };
  }

  /** As many attributes as a dataset has columns: those in the most events. */
  private mostFrequent(): ReadonlySet<Attribute> {
    const all = [...this.attributes.values()];
    return new Set(all.sort((left, right) => right.rows - left.rows).slice(0, MOST_COLUMNS));
  }
}

/** Why lines are no sample of events: there are none, or most of them are something else. */
function problemOf(
  name: string,
  rows: number,
  { count, first: [first] }: RefusedLines,
): SampleError | undefined {
  if (rows >= count && rows > 0) return undefined;
  if (!first) return new SampleError('EmptySample', emptyText(name));
  return new SampleError(
    'NotEvents',
    `${plural(count, 'line')} of ${name} ${count === 1 ? 'is no event' : 'are no events'}, and ${rows === 0 ? 'none is one' : `only ${rows} ${rows === 1 ? 'is one' : 'are'}`}. Line ${first.line}: ${first.reason}.\n` +
      'Write one JSON object a line. jq does it, of a list of events: jq -c ".[]", of an object over several lines: jq -c .',
  );
}

export const emptyText = (name: string): string =>
  `${name} has no events: it is empty. Write one JSON object a line.`;

/** An attribute of the events, under all its spellings. */
class Attribute {
  /** Events that have it, even if it is null. */
  rows = 0;
  private lastRow = -1;
  private twice: { readonly line: number; readonly spellings: readonly string[] } | undefined;
  private timesTwice = 0;
  private readonly attributeValues = new AttributeValues();
  private readonly values = new RowValues();

  constructor(
    private readonly name: string,
    private readonly written: string,
  ) {}

  meet(row: number, written: string, line: number): void {
    if (this.lastRow === row) {
      this.timesTwice += 1;
      this.twice ??= { line, spellings: [...new Set([this.written, written])] };
      return;
    }
    this.lastRow = row;
    this.rows += 1;
  }

  add(value: JsonValue, line: number, row: number | undefined): void {
    const { code, time } = this.attributeValues.add(value, line);
    if (row !== undefined) this.values.set(row, code, time);
  }

  column({ times, wanted }: SamplingOptions, isKept: boolean): SampledColumn | LeftOut {
    const { name, written, rows, attributeValues } = this;
    const problem = nameProblem(name);
    if (problem !== undefined) return { name: written, rows, why: `${problem}.` };
    const choice = chooseColumn(attributeValues, written, times.has(name));
    if ('leftOut' in choice) return { name: written, rows, why: choice.leftOut, type: choice.type };
    if (!isKept) {
      return {
        name: written,
        rows,
        why: `beyond the ${MOST_COLUMNS.toLocaleString('en')} columns that a dataset has at most.`,
        type: choice.type,
      };
    }
    if (this.twice && !wanted.has(name)) {
      return { name: written, rows, why: this.twiceText(this.twice), type: choice.type };
    }
    return {
      name,
      written,
      type: choice.type,
      about: choice.about,
      decide: choice.decide,
      present: attributeValues.count,
      canBeTime: canBeTime(attributeValues),
      endsWithBlank: attributeValues.endsWithBlank,
      looksUnique: attributeValues.texts === attributeValues.count && attributeValues.looksUnique,
      values: this.values,
    };
  }

  private twiceText({ line, spellings }: NonNullable<typeof this.twice>): string {
    const [first, second] = spellings;
    const how = second === undefined ? 'twice' : `twice, as ${first} and ${second},`;
    return `${how} in ${plural(this.timesTwice, 'event')} (line ${line}): one value would be lost, so the transform refuses such events if it is a column.`;
  }
}
