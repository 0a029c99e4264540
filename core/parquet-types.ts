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

/** How to write a field instead that COPY reads as other values; undefined for any other field. */
export function writeInstead(field: ParquetField): string | undefined {
  return isNanoseconds(field)
    ? 'COPY would read another year: write microseconds (pyarrow and pandas: coerce_timestamps="us" and allow_truncated_timestamps=True; Spark: spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS)'
    : undefined;
}

/**
 * The Redshift type of the column that COPY loads a Parquet field into; undefined if COPY takes it into none.
 * Redshift compares the physical type and its annotation and never casts: INT32 does not load into BIGINT, nor DOUBLE
 * into DECIMAL. Source: Amazon Redshift, "COPY from columnar data formats"; the error's text is "has an incompatible
 * Parquet schema for column".
 */
export function redshiftTypeOf(field: ParquetField): ColumnType | undefined {
  if ((field.num_children ?? 0) > 0 || field.repetition_type === 'REPEATED') return undefined;
  if (writeInstead(field) !== undefined) return undefined;
  const decimal = decimalOf(field);
  if (decimal) return { kind: 'decimal', ...decimal };
  if (timestampUnit(field)) return { kind: 'timestamp' };
  const annotation = field.converted_type ?? annotationOf(field);
  switch (field.type) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'INT32':
      if (annotation === 'DATE') return { kind: 'date' };
      if (annotation === 'INT_8' || annotation === 'INT_16') return { kind: 'smallint' };
      return annotation === undefined || annotation === 'INT_32' || holdsOnlyNulls(field)
        ? { kind: 'integer' }
        : undefined;
    case 'INT64':
      return annotation === undefined || annotation === 'INT_64' ? { kind: 'bigint' } : undefined;
    case 'FLOAT':
      return { kind: 'real' };
    case 'DOUBLE':
      return { kind: 'double precision' };
    case 'BYTE_ARRAY':
      return annotation === undefined || ['UTF8', 'STRING', 'ENUM', 'JSON'].includes(annotation)
        ? { kind: 'varchar', length: 65_535 }
        : undefined;
    default:
      return undefined;
  }
}

/** Whether the writer knew no type for the column, because every value is null (pyarrow writes such columns). */
export function holdsOnlyNulls(field: ParquetField): boolean {
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
