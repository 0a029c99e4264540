import type { ParquetColumn } from '../redshift-data/copy/footer';
import type { ColumnType, TypeFamily } from '../redshift-data/sql/types';
import { accepts, changes, proven, refuses, unproven, type Known, type Outcome } from './outcome';

/** What COPY does with a Parquet column for a column of a table. */
export interface TypePair extends Known {
  /** The physical type and its annotation: `INT32 INT_16`; `group`; `repeated`. */
  readonly parquet: string;
  readonly family: TypeFamily;
  /** Of a decimal: how it differs from the column. */
  readonly when?: DecimalRelation;
  readonly outcome: Outcome;
}

type DecimalRelation =
  'the same precision and scale' | 'another precision or scale' | 'more digits than fit' | 'another length';

/**
 * The physical types of Parquet with their annotations, by the names of the converted types where there are two. Writers
 * give dates and decimals both: a reader that does not know the newer logical types takes them for numbers otherwise.
 * Source: Apache Parquet, "LogicalTypes.md".
 */
export const PARQUET_TYPES = [
  'BOOLEAN',
  ...['', ' INT_8', ' INT_16', ' INT_32', ' UINT_8', ' UINT_16', ' UINT_32'].map((name) => `INT32${name}`),
  ...[' DATE', ' TIME_MILLIS', ' DECIMAL', ' NULL'].map((name) => `INT32${name}`),
  ...['', ' INT_64', ' UINT_64', ' DECIMAL'].map((name) => `INT64${name}`),
  ...[' TIMESTAMP_MILLIS', ' TIMESTAMP_MICROS', ' TIMESTAMP_NANOS'].map((name) => `INT64${name}`),
  ...[' TIME_MICROS', ' TIME_NANOS'].map((name) => `INT64${name}`),
  'INT96',
  'FLOAT',
  'DOUBLE',
  ...['', ' UTF8', ' ENUM', ' JSON', ' BSON', ' DECIMAL'].map((name) => `BYTE_ARRAY${name}`),
  ...['', ' DECIMAL', ' INTERVAL', ' UUID', ' FLOAT16'].map((name) => `FIXED_LEN_BYTE_ARRAY${name}`),
  ...['INT32 DATE', 'INT32 DECIMAL', 'INT64 DECIMAL', 'FIXED_LEN_BYTE_ARRAY DECIMAL'].map(
    (name) => `${name} (logical type alone)`,
  ),
  'group',
  'repeated',
];

const FAMILIES: Readonly<Record<TypeFamily, true>> = {
  ...{ bool: true, int2: true, int4: true, int8: true, float4: true, float8: true, numeric: true },
  ...{ bpchar: true, varchar: true, date: true, timestamp: true, timestamptz: true, super: true },
};
export const TYPE_FAMILIES = Object.keys(FAMILIES) as TypeFamily[];

const INCOMPATIBLE = refuses('has an incompatible Parquet schema for column');

/** It makes these columns for its files and loads them by COPY. Its tests run on AWS. */
const AWS_SDK_PANDAS = proven('aws-sdk-pandas, pyarrow2redshift in awswrangler/_data_types.py');
const STRICT = unproven('nobody reports it; COPY converts nothing (bluelabsio/records-mover #85)');
const UNREPORTED = unproven('nobody reports it; the values are those of the column type');
const ARROW = 'apache/arrow #38000';

const pair = (
  parquet: string,
  family: TypeFamily,
  outcome: Outcome,
  { source, proven: isProven }: Known,
  when?: DecimalRelation,
): TypePair => ({ parquet, family, ...(when && { when }), outcome, source, proven: isProven });

const NANOS_CHANGE = changes('a time in another year, without an error');
const INTEGER_DECIMALS = unproven('nobody reports it; the source of the texts (Impala 2) refused them');

/** The pairs that are not refused, and the refusals that somebody saw. */
const KNOWN: readonly TypePair[] = [
  pair('BOOLEAN', 'bool', accepts, AWS_SDK_PANDAS),
  pair('INT32 INT_8', 'int2', accepts, AWS_SDK_PANDAS),
  pair('INT32 INT_16', 'int2', accepts, AWS_SDK_PANDAS),
  pair('INT32', 'int4', accepts, AWS_SDK_PANDAS),
  pair('INT32 INT_32', 'int4', accepts, UNREPORTED),
  // pyarrow writes columns of nothing but nulls so.
  pair('INT32 NULL', 'int4', accepts, UNREPORTED),
  pair('INT64', 'int8', accepts, AWS_SDK_PANDAS),
  pair('INT64 INT_64', 'int8', accepts, UNREPORTED),
  pair('INT64', 'int4', INCOMPATIBLE, proven('openillumi.com/?p=14425')),
  pair('FLOAT', 'float4', accepts, AWS_SDK_PANDAS),
  pair('DOUBLE', 'float8', accepts, AWS_SDK_PANDAS),
  pair('DOUBLE', 'numeric', INCOMPATIBLE, proven('dask/fastparquet #299, for Spectrum')),
  pair('BYTE_ARRAY UTF8', 'varchar', accepts, AWS_SDK_PANDAS),
  pair('BYTE_ARRAY UTF8', 'bpchar', accepts, UNREPORTED),
  ...['BYTE_ARRAY', 'BYTE_ARRAY ENUM', 'BYTE_ARRAY JSON'].flatMap((parquet) => [
    pair(parquet, 'varchar', accepts, UNREPORTED),
    pair(parquet, 'bpchar', accepts, UNREPORTED),
  ]),
  pair('INT32 DATE', 'date', accepts, AWS_SDK_PANDAS),
  pair('INT96', 'timestamp', accepts, proven(`aws-sdk-pandas (flavor="spark"); ${ARROW}`)),
  pair('INT64 TIMESTAMP_MILLIS', 'timestamp', accepts, proven(ARROW)),
  pair('INT64 TIMESTAMP_MICROS', 'timestamp', accepts, proven(ARROW)),
  pair('INT64 TIMESTAMP_NANOS', 'timestamp', NANOS_CHANGE, unproven(`${ARROW}, one report for Spectrum`)),
  pair('INT96', 'timestamptz', accepts, UNREPORTED),
  pair('INT64 TIMESTAMP_MILLIS', 'timestamptz', accepts, UNREPORTED),
  pair('INT64 TIMESTAMP_MICROS', 'timestamptz', accepts, UNREPORTED),
  pair('INT64 TIMESTAMP_NANOS', 'timestamptz', NANOS_CHANGE, unproven(ARROW)),
  pair('INT32 DECIMAL', 'numeric', accepts, INTEGER_DECIMALS, 'the same precision and scale'),
  pair('INT64 DECIMAL', 'numeric', accepts, INTEGER_DECIMALS, 'the same precision and scale'),
  pair('FIXED_LEN_BYTE_ARRAY DECIMAL', 'numeric', accepts, AWS_SDK_PANDAS, 'the same precision and scale'),
  // The column's precision decides how many bytes are expected.
  pair(
    'FIXED_LEN_BYTE_ARRAY DECIMAL',
    'numeric',
    refuses('has an invalid type length. Expecting:'),
    proven('G-Research/ParquetSharp #252'),
    'another length',
  ),
  // With SERIALIZETOJSON only.
  pair('group', 'super', accepts, proven('Amazon Redshift, "COPY from columnar data formats"')),
];

function pairOf(parquet: string, family: TypeFamily, when?: DecimalRelation): TypePair {
  const known = KNOWN.find(
    (each) => each.parquet === parquet && each.family === family && (!each.when || each.when === when),
  );
  const refused = { parquet, family, outcome: INCOMPATIBLE, ...STRICT };
  return known ?? (when ? { ...refused, when } : refused);
}

const SAME_OR_ANOTHER: readonly DecimalRelation[] = [
  'the same precision and scale',
  'another precision or scale',
];
const DECIMAL_RELATIONS: Readonly<Record<string, readonly DecimalRelation[]>> = {
  'INT32 DECIMAL': [...SAME_OR_ANOTHER, 'more digits than fit'],
  'INT64 DECIMAL': [...SAME_OR_ANOTHER, 'more digits than fit'],
  'BYTE_ARRAY DECIMAL': SAME_OR_ANOTHER,
  'FIXED_LEN_BYTE_ARRAY DECIMAL': [...SAME_OR_ANOTHER, 'another length'],
};

/** Every Parquet type with every column type. */
export const TYPE_PAIRS: readonly TypePair[] = PARQUET_TYPES.flatMap((parquet) =>
  TYPE_FAMILIES.flatMap((family) => {
    const relations = family === 'numeric' ? DECIMAL_RELATIONS[parquet] : undefined;
    return (relations ?? [undefined]).map((when) => pairOf(parquet, family, when));
  }),
);

/** The row for a file's column and a table's. A type that is not in the table is refused. */
export function copyPair(column: ParquetColumn, type: ColumnType): TypePair {
  const parquet = parquetTypeOf(column);
  return pairOf(parquet, type.family, relationOf(parquet, column, type));
}

/** The name of a column's type in {@link PARQUET_TYPES}. */
function parquetTypeOf({ physical, annotation, unit, repetition, isConverted }: ParquetColumn): string {
  if (physical === undefined) return 'group';
  if (repetition === 'REPEATED') return 'repeated';
  if (annotation === undefined) return physical;
  const alone = !isConverted && ['DATE', 'DECIMAL'].includes(annotation) ? ' (logical type alone)' : '';
  return `${physical} ${annotation === 'STRING' ? 'UTF8' : annotation}${unit === undefined ? '' : `_${unit}`}${alone}`;
}

function relationOf(parquet: string, column: ParquetColumn, type: ColumnType): DecimalRelation | undefined {
  if (type.family !== 'numeric' || !DECIMAL_RELATIONS[parquet]) return undefined;
  const { precision = 0, scale = 0 } = column;
  const isFixed = column.physical === 'FIXED_LEN_BYTE_ARRAY';
  if (isFixed && column.typeLength !== decimalBytes(type.precision!)) return 'another length';
  const bytes = { INT32: 4, INT64: 8 }[column.physical ?? ''];
  if (bytes !== undefined && decimalBytes(precision) > bytes) return 'more digits than fit';
  return precision === type.precision && scale === type.scale
    ? 'the same precision and scale'
    : 'another precision or scale';
}

/** The least number of bytes that hold every decimal of this precision, as a signed integer. */
export function decimalBytes(precision: number): number {
  let bytes = 1;
  while (10n ** BigInt(precision) > 2n ** BigInt(8 * bytes - 1)) bytes += 1;
  return bytes;
}
