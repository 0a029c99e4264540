import type { ColumnType } from './column-types';

/** A leaf or group of a Parquet schema, as the footer describes it: the members that decide its type. */
export interface ParquetField {
  readonly name: string;
  readonly type?: string;
  readonly type_length?: number;
  readonly repetition_type?: string;
  readonly converted_type?: string;
  readonly logical_type?: { readonly type: string; readonly [member: string]: unknown };
  readonly num_children?: number;
  readonly precision?: number;
  readonly scale?: number;
  /** True if the statistics of all row groups count nothing but nulls in the column. */
  readonly has_only_nulls?: boolean;
}

/** A field's type for messages: `INT64 TIMESTAMP(MICROS)`, `BYTE_ARRAY UTF8`, `DOUBLE`, `nested`. */
export function parquetTypeText(field: ParquetField): string {
  if (field.num_children !== undefined && field.num_children > 0) return 'nested';
  if (field.repetition_type === 'REPEATED') return 'repeated';
  const decimal = decimalOf(field);
  if (decimal) return `${field.type} DECIMAL(${decimal.precision}, ${decimal.scale})`;
  const unit = timestampUnit(field);
  if (unit) return field.type === 'INT96' ? 'INT96 timestamp' : `${field.type} TIMESTAMP(${unit})`;
  const annotation = field.converted_type ?? annotationOf(field);
  return annotation ? `${field.type} ${annotation}` : (field.type ?? 'unknown');
}

/** How to write a field instead that COPY reads as other values, or refuses for its form; undefined for any other field. */
export function writeInstead(field: ParquetField): string | undefined {
  if (isNanoseconds(field))
    return 'COPY would read another year: write microseconds (pyarrow and pandas: coerce_timestamps="us" and allow_truncated_timestamps=True; Spark: spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS)';
  const decimal = decimalOf(field);
  const annotation = annotationOf(field);
  if (field.converted_type === undefined && (decimal || annotation === 'DATE'))
    return `COPY may know converted types only: write the converted type of ${annotation}, too`;
  if (!decimal || field.type !== 'FIXED_LEN_BYTE_ARRAY') return undefined;
  const bytes = decimalBytes(decimal.precision);
  return field.type_length === bytes
    ? undefined
    : `COPY refuses ${field.type_length} bytes: write decimals of precision ${decimal.precision} in the fewest bytes that hold them, which are ${bytes}`;
}

/**
 * The Redshift type of the column that COPY loads a Parquet field into; undefined if COPY takes it into none.
 * Redshift compares the physical type and its annotation and never casts: INT32 does not load into BIGINT, nor DOUBLE
 * into DECIMAL. Source: Amazon Redshift, "COPY from columnar data formats"; the error's text is "has an incompatible
 * Parquet schema for column". The table of the twin, local/behaviour/copy-types.ts, says what is known of each type.
 */
export function redshiftTypeOf(field: ParquetField): ColumnType | undefined {
  if ((field.num_children ?? 0) > 0 || field.repetition_type === 'REPEATED') return undefined;
  if (writeInstead(field) !== undefined) return undefined;
  const decimal = decimalOf(field);
  if (decimal) return holdsDecimal(field.type, decimal) ? { kind: 'decimal', ...decimal } : undefined;
  const annotation = field.converted_type ?? annotationOf(field);
  switch (`${field.type}${annotation === undefined ? '' : ` ${annotation}`}`) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'INT32 DATE':
      return { kind: 'date' };
    case 'INT32 INT_8':
    case 'INT32 INT_16':
      return { kind: 'smallint' };
    case 'INT32':
    case 'INT32 INT_32':
    case 'INT32 NULL':
      return { kind: 'integer' };
    case 'INT64':
    case 'INT64 INT_64':
      return { kind: 'bigint' };
    case 'INT96':
    case 'INT64 TIMESTAMP':
    case 'INT64 TIMESTAMP_MILLIS':
    case 'INT64 TIMESTAMP_MICROS':
      return { kind: 'timestamp' };
    case 'FLOAT':
      return { kind: 'real' };
    case 'DOUBLE':
      return { kind: 'double precision' };
    case 'BYTE_ARRAY':
    case 'BYTE_ARRAY UTF8':
    case 'BYTE_ARRAY STRING':
    case 'BYTE_ARRAY ENUM':
    case 'BYTE_ARRAY JSON':
      return { kind: 'varchar', length: 65_535 };
    default:
      return undefined;
  }
}

/** The least number of bytes that hold every decimal of this precision, as a signed integer. */
function decimalBytes(precision: number): number {
  return Math.ceil((precision * Math.log2(10) + 1) / 8);
}

const INTEGER_BYTES: Readonly<Record<string, number>> = { INT32: 4, INT64: 8 };

/**
 * Whether COPY loads a decimal of this physical type; see {@link writeInstead} for the bytes of FIXED_LEN_BYTE_ARRAY.
 * Redshift's limits are 38 digits, 37 of them after the point. Source: Amazon Redshift, "Numeric types".
 */
function holdsDecimal(
  physical: string | undefined,
  { precision, scale }: { precision: number; scale: number },
): boolean {
  if (precision < 1 || precision > 38 || scale < 0 || scale > Math.min(precision, 37)) return false;
  if (physical === 'FIXED_LEN_BYTE_ARRAY') return true;
  return decimalBytes(precision) <= (INTEGER_BYTES[physical ?? ''] ?? 0);
}

/** Whether the writer knew no type for the column, because every value is null (pyarrow writes such columns). */
export function hasNoType(field: ParquetField): boolean {
  return field.logical_type?.type === 'NULL';
}

/** The logical type under the older name of the same annotation: `INTEGER(16, true)` is `INT_16`. */
function annotationOf({ logical_type: logical }: ParquetField): string | undefined {
  if (logical?.type !== 'INTEGER') return logical?.type;
  return `${logical.isSigned === true ? 'INT' : 'UINT'}_${String(logical.bitWidth)}`;
}

function decimalOf(field: ParquetField): { precision: number; scale: number } | undefined {
  if (field.converted_type !== 'DECIMAL' && field.logical_type?.type !== 'DECIMAL') return undefined;
  const { precision, scale } = (field.logical_type?.type === 'DECIMAL' ? field.logical_type : {}) as {
    precision?: number;
    scale?: number;
  };
  return { precision: precision ?? field.precision ?? 0, scale: scale ?? field.scale ?? 0 };
}

/** INT96 has no annotation, but writers use it only for timestamps. */
function timestampUnit(field: ParquetField): string | undefined {
  if (field.type === 'INT96') return 'NANOS';
  if (field.type !== 'INT64') return undefined;
  if (field.logical_type?.type === 'TIMESTAMP') return String(field.logical_type.unit);
  return /^TIMESTAMP_(MILLIS|MICROS)$/.exec(field.converted_type ?? '')?.[1];
}

/**
 * A user reports that Redshift Spectrum reads these as a wrong year, without an error. INT96 is right. Unproven for COPY,
 * which reads through Spectrum. Source: https://github.com/apache/arrow/issues/38000
 */
function isNanoseconds(field: ParquetField): boolean {
  return field.type === 'INT64' && timestampUnit(field) === 'NANOS';
}
