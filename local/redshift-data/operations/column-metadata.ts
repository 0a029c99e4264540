import type { ColumnType, TypeFamily } from '../sql/types';

/** The driver's precision for a type. For strings it is the length in bytes. */
const PRECISION: Readonly<Record<TypeFamily, number>> = {
  int2: 5,
  int4: 10,
  int8: 19,
  numeric: 0,
  float4: 8,
  float8: 17,
  bool: 1,
  bpchar: 0,
  varchar: 0,
  date: 13,
  timestamp: 29,
  timestamptz: 35,
  super: 0,
};

const NUMBERS: readonly TypeFamily[] = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'];
const STRINGS: readonly TypeFamily[] = ['varchar', 'bpchar', 'super'];

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ColumnMetadata.html */
export function columnMetadata(column: {
  readonly name: string;
  readonly type: ColumnType;
  readonly schema?: string;
  readonly table?: string;
  readonly required?: boolean;
  readonly defaultValue?: string;
}): object {
  const { name, type } = column;
  const scale = type.scale ?? (type.family === 'timestamp' || type.family === 'timestamptz' ? 6 : 0);
  return {
    name,
    label: name,
    typeName: type.family,
    schemaName: column.schema ?? '',
    tableName: column.table ?? '',
    nullable: column.required === true ? 0 : 1,
    precision: type.precision ?? type.length ?? PRECISION[type.family],
    scale,
    length: type.length ?? 0,
    isSigned: NUMBERS.includes(type.family),
    isCaseSensitive: STRINGS.includes(type.family),
    isCurrency: false,
    columnDefault: column.defaultValue,
  };
}
