import { parquetMetadata, parquetSchema, type FileMetaData, type ParquetParsers } from 'hyparquet';
import { nameProblem, storageProblem } from '../../core/copy-conditions';
import type { LakeFile } from '../../core/files';
import { tooLargeFooter, type Footer, type TimeRange } from '../../core/footer';
import { nullCounts, withNulls } from '../../core/null-counts';
import type { ParquetField } from '../../core/parquet-types';
import { checkParseable } from '../../core/parseable-footer';
import { readRange } from './lake';

/** A Parquet file ends with its footer, the footer's length (4 bytes) and "PAR1". The shortest file has 12 bytes. */
const TRAILER_BYTES = 8;
const SHORTEST_FILE_BYTES = 12;

/** Larger footers are read one after the other, so that those that are read at the same time need little memory. */
const SMALL_FOOTER_BYTES = 256 * 1024;

/**
 * Reads the footer of a Parquet file with two range requests.
 * @returns the footer, or why COPY cannot read the file.
 * @throws LoadError FileChanged
 */
export async function readFooter(bucket: string, file: LakeFile): Promise<Footer | string> {
  const named = nameProblem(file.key);
  if (named !== undefined) return named;
  if (file.size === 0) return 'it is empty';
  if (file.size < SHORTEST_FILE_BYTES) return `it has only ${file.size} bytes`;
  const trailer = await readRange(bucket, file, file.size - TRAILER_BYTES, file.size);
  const magic = new TextDecoder('latin1').decode(trailer.slice(4));
  if (magic === 'PARE') return 'its footer is encrypted, which COPY cannot read';
  if (magic !== 'PAR1') return 'it does not end like Parquet: it has another format, or was cut off';
  const footerBytes = new DataView(trailer).getUint32(0, true);
  if (footerBytes + SHORTEST_FILE_BYTES > file.size) {
    return `its footer would have ${footerBytes} bytes, the whole file has ${file.size}`;
  }
  const tooLarge = tooLargeFooter(footerBytes);
  if (tooLarge !== undefined) return tooLarge;
  const read = async () =>
    parseFooter(await readRange(bucket, file, file.size - TRAILER_BYTES - footerBytes, file.size));
  return footerBytes > SMALL_FOOTER_BYTES ? inTurn(read) : read();
}

let lastInTurn: Promise<unknown> = Promise.resolve();

/** Starts when all earlier calls have ended. */
function inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
  const turn = lastInTurn.then(run, run);
  lastInTurn = turn;
  return turn;
}

/** @returns the footer, or what is wrong with the file. */
function parseFooter(footer: ArrayBuffer): Footer | string {
  try {
    checkParseable(new Uint8Array(footer));
    const metadata = parquetMetadata(footer, { parsers: TIMES_IN_MICROSECONDS });
    const nulls = nullCounts(metadata);
    const fields = withNulls(
      parquetSchema(metadata).children.map(({ element }) => element),
      metadata.num_rows,
      nulls,
    );
    const contradiction = rowContradiction(metadata, fields);
    if (contradiction !== undefined) return `its footer contradicts itself: ${contradiction}`;
    const unread = storageProblem(metadata);
    if (unread !== undefined) return unread;
    return {
      rows: Number(metadata.num_rows),
      fields,
      nulls,
      times: timeRanges(metadata),
    };
  } catch (error) {
    return `its footer cannot be read (${(error as Error).message})`;
  }
}

/**
 * How the row counts in a footer disagree: those of the file, of its row groups, and of the values in their columns. The
 * load would miss rows, or fail later with an error that does not name the file.
 */
function rowContradiction(
  { num_rows: rows, row_groups: groups }: FileMetaData,
  fields: readonly ParquetField[],
): string | undefined {
  const inGroups = groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (rows !== inGroups) return `${rows} rows, and ${inGroups} in its row groups`;
  // A list has a different number of values. A dataset's columns are never lists.
  const isFlat = fields.every((field) => !field.num_children && field.repetition_type !== 'REPEATED');
  if (!isFlat) return undefined;
  for (const [index, { num_rows: expected, columns }] of groups.entries()) {
    const other = columns.find(({ meta_data: column }) => column && column.num_values !== expected);
    if (other)
      return `${expected} rows in row group ${index + 1}, and ${other.meta_data?.num_values} values of ${other.meta_data?.path_in_schema.join('.')}`;
  }
  return undefined;
}

const MICROSECONDS_OF_A_DAY = 86_400_000_000n;

/** hyparquet makes a Date of each time, which ends at the year 275760. */
const TIMES_IN_MICROSECONDS = {
  timestampFromMilliseconds: (milliseconds: bigint) => milliseconds * 1_000n,
  timestampFromMicroseconds: (microseconds: bigint) => microseconds,
  timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds / 1_000n,
  dateFromDays: (days: number) => BigInt(days) * MICROSECONDS_OF_A_DAY,
} as unknown as Partial<ParquetParsers>;

/** The ranges of all columns of times. Numbers have ranges too, so the type of the column decides what is a time. */
function timeRanges({ schema, row_groups }: FileMetaData): Map<string, TimeRange> {
  const isTime = new Set(
    schema
      .filter(({ converted_type, logical_type }) =>
        [converted_type, logical_type?.type].some((each) => /^(DATE|TIMESTAMP)/.test(each ?? '')),
      )
      .map(({ name }) => name.toLowerCase()),
  );
  const ranges = new Map<string, TimeRange>();
  for (const { meta_data: column } of row_groups.flatMap((group) => group.columns)) {
    const name = column?.path_in_schema.join('.').toLowerCase() ?? '';
    // Older writers fill only `min` and `max`.
    const { min_value, max_value, min, max } = column?.statistics ?? {};
    const values = [min_value, max_value, min, max].filter((value) => typeof value === 'bigint');
    if (!isTime.has(name) || values.length === 0) continue;
    const known = ranges.get(name);
    const sorted = [...values, ...(known ? [known.least, known.greatest] : [])].sort((left, right) =>
      left < right ? -1 : 1,
    );
    ranges.set(name, { least: sorted[0]!, greatest: sorted.at(-1)! });
  }
  return ranges;
}
