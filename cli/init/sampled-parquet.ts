import { resolve } from 'node:path';
import type { ColumnType } from '../../core/column-types';
import {
  hasNoType,
  parquetTypeText,
  redshiftTypeOf,
  writeInstead,
  type ParquetField,
} from '../../core/parquet-types';
import { readParquetFooter, UnreadableFile, type ParquetFooter } from '../inspect/parquet-file';
import { openFileReader, type FileReader } from '../shared/duckdb';
import { displayText } from '../shared/table';
import { plural } from '../shared/text';
import { MADE_TO_BE_UNIQUE, NUMERIC_TEXT, WIDEST_TEXT } from './attribute-values';
import { rangeText, textAbout, widthFor, type TextLengths } from './column-choice';
import { MOST_COLUMNS, nameProblem } from './column-names';
import { RowValues, rowsToCompare } from './row-values';
import { SampleError, type LeftOut, type Sample, type SampledColumn } from './sample';
import type { SampleFile } from './sample-file';

/** A field of the file that a column can hold. The engine knows it by its place: names may differ only in case. */
interface Field {
  readonly place: number;
  readonly field: ParquetField;
  readonly type: ColumnType;
}

/**
 * Reads a Parquet file, and finds a column for each of its columns: the types are the footer's, widths come from the values.
 * @throws SampleError EmptySample, UnreadableSample
 */
export async function sampleParquet({
  name,
  file,
}: Extract<SampleFile, { format: 'parquet' }>): Promise<Sample> {
  const footer = await footerOf(file, name);
  if (footer.rows === 0) {
    throw new SampleError('EmptySample', `${name} has no rows. Take a file that has some.`);
  }
  const { fields, leftOut } = judged(footer.fields);
  const reader = await openFileReader();
  try {
    const rows = new ParquetRows(reader, name, footer.fields.length);
    const found = await rows.facts(fields);
    const compared = Math.min(footer.rows, rowsToCompare(fields.length));
    const values = await rows.values(fields, compared);
    return {
      name,
      format: 'parquet',
      bytes: file.size,
      rows: footer.rows,
      compared,
      columns: fields.map((field, index) => columnOf(field, found[index]!, values[index]!)),
      leftOut: leftOut.map((each) => ({ ...each, rows: footer.rows })),
      refused: { count: 0, first: [] },
      obstacles: obstaclesOf(footer, leftOut),
    };
  } finally {
    await reader.close();
  }
}

/** @throws SampleError UnreadableSample */
export async function footerOf(
  file: Parameters<typeof readParquetFooter>[0],
  name: string,
): Promise<ParquetFooter> {
  try {
    return await readParquetFooter(file);
  } catch (error) {
    if (error instanceof UnreadableFile)
      throw new SampleError('UnreadableSample', `${name} cannot be read: ${error.message}.`);
    throw error;
  }
}

function judged(all: readonly ParquetField[]): {
  readonly fields: readonly Field[];
  readonly leftOut: readonly Omit<LeftOut, 'rows'>[];
} {
  const fields: Field[] = [];
  const leftOut: Omit<LeftOut, 'rows'>[] = [];
  all.forEach((field, place) => {
    const type = hasNoType(field) ? UNKNOWN_TYPE : redshiftTypeOf(field);
    const why = problemOf(field, type, all);
    if (why === undefined && type && fields.length < MOST_COLUMNS) fields.push({ place, field, type });
    else
      leftOut.push({
        name: field.name,
        why: why ?? `beyond the ${MOST_COLUMNS.toLocaleString('en')} columns that a dataset has at most.`,
      });
  });
  return { fields, leftOut };
}

/** A guess: whoever knows the values writes their type. */
const UNKNOWN_TYPE: ColumnType = { kind: 'varchar', length: 256 };

function problemOf(
  field: ParquetField,
  type: ColumnType | undefined,
  all: readonly ParquetField[],
): string | undefined {
  const name = field.name.toLowerCase();
  const problem = nameProblem(name);
  if (problem !== undefined) return `${problem}.`;
  const same = all.find((other) => other !== field && other.name.toLowerCase() === name);
  if (same)
    return `the same as ${displayText(same.name, 60)} but for the case of letters, which Redshift ignores. Rename one of them.`;
  if (type) return undefined;
  const instead = writeInstead(field);
  const what = parquetTypeText(field);
  if (instead !== undefined) return `${what}: ${instead}.`;
  return what === 'nested' || what === 'repeated'
    ? 'nested, and a column holds no nested value. Write its members as columns of their own, or its JSON as text.'
    : `${what}, which COPY loads into no column. Write signed integers, decimals, doubles, text, dates or timestamps.`;
}

function obstaclesOf({ copyProblem }: ParquetFooter, leftOut: readonly Omit<LeftOut, 'rows'>[]): string[] {
  const names = leftOut.map(({ name }) => displayText(name, 60)).join(', ');
  return [
    ...(copyProblem === null ? [] : [`COPY does not read this file: ${copyProblem}.`]),
    ...(leftOut.length === 0
      ? []
      : [`A load refuses files with a column that the dataset does not have: write them without ${names}.`]),
  ];
}

/** What the values of a column say. */
interface Facts {
  readonly present: number;
  /** Null for a text column. */
  readonly least: string | null;
  readonly greatest: string | null;
  /** Of a text column that has a text. */
  readonly text?: TextLengths & {
    readonly endsWithBlank: boolean;
    readonly isOnlyNumbers: boolean;
    readonly hasNul: boolean;
  };
}

const isText = ({ kind }: ColumnType): boolean => kind === 'varchar';

/** The rows of a Parquet file, as the engine reads them. */
class ParquetRows {
  constructor(
    private readonly reader: FileReader,
    private readonly path: string,
    private readonly columns: number,
  ) {}

  /** What is true of all rows. */
  async facts(fields: readonly Field[]): Promise<readonly Facts[]> {
    const selected = fields.map(({ place, type }) => factsOf(`f${place}`, type));
    // The engine refuses a parameter that nothing uses.
    const patterns = fields.some(({ type }) => isText(type))
      ? { unique: UNIQUE_PATTERN, number: NUMBER_PATTERN }
      : undefined;
    const [row = []] = (await this.read(selected, patterns ?? {})).getRowsJS();
    return (row as unknown as readonly EngineFacts[]).map(({ present, least, greatest, text }) => ({
      present: Number(present),
      least: least ?? null,
      greatest: greatest ?? null,
      ...(text && present > 0n
        ? { text: { ...text, shortest: Number(text.shortest), longest: Number(text.longest) } }
        : {}),
    }));
  }

  /** The values of the first rows, to compare them. */
  async values(fields: readonly Field[], rows: number): Promise<readonly RowValues[]> {
    const values = fields.map(() => new RowValues());
    const selected = fields.flatMap(({ place, type }) => [
      // A double holds 53 bits of a hash.
      `CASE WHEN f${place} IS NOT NULL THEN CAST(hash(f${place}) // 2048 AS DOUBLE) END`,
      type.kind === 'timestamp' ? `epoch_us(f${place}) / 1000.0` : 'NULL',
    ]);
    const columns = (await this.read(selected, { rows }, 'LIMIT $rows')).getColumnsJS();
    values.forEach((each, index) => {
      const [codes = [], times = []] = columns.slice(2 * index);
      codes.forEach((code, row) => {
        const time = times[row];
        if (typeof code === 'number') each.set(row, code, typeof time === 'number' ? time : undefined);
      });
    });
    return values;
  }

  private async read(selected: readonly string[], parameters: Record<string, string | number>, limit = '') {
    const aliases = Array.from({ length: this.columns }, (_, place) => `f${place}`).join(', ');
    // By default, hive partitioning would add columns from a path such as `year=2026/…`.
    const source = 'read_parquet($file, hive_partitioning = false, binary_as_string = true)';
    try {
      return await this.reader.duckdb.runAndReadAll(
        `SELECT ${selected.length === 0 ? '1' : selected.join(', ')} FROM ${source} AS file(${aliases}) ${limit}`,
        { file: resolve(this.path), ...parameters },
      );
    } catch (error) {
      const [reason] = (error as Error).message.split('\n');
      throw new SampleError('UnreadableSample', `The rows of ${this.path} cannot be read: ${reason}`);
    }
  }
}

/** {@link Facts} as the engine gives them. */
interface EngineFacts {
  readonly present: bigint;
  readonly least?: string | null;
  readonly greatest?: string | null;
  readonly text?: Omit<NonNullable<Facts['text']>, 'shortest' | 'longest'> & {
    readonly shortest: bigint;
    readonly longest: bigint;
  };
}

/** A value of the engine with the facts of a column. */
function factsOf(value: string, type: ColumnType): string {
  const facts: Record<string, string> = isText(type)
    ? {
        text: structOf({
          shortest: `min(strlen(${value}))`,
          longest: `max(strlen(${value}))`,
          looksUnique: `bool_and(regexp_full_match(${value}, $unique, 'i'))`,
          isOnlyNumbers: `bool_and(regexp_full_match(${value}, $number))`,
          endsWithBlank: `bool_or(suffix(${value}, ' '))`,
          hasNul: `bool_or(contains(${value}, chr(0)))`,
        }),
      }
    : { least: `CAST(min(${value}) AS VARCHAR)`, greatest: `CAST(max(${value}) AS VARCHAR)` };
  return structOf({ present: `count(${value})`, ...facts });
}

const structOf = (members: Readonly<Record<string, string>>): string =>
  `{ ${Object.entries(members)
    .map(([name, value]) => `'${name}': ${value}`)
    .join(', ')} }`;

const UNIQUE_PATTERN = MADE_TO_BE_UNIQUE.source.slice(1, -1);
const NUMBER_PATTERN = NUMERIC_TEXT.source.slice(1, -1);

function columnOf({ field, type }: Field, facts: Facts, values: RowValues): SampledColumn {
  const { present, text, least, greatest } = facts;
  const range =
    least === null || greatest === null || type.kind === 'boolean' ? '' : `, ${rangeText(least, greatest)}`;
  return {
    name: field.name.toLowerCase(),
    written: field.name,
    type: text ? { kind: 'varchar', length: widthFor(text) } : isText(type) ? UNKNOWN_TYPE : type,
    about: `${parquetTypeText(field)}${text ? `: ${textAbout(text.longest, text.isOnlyNumbers)}` : range}`,
    decide: [
      ...(present === 0 ? ['Nothing but nulls: nobody has seen what the values are.'] : []),
      ...(text ? textAdvice(text) : []),
    ],
    present,
    canBeTime: type.kind === 'timestamp',
    endsWithBlank: text?.endsWithBlank ?? false,
    looksUnique: text?.looksUnique ?? false,
    values,
  };
}

function textAdvice({ longest, hasNul }: NonNullable<Facts['text']>): string[] {
  return [
    ...(longest > WIDEST_TEXT.length
      ? [
          `The longest text has ${plural(longest, 'byte')}, and a column holds ${WIDEST_TEXT.length.toLocaleString('en')}: COPY refuses this file.`,
        ]
      : []),
    ...(hasNul ? ['A text has a NUL character, at which Redshift ends it.'] : []),
  ];
}
