import type { ColumnType, TypeFamily } from '../sql/types';
import type { ParquetColumn } from './footer';

/**
 * The Parquet columns that COPY accepts for each column type, by physical type and annotation (`-` means none).
 *
 * COPY reads through Redshift Spectrum, which converts nothing: users report that it refuses INT64 into INTEGER and
 * DECIMAL into BIGINT. AWS publishes no table, so the rest is strict and unproven: INT32 does not fit BIGINT, nor SMALLINT
 * without an annotation, and decimals must have the column's precision and scale. Timestamps of every encoding fit, but INT64 nanoseconds are read as
 * another year (see renderLoad). A wrong refusal is visible at once; the engine would cast a wrongly accepted value silently.
 * https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
 */
const ACCEPTED: Readonly<Record<Exclude<TypeFamily, 'numeric' | 'super'>, readonly string[]>> = {
  bool: ['BOOLEAN/-'],
  int2: ['INT32/INT_8', 'INT32/INT_16'],
  int4: ['INT32/-', 'INT32/INT_32', 'INT32/NULL'],
  int8: ['INT64/-', 'INT64/INT_64'],
  float4: ['FLOAT/-'],
  float8: ['DOUBLE/-'],
  varchar: ['BYTE_ARRAY/-', 'BYTE_ARRAY/UTF8', 'BYTE_ARRAY/STRING', 'BYTE_ARRAY/ENUM', 'BYTE_ARRAY/JSON'],
  bpchar: ['BYTE_ARRAY/-', 'BYTE_ARRAY/UTF8', 'BYTE_ARRAY/STRING', 'BYTE_ARRAY/ENUM', 'BYTE_ARRAY/JSON'],
  date: ['INT32/DATE'],
  timestamp: ['INT96/-', 'INT64/TIMESTAMP', 'INT64/TIMESTAMP_MILLIS', 'INT64/TIMESTAMP_MICROS'],
  timestamptz: ['INT96/-', 'INT64/TIMESTAMP', 'INT64/TIMESTAMP_MILLIS', 'INT64/TIMESTAMP_MICROS'],
};

export function isCompatible(type: ColumnType, column: ParquetColumn): boolean {
  if (type.family === 'super') return column.physical === undefined;
  if (column.physical === undefined || column.repetition === 'REPEATED') return false;
  if (type.family === 'numeric') {
    return (
      column.annotation === 'DECIMAL' &&
      column.precision === type.precision &&
      (column.scale ?? 0) === type.scale
    );
  }
  return ACCEPTED[type.family].includes(`${column.physical}/${column.annotation ?? '-'}`);
}

const DISPLAY: Readonly<Record<TypeFamily, string>> = {
  int2: 'SMALLINT',
  int4: 'INT',
  int8: 'BIGINT',
  numeric: 'DECIMAL',
  float4: 'REAL',
  float8: 'DOUBLE PRECISION',
  bool: 'BOOL',
  bpchar: 'CHAR',
  varchar: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  super: 'SUPER',
};

/** The column's type in the error's form: `VARCHAR(64)`, `DECIMAL(10, 2)`, `BIGINT`. */
export function displayType(type: ColumnType): string {
  if (type.family === 'numeric') return `DECIMAL(${type.precision}, ${type.scale})`;
  return type.length === undefined ? DISPLAY[type.family] : `${DISPLAY[type.family]}(${type.length})`;
}

/** The file's column in the error's form: `optional int64 fare [i:3 d:1 r:0]`. */
export function displayColumn(column: ParquetColumn, index: number): string {
  const level = column.repetition === 'REQUIRED' ? 0 : 1;
  const physical = (column.physical ?? 'group').toLowerCase();
  return `${column.repetition.toLowerCase()} ${physical} ${column.name} [i:${index} d:${level} r:0]`;
}
