import * as z from 'zod';
import { relationDoesNotExist } from '../sql/errors';
import { quoteIdentifier, quoteLiteral } from '../sql/identifiers';
import type { Relation } from '../sql/scope';
import type { ColumnDefinition, TableAttributes } from '../sql/statement';
import { parseTypeName, typeOfEngine, type ColumnType } from '../sql/types';
import type { Connection, Row } from './connection';

/** A column in the catalogue. */
export interface CatalogColumn {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  /** The engine's expression. */
  readonly defaultValue?: string;
  readonly encoding: string;
  readonly distkey: boolean;
  /** Position in the sort key from 1; 0 for other columns. */
  readonly sortkey: number;
}

/**
 * A column's Redshift attributes that the engine does not store. They are kept as JSON in the column's comment, which is
 * transactional, follows a renamed column and disappears with a dropped one.
 */
const note = z.object({
  type: z.string(),
  encoding: z.string(),
  distkey: z.boolean(),
  sortkey: z.number(),
});
export type ColumnNote = z.infer<typeof note>;

const COLUMNS = `SELECT schema_name, table_name, column_name, data_type, is_nullable, column_default, comment
  FROM duckdb_columns()`;

/** The statement that stores a column's Redshift attributes. */
export function annotate(table: Relation, column: string, content: ColumnNote): string {
  return `COMMENT ON COLUMN ${table.sql}.${quoteIdentifier(column)} IS ${quoteLiteral(JSON.stringify(content))}`;
}

export function noteOf(
  column: Pick<ColumnDefinition, 'name' | 'type' | 'encoding'>,
  attributes: TableAttributes,
): ColumnNote {
  return {
    type: column.type.name,
    encoding: column.encoding ?? defaultEncoding(column.type, attributes.sortkey.includes(column.name)),
    distkey: attributes.distkey === column.name,
    sortkey: attributes.sortkey.indexOf(column.name) + 1,
  };
}

export function asNote({ type, encoding, distkey, sortkey }: CatalogColumn): ColumnNote {
  return { type: type.name, encoding, distkey, sortkey };
}

/** The initial encoding of ENCODE AUTO: https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html */
function defaultEncoding(type: ColumnType, isSortkey: boolean): string {
  if (isSortkey || ['bool', 'float4', 'float8', 'super'].includes(type.family)) return 'none';
  return type.family === 'varchar' || type.family === 'bpchar' ? 'lzo' : 'az64';
}

export function readColumns(rows: readonly Row[]): CatalogColumn[] {
  return rows.map(([schema, table, name, engine, nullable, defaultValue, comment]) => {
    const noted = typeof comment === 'string' ? note.parse(JSON.parse(comment)) : undefined;
    const type = noted === undefined ? typeOfEngine(String(engine)) : parseTypeName(noted.type);
    return {
      schema: String(schema),
      table: String(table),
      name: String(name),
      type,
      required: nullable === false,
      defaultValue: typeof defaultValue === 'string' && defaultValue !== 'NULL' ? defaultValue : undefined,
      encoding: noted?.encoding ?? defaultEncoding(type, false),
      distkey: noted?.distkey ?? false,
      sortkey: noted?.sortkey ?? 0,
    };
  });
}

/** Reads the catalogue in the connection's transaction. */
export class Catalog {
  /** Tables that the transaction has found. It holds a lock on each, so only the transaction itself can drop them. */
  private readonly known = new Set<string>();

  constructor(
    private readonly connection: Connection,
    private readonly database: string,
  ) {}

  async exists(relation: Relation): Promise<boolean> {
    if (relation.kind === 'system' || this.known.has(relation.sql)) return true;
    const rows = await this.connection.rows(
      `SELECT 1 FROM duckdb_tables() WHERE ${this.where(relation)} AND table_name = ${quoteLiteral(relation.name)}`,
    );
    if (rows.length > 0) this.known.add(relation.sql);
    return rows.length > 0;
  }

  /** Notes that the transaction has created a table. */
  remember(relation: Relation): void {
    this.known.add(relation.sql);
  }

  /** Forgets all tables after the transaction has dropped or renamed one. */
  forget(): void {
    this.known.clear();
  }

  async schemaExists(relation: Pick<Relation, 'kind' | 'schema'>): Promise<boolean> {
    const rows = await this.connection.rows(`SELECT 1 FROM duckdb_schemas() WHERE ${this.where(relation)}`);
    return rows.length > 0;
  }

  /** @throws SqlError `relation "…" does not exist` */
  async require(relations: readonly Relation[]): Promise<void> {
    for (const relation of relations) {
      if (!(await this.exists(relation))) throw relationDoesNotExist(relation.display);
    }
  }

  /** Columns of a table, in order. */
  async columns(relation: Relation): Promise<readonly CatalogColumn[]> {
    const rows = await this.connection.rows(
      `${COLUMNS} WHERE ${this.where(relation)} AND table_name = ${quoteLiteral(relation.name)} ORDER BY column_index`,
    );
    return readColumns(rows);
  }

  /** All permanent tables' columns, in order. */
  async allColumns(): Promise<readonly CatalogColumn[]> {
    const database = quoteLiteral(this.database);
    const rows = await this.connection.rows(
      `${COLUMNS} WHERE database_name = ${database} AND schema_name <> 'main' ORDER BY schema_name, table_name, column_index`,
    );
    return readColumns(rows);
  }

  async schemas(): Promise<readonly string[]> {
    const rows = await this.connection.rows(
      `SELECT schema_name FROM duckdb_schemas() WHERE database_name = ${quoteLiteral(this.database)}
       AND schema_name NOT IN ('main', 'information_schema', 'pg_catalog') ORDER BY 1`,
    );
    return rows.map(([name]) => String(name));
  }

  private where(relation: Pick<Relation, 'kind' | 'schema'>): string {
    const database = relation.kind === 'temporary' ? 'temp' : this.database;
    return `database_name = ${quoteLiteral(database)} AND schema_name = ${quoteLiteral(relation.schema)}`;
  }
}
