import { keywords, sql, type Sql } from './sql';

/**
 * The Redshift types that a column of a dataset can have, with their names in DDL and in the Glue table that Firehose
 * uses for its conversion.
 * Source: Amazon Redshift Database Developer Guide, "Data types".
 */
export type ColumnType =
  | {
      readonly kind:
        'smallint' | 'integer' | 'bigint' | 'real' | 'double precision' | 'boolean' | 'date' | 'timestamp';
    }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** `length` is in bytes, not characters. */
  | { readonly kind: 'char' | 'varchar'; readonly length: number };

/** The least and the greatest value of each integer type. */
export const INTEGER_RANGES = {
  smallint: [-32_768n, 32_767n],
  integer: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
} as const;

const SIMPLE: Readonly<Record<string, ColumnType>> = {
  smallint: { kind: 'smallint' },
  int2: { kind: 'smallint' },
  integer: { kind: 'integer' },
  int: { kind: 'integer' },
  int4: { kind: 'integer' },
  bigint: { kind: 'bigint' },
  int8: { kind: 'bigint' },
  real: { kind: 'real' },
  float4: { kind: 'real' },
  'double precision': { kind: 'double precision' },
  float8: { kind: 'double precision' },
  float: { kind: 'double precision' },
  boolean: { kind: 'boolean' },
  bool: { kind: 'boolean' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp' },
  'timestamp without time zone': { kind: 'timestamp' },
};

const REFUSED: Readonly<Record<string, string>> = {
  timestamptz: 'EXTRACT on TIMESTAMPTZ depends on the session’s time zone: use timestamp, in UTC',
  'timestamp with time zone':
    'EXTRACT on TIMESTAMPTZ depends on the session’s time zone: use timestamp, in UTC',
  super: 'SUPER values have no order, which the merge needs: use varchar(65535) with the JSON text',
};

/** @param text a type as the dataset file has it. @returns the type, or what is wrong with the text. */
export function parseColumnType(text: string): ColumnType | { readonly problem: string } {
  const name = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const simple = Object.hasOwn(SIMPLE, name) ? SIMPLE[name] : undefined;
  if (simple) return simple;
  if (Object.hasOwn(REFUSED, name)) return { problem: `${name} is not supported: ${REFUSED[name]}` };

  const decimal = /^(?:decimal|numeric) ?\( ?(\d+)(?: ?, ?(\d+))? ?\)$/.exec(name);
  if (decimal) {
    const precision = Number(decimal[1]);
    const scale = Number(decimal[2] ?? 0);
    if (precision < 1 || precision > 38 || scale > Math.min(precision, 37)) {
      return { problem: `${name}: the precision is 1 to 38, the scale at most the precision and at most 37` };
    }
    return { kind: 'decimal', precision, scale };
  }

  const characters = /^(char|character|nchar|varchar|character varying|nvarchar) ?\( ?(\d+|max) ?\)$/.exec(
    name,
  );
  if (characters) {
    const kind = (characters[1] ?? '').includes('var') ? 'varchar' : 'char';
    const limit = kind === 'varchar' ? 65_535 : 4_096;
    const length = characters[2] === 'max' ? limit : Number(characters[2]);
    if (length < 1 || length > limit) return { problem: `${name}: the length is 1 to ${limit} bytes` };
    return { kind, length };
  }
  return {
    problem:
      `"${text}" is not a type that Sluice loads. Use smallint, integer, bigint, decimal(p,s), real, double precision, ` +
      'boolean, char(n), varchar(n), date or timestamp',
  };
}

/** The type in DDL: `VARCHAR(64)`. */
export function redshiftType(type: ColumnType): Sql {
  const name = keywords(type.kind.toUpperCase());
  switch (type.kind) {
    case 'decimal':
      return sql`${name}(${type.precision}, ${type.scale})`;
    case 'char':
    case 'varchar':
      return sql`${name}(${type.length})`;
    default:
      return name;
  }
}

/**
 * The type in the Glue table that Firehose uses to convert JSON to Parquet.
 * Source: Firehose Developer Guide, "Convert input data format"; AWS Glue, "Column" (Hive types).
 * @param native whether a decimal is a decimal in the files, and a smallint a smallint. Nobody has shown that Firehose
 *   writes these right (the public OpenX SerDe knows only decimal(38,18)), so it writes text and int otherwise, and the
 *   merge converts them.
 */
export function glueType(type: ColumnType, native: boolean): string {
  switch (type.kind) {
    case 'smallint':
      return native ? 'smallint' : 'int';
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'timestamp':
      return type.kind;
    case 'integer':
      return 'int';
    case 'real':
      return 'float';
    case 'double precision':
      return 'double';
    case 'decimal':
      return native ? `decimal(${type.precision},${type.scale})` : 'string';
    case 'char':
    case 'varchar':
      return 'string';
  }
}
