import { refusedForm } from '../../behaviour/copy-rules';
import { copyPair, decimalBytes } from '../../behaviour/copy-types';
import { SqlError } from '../sql/errors';
import { quoteIdentifier, quoteLiteral } from '../sql/identifiers';
import type { ColumnType, TypeFamily } from '../sql/types';
import type { CatalogColumn } from '../warehouse/catalog';
import type { CopyCommand, S3Location } from './command';
import { displayColumn, displayType } from './compatibility';
import { incompatibleSchema, invalidTypeLength, notParquet, unmatchedColumns, unreadForm } from './errors';
import type { ParquetColumn, ParquetFooter } from './footer';

/** The target columns, in the order of the files' columns. @throws SqlError for an unknown name */
export function targetColumns(
  copy: CopyCommand,
  table: readonly CatalogColumn[],
  tableName: string,
): readonly CatalogColumn[] {
  if (copy.columns === undefined) return table;
  return copy.columns.map((name) => {
    const column = table.find((candidate) => candidate.name === name);
    if (column === undefined)
      throw new SqlError(`ERROR: column "${name}" of relation "${tableName}" does not exist`);
    return column;
  });
}

/** Whether COPY reads a file of this name and this footer. @throws SqlError */
export function checkForms(
  footer: ParquetFooter | undefined,
  file: S3Location,
  region: string,
): ParquetFooter {
  const name = refusedForm('extension', [/(?:\.\w+)?$/.exec(file.key)![0]]);
  if (name !== undefined) throw unreadForm(name, file, region);
  if (footer === undefined) throw notParquet(file, region);
  const stored =
    refusedForm('codec', footer.codecs) ??
    refusedForm('encoding', footer.encodings) ??
    refusedForm('page', footer.pages);
  if (stored !== undefined) throw unreadForm(stored, file, region);
  return footer;
}

/** Compares a footer's columns with the target's, one by one in order, as COPY does. @throws SqlError */
export function checkColumns(
  footer: readonly ParquetColumn[],
  targets: readonly CatalogColumn[],
  copy: CopyCommand,
  file: S3Location,
  region: string,
): readonly ParquetColumn[] {
  const tooFew = footer.length < targets.length && !copy.fillRecord;
  if (tooFew || footer.length > targets.length) {
    throw unmatchedColumns(targets.length, footer.length, file, region);
  }
  footer.forEach((column, index) => {
    const { name, type } = targets[index]!;
    const nestedWithoutOption = type.family === 'super' && !copy.serializeToJson;
    const { outcome } = copyPair(column, type);
    if (outcome.does === 'refuses' && outcome.text.includes('invalid type length')) {
      const expected = decimalBytes(type.precision!);
      throw invalidTypeLength(file, region, column.name, expected, column.typeLength);
    }
    if (outcome.does === 'refuses' || nestedWithoutOption) {
      const parquet = displayColumn(column, index);
      throw incompatibleSchema(file, region, { name, type: displayType(type), parquet });
    }
  });
  return footer;
}

/**
 * The engine's statement for one file. Columns match by position: an alias list replaces the file's names, so names that
 * differ only in case, or are keywords of the engine, do no harm.
 */
export function renderLoad(
  tableSql: string,
  targets: readonly CatalogColumn[],
  footer: readonly ParquetColumn[],
  path: string,
): string {
  const given = targets.slice(0, footer.length);
  const names = targets.map((column) => quoteIdentifier(column.name)).join(', ');
  const values = targets.map((column, index) => {
    if (index >= given.length) return 'NULL';
    const value =
      column.type.family === 'super' ? `to_json(f${index})` : checked(column.type, index, footer[index]!);
    return `CAST(${value} AS ${column.type.engine})`;
  });
  const aliases = footer.map((_, index) => `f${index}`).join(', ');
  return `INSERT INTO ${tableSql} (${names}) SELECT ${values.join(', ')} FROM ${fileSource(path)} AS file(${aliases})`;
}

/** Redshift's range, 4713 BC to 294276 AD. 64 bits of microseconds end before it. Source: Amazon Redshift, "Datetime types". */
const [FIRST_DAY, LAST_DAY] = ['4713-01-01 (BC)', '294276-12-31'];

/** Values that the engine accepts and Redshift refuses, by the name with which {@link refusedBy} finds the check. */
const CHECKS = {
  // The engine's infinity is the greatest INT64, which Redshift cannot represent as a time.
  range: (value: string, { family }: ColumnType) =>
    family === 'date'
      ? `${value} NOT BETWEEN DATE '${FIRST_DAY}' AND DATE '${LAST_DAY}'`
      : `isinf(${value}) OR epoch_us(${value}) < epoch_us(TIMESTAMP '${FIRST_DAY}')`,
  multibyte: (value: string) => `strlen(${value}) <> length(${value})`,
  // Whether COPY from Parquet keeps, cuts or refuses a NUL is unproven. Two keys could become one.
  nul: (value: string) => `contains(${value}, chr(0))`,
} as const;
type Check = keyof typeof CHECKS;

const CHECKS_OF: Partial<Record<TypeFamily, readonly Check[]>> = {
  date: ['range'],
  timestamp: ['range'],
  timestamptz: ['range'],
  varchar: ['nul'],
  bpchar: ['nul', 'multibyte'],
};

/**
 * A user reports that Spectrum reads INT64 nanoseconds as a wrong year, without an error. Which year is unproven: here they
 * count as microseconds. Source: https://github.com/apache/arrow/issues/38000
 */
function asRead({ physical, unit }: ParquetColumn, value: string): string {
  return physical === 'INT64' && unit === 'NANOS' ? `make_timestamp(epoch_ns(${value}))` : value;
}

function checked(type: ColumnType, index: number, column: ParquetColumn): string {
  const value = asRead(column, `f${index}`);
  const checks = (CHECKS_OF[type.family] ?? []).map(
    (check) => `WHEN ${CHECKS[check](value, type)} THEN error('refused by ${check} in ${index}')`,
  );
  return checks.length === 0 ? value : `CASE ${checks.join(' ')} ELSE ${value} END`;
}

/** The check that an error of the engine comes from, and the index of the file's column. */
export function refusedBy(message: string): { readonly check: Check; readonly index: number } | undefined {
  const [, check, index] =
    /^Invalid Input Error: refused by (range|multibyte|nul) in (\d+)$/.exec(message) ?? [];
  return check === undefined ? undefined : { check: check as Check, index: Number(index) };
}

export function fileSource(path: string): string {
  return `read_parquet(${quoteLiteral(path)}, hive_partitioning = false, binary_as_string = true)`;
}
