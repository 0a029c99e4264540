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
import { MADE_TO_BE_UNIQUE, WIDEST_TEXT } from './attribute-values';
import { bytesOfText, widthFor } from './column-choice';
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
  readonly least: string | null;
  readonly greatest: string | null;
  /** Of a text column. */
  readonly text?: {
    /** Bytes. */
    readonly longest: number;
    readonly endsWithBlank: boolean;
    readonly looksUnique: boolean;
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
    const selected = fields.flatMap(({ place, type }) => {
      const value = `f${place}`;
      return [
        `count(${value})`,
        ...(isText(type)
          ? [
              `max(strlen(${value}))`,
              `bool_or(suffix(${value}, ' '))`,
              `bool_and(regexp_full_match(${value}, $unique, 'i'))`,
              `bool_or(contains(${value}, chr(0)))`,
            ]
          : [`CAST(min(${value}) AS VARCHAR)`, `CAST(max(${value}) AS VARCHAR)`, 'NULL', 'NULL']),
      ];
    });
    // The engine refuses a parameter that nothing uses.
    const unique: Record<string, string> = fields.some(({ type }) => isText(type))
      ? { unique: UNIQUE_PATTERN }
      : {};
    const [row = []] = (await this.read(selected, unique)).getRowsJS();
    return fields.map(({ type }, index) => {
      const [present, first, second, third, fourth] = row.slice(FACTS * index);
      if (!isText(type))
        return { present: Number(present), least: textOrNull(first), greatest: textOrNull(second) };
      const text = {
        longest: Number(first ?? 0),
        endsWithBlank: second === true,
        looksUnique: third === true,
        hasNul: fourth === true,
      };
      return { present: Number(present), least: null, greatest: null, text };
    });
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

/** The number of facts of a column in a row of the result. */
const FACTS = 5;
const UNIQUE_PATTERN = MADE_TO_BE_UNIQUE.source.slice(1, -1);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function columnOf({ field, type }: Field, facts: Facts, values: RowValues): SampledColumn {
  const { present, text, least, greatest } = facts;
  const range = least === null || type.kind === 'boolean' ? '' : `, ${least} to ${greatest}`;
  return {
    name: field.name.toLowerCase(),
    written: field.name,
    type: text && present > 0 ? { kind: 'varchar', length: widthFor(text.longest) } : unknownWidth(type),
    about: `${parquetTypeText(field)}${text && present > 0 ? `: ${bytesOfText(text.longest)}` : range}`,
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

/** A text column without a text says nothing about its width. */
const unknownWidth = (type: ColumnType): ColumnType => (isText(type) ? UNKNOWN_TYPE : type);

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
