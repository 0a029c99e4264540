import { renderColumn } from '../sql/create';
import { SqlError } from '../sql/errors';
import { quoteIdentifier } from '../sql/identifiers';
import type { Relation } from '../sql/scope';
import type { ColumnDefinition, StatementOf } from '../sql/statement';
import { annotate, asNote, noteOf, type Catalog, type ColumnNote } from './catalog';
import type { Connection, Values } from './connection';
import type { Privileges } from './privileges';

/** Creates, changes and drops tables, with the column attributes that only Redshift has. */
export class Tables {
  constructor(
    private readonly connection: Connection,
    private readonly catalog: Catalog,
    private readonly privileges: Privileges,
    /** Names of the session's temporary tables, kept up to date. */
    private readonly temporaryTables: Set<string>,
  ) {}

  /**
   * Runs any CREATE TABLE.
   * @returns the rows of CREATE TABLE AS; undefined if it wrote none.
   * @throws SqlError
   */
  async create(
    statement: StatementOf<'create-table' | 'create-table-as' | 'create-table-like'>,
    values: Values,
  ): Promise<number | undefined> {
    const { table } = statement;
    if (await this.catalog.exists(table)) {
      if (statement.ifNotExists) return undefined;
      throw new SqlError(`ERROR: Relation "${table.name}" already exists`);
    }
    if (!(await this.catalog.schemaExists(table)))
      throw new SqlError(`ERROR: schema "${table.schema}" does not exist`);
    const rows = await this.createNew(statement, values);
    this.catalog.remember(table);
    if (table.kind === 'temporary') this.temporaryTables.add(table.name);
    else await this.privileges.own({ kind: 'table', schema: table.schema, name: table.name });
    return rows;
  }

  private async createNew(
    statement: StatementOf<'create-table' | 'create-table-as' | 'create-table-like'>,
    values: Values,
  ): Promise<number | undefined> {
    if (statement.verb === 'create-table-as') return this.createAs(statement, values);
    if (statement.verb === 'create-table') {
      await this.createEmpty(statement.table, statement.columns, (column) =>
        noteOf(column, statement.attributes),
      );
      return undefined;
    }
    const like = await this.catalog.columns(statement.like);
    const columns = like.map((column) => ({
      ...column,
      defaultValue: statement.withDefaults ? column.defaultValue : undefined,
    }));
    await this.createEmpty(statement.table, columns, asNote);
    return undefined;
  }

  private async createEmpty<C extends ColumnDefinition>(
    table: Relation,
    columns: readonly C[],
    note: (column: C) => ColumnNote,
  ): Promise<void> {
    const { connection } = this;
    const temporary = table.kind === 'temporary' ? 'TEMPORARY ' : '';
    await connection.execute(
      `CREATE ${temporary}TABLE ${table.sql} (${columns.map(renderColumn).join(', ')})`,
    );
    await this.annotate(columns.map((column) => annotate(table, column.name, note(column))));
  }

  private async createAs(statement: StatementOf<'create-table-as'>, values: Values): Promise<number> {
    const { connection } = this;
    const { table, columns, query, attributes } = statement;
    const temporary = table.kind === 'temporary' ? 'TEMPORARY ' : '';
    const names = columns === undefined ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`;
    await connection.execute(`CREATE ${temporary}TABLE ${table.sql}${names} AS ${query}`, values);
    const created = await this.catalog.columns(table);
    for (const key of [attributes.distkey, ...attributes.sortkey]) {
      if (key !== undefined && !created.some((column) => column.name === key)) {
        throw new SqlError(`ERROR: column "${key}" named in key does not exist`);
      }
    }
    await this.annotate(
      created.map((column) =>
        annotate(table, column.name, noteOf({ ...column, encoding: undefined }, attributes)),
      ),
    );
    const [row] = await connection.rows(`SELECT count(*) FROM ${table.sql}`);
    return Number(row![0]);
  }

  /** Runs all statements in one call, because each call is expensive. */
  private async annotate(statements: readonly string[]): Promise<void> {
    await this.connection.execute(statements.join(';\n'));
  }

  /** @throws SqlError for a missing table, unless IF EXISTS is given */
  async drop(statement: StatementOf<'drop-table'>): Promise<void> {
    for (const table of statement.tables) {
      if (await this.catalog.exists(table)) {
        await this.connection.execute(`DROP TABLE ${table.sql}${statement.cascade ? ' CASCADE' : ''}`);
        this.catalog.forget();
        if (table.kind === 'temporary') this.temporaryTables.delete(table.name);
        else await this.privileges.forgetTable(table.schema, table.name);
      } else if (!statement.ifExists) {
        throw new SqlError(`ERROR: Table "${table.name}" does not exist`);
      }
    }
  }

  /** Rewrites the table under its old name, because the engine cannot add a column with a constraint. */
  async addColumn(table: Relation, column: ColumnDefinition): Promise<void> {
    const { connection } = this;
    const columns = await this.catalog.columns(table);
    if (columns.some((existing) => existing.name === column.name)) {
      throw new SqlError(`ERROR: column "${column.name}" of relation "${table.name}" already exists`);
    }
    const name = `${table.name} with ${column.name}`;
    const sql = `${table.sql.slice(0, -quoteIdentifier(table.name).length)}${quoteIdentifier(name)}`;
    const added = noteOf(column, { sortkey: [] });
    const notes = new Map([
      ...columns.map((existing) => [existing.name, asNote(existing)] as const),
      [column.name, added],
    ]);
    await this.createEmpty({ ...table, name, sql }, [...columns, column], ({ name: key }) => notes.get(key)!);
    const names = columns.map((existing) => quoteIdentifier(existing.name)).join(', ');
    await connection.execute(`INSERT INTO ${sql} (${names}) SELECT ${names} FROM ${table.sql}`);
    await connection.execute(`DROP TABLE ${table.sql}`);
    await connection.execute(`ALTER TABLE ${sql} RENAME TO ${quoteIdentifier(table.name)}`);
  }
}
