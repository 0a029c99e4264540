import type { ColumnType, TypeFamily } from '../sql/types';
import type { ParquetColumn } from './footer';

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
