import { load, type CopyEnvironment } from '../copy/load';
import { engineParameter } from '../sql/engine-sql';
import { SqlError } from '../sql/errors';
import { quoteIdentifier } from '../sql/identifiers';
import { assumeRoleNeed, lookupNeeds, needsOf } from '../sql/needs';
import { parametersOf } from '../sql/nodes';
import type { AccessMode, Relation } from '../sql/scope';
import type { Statement, StatementOf } from '../sql/statement';
import { translate } from '../sql/translate';
import { Catalog } from './catalog';
import type { Connection, Values } from './connection';
import type { TableLocks } from './locks';
import { Privileges } from './privileges';
import type { ResultSet } from './results';
import { select } from './select';
import { Tables } from './tables';

/** The result of one statement. */
export interface Outcome {
  /** Rows returned or changed; -1 for other statements. */
  readonly rows: number;
  readonly result?: ResultSet;
}

export interface SessionOptions {
  readonly connection: Connection;
  /** The database user. */
  readonly user: string;
  readonly locks: TableLocks;
  readonly database: string;
  readonly copy: CopyEnvironment;
  readonly signal: AbortSignal;
  readonly parameters: ReadonlyMap<string, string>;
  /** A batch: several statements in one transaction. */
  readonly isBatch: boolean;
  readonly now: () => Date;
}

const NO_ROWS: Outcome = { rows: -1 };

/**
 * Runs the statements of one submission in one transaction, on a connection of its own.
 * The snapshot begins with the first access after the first lock, so a transaction that waited sees committed changes.
 */
export class Session {
  private readonly catalog: Catalog;
  private readonly privileges: Privileges;
  private readonly tables: Tables;
  private readonly temporaryTables = new Set<string>();
  private transactionTime: Date | undefined;
  /** The last statement's table, for the message of a conflict. */
  lastTable = 'unknown';

  constructor(private readonly options: SessionOptions) {
    this.catalog = new Catalog(options.connection, options.database);
    this.privileges = new Privileges(options.connection, options.database, options.user);
    this.tables = new Tables(options.connection, this.catalog, this.privileges, this.temporaryTables);
  }

  /** @param resultPath the file for a large result. @throws SqlError, Cancelled, or an error of the engine */
  async run(sql: string, resultPath: string): Promise<Outcome> {
    const statementTime = this.options.now();
    const statement = translate(sql, {
      database: this.options.database,
      temporaryTables: this.temporaryTables,
      statementTime,
      transactionTime: this.transactionTime ?? statementTime,
    });
    this.refuseImplicitCommit(statement);
    const values = this.valuesFor(sql);
    for (const [relation, mode] of accessOf(statement)) await this.lock(relation, mode);
    await this.begin(statementTime);
    await this.privileges.require(lookupNeeds(statement));
    await this.catalog.require(statement.relations);
    await this.privileges.require(needsOf(statement, this.options.database));
    return this.carryOut(statement, values, resultPath);
  }

  async commit(): Promise<void> {
    if (this.transactionTime !== undefined) await this.options.connection.commit();
  }

  /** Every failure needs this: after a conflict the engine would still answer COMMIT with success. */
  async rollback(): Promise<void> {
    if (this.transactionTime !== undefined) await this.options.connection.rollback();
  }

  close(): void {
    this.options.locks.release(this);
    this.options.connection.close();
  }

  private async begin(time: Date): Promise<void> {
    if (this.transactionTime !== undefined) return;
    await this.options.connection.execute('BEGIN TRANSACTION');
    this.transactionTime = time;
  }

  /** TRUNCATE and VACUUM commit: https://docs.aws.amazon.com/redshift/latest/dg/r_TRUNCATE.html */
  private refuseImplicitCommit(statement: Statement): void {
    if (!this.options.isBatch) return;
    if (statement.verb === 'truncate') {
      throw new SqlError(
        'ERROR: TRUNCATE commits implicitly, so the batch would not be one transaction: the local twin refuses it (use DELETE)',
      );
    }
    if (statement.verb === 'maintenance' && statement.what === 'VACUUM') {
      throw new SqlError('ERROR: VACUUM cannot run inside a transaction block');
    }
  }

  private valuesFor(sql: string): Values {
    const values: Record<string, string> = {};
    for (const name of parametersOf(sql)) {
      const value = this.options.parameters.get(name);
      if (value === undefined)
        throw new SqlError(`ERROR: syntax error at or near ":" (parameter :${name} is not provided)`);
      values[engineParameter(name)] = value;
    }
    return values;
  }

  private async lock(relation: Relation, mode: AccessMode): Promise<void> {
    this.lastTable = relation.display;
    if (relation.kind !== 'table') return;
    await this.options.locks.acquire(relation.sql, mode, this, this.options.signal);
  }

  private async carryOut(statement: Statement, values: Values, resultPath: string): Promise<Outcome> {
    const { connection } = this.options;
    switch (statement.verb) {
      case 'select': {
        const result = await select(statement.sql, values, connection, resultPath);
        return { rows: result.rows, result };
      }
      case 'insert':
      case 'update':
      case 'delete':
        return { rows: await connection.change(statement.sql, values) };
      case 'merge':
        return { rows: await this.merge(statement, values) };
      case 'copy': {
        const columns = await this.catalog.columns(statement.target);
        const mayUse = (role: string) =>
          this.privileges.require([assumeRoleNeed(role, this.privileges.user)]);
        const environment = { ...this.options.copy, mayUse };
        return { rows: await load(statement.copy, statement.target, columns, connection, environment) };
      }
      case 'truncate':
        await connection.execute(`DELETE FROM ${statement.table.sql}`);
        return NO_ROWS;
      case 'create-schema': {
        const { schema } = statement;
        const isNew = !(await this.catalog.schemaExists({ kind: 'table', schema }));
        await connection.execute(statement.sql);
        if (isNew) await this.privileges.own({ kind: 'schema', schema, name: '' });
        return NO_ROWS;
      }
      case 'drop-schema':
        await connection.execute(statement.sql);
        await this.privileges.forgetSchema(statement.schema);
        this.catalog.forget();
        return NO_ROWS;
      case 'create-table':
      case 'create-table-as':
      case 'create-table-like':
        return { rows: (await this.tables.create(statement, values)) ?? -1 };
      case 'drop-table':
        await this.tables.drop(statement);
        return NO_ROWS;
      case 'add-column':
        await this.tables.addColumn(statement.table, statement.column);
        return NO_ROWS;
      case 'rename-table':
        await connection.execute(
          `ALTER TABLE ${statement.table.sql} RENAME TO ${quoteIdentifier(statement.to)}`,
        );
        await this.privileges.rename(statement.table.schema, statement.table.name, statement.to);
        this.catalog.forget();
        return NO_ROWS;
      case 'rename-column':
        await connection.execute(
          `ALTER TABLE ${statement.table.sql} RENAME COLUMN ${quoteIdentifier(statement.from)} TO ${quoteIdentifier(statement.to)}`,
        );
        return NO_ROWS;
      case 'create-user':
        await this.privileges.createUser(statement.user);
        return NO_ROWS;
      case 'drop-user':
        await this.privileges.dropUser(statement);
        return NO_ROWS;
      case 'become-user':
        await this.privileges.become(statement.user);
        return NO_ROWS;
      case 'grant':
      case 'revoke':
        await this.privileges.change(statement);
        return NO_ROWS;
      case 'lock':
      case 'maintenance':
      case 'set':
        return NO_ROWS;
    }
  }

  private async merge(statement: StatementOf<'merge'>, values: Values): Promise<number> {
    const { connection } = this.options;
    if (statement.duplicates !== undefined) {
      const several = await connection.rows(statement.duplicates, usedIn(statement.duplicates, values));
      if (several.length > 0) throw new SqlError('ERROR: Found multiple matches to update the same tuple');
    }
    if (statement.sameWidth !== undefined) {
      const [target, source] = statement.sameWidth;
      const targetWidth = (await connection.columnTypes(target, usedIn(target, values))).length;
      const sourceWidth = (await connection.columnTypes(source, usedIn(source, values))).length;
      if (targetWidth !== sourceWidth) {
        throw new SqlError(
          'ERROR: MERGE ... REMOVE DUPLICATES requires source and target to have the same number of columns ' +
            `(source: ${sourceWidth}, target: ${targetWidth})`,
        );
      }
    }
    let rows = 0;
    for (const step of statement.steps) rows += await connection.change(step, usedIn(step, values));
    return rows;
  }
}

/** The locks that a statement takes before it runs, in the order of its text. */
function accessOf(statement: Statement): readonly (readonly [Relation, AccessMode])[] {
  const exclusive = exclusivelyUsed(statement);
  const shared = statement.relations.filter(
    (relation) => !exclusive.some((other) => other.sql === relation.sql),
  );
  return [
    ...exclusive.map((relation) => [relation, 'exclusive'] as const),
    ...shared.map((relation) => [relation, 'shared'] as const),
  ];
}

function exclusivelyUsed(statement: Statement): readonly Relation[] {
  switch (statement.verb) {
    case 'lock':
    case 'drop-table':
      return statement.tables;
    case 'truncate':
    case 'add-column':
    case 'rename-table':
    case 'rename-column':
      return [statement.table];
    default:
      return [];
  }
}

/** The values of the parameters in a statement: the engine refuses others. */
function usedIn(sql: string, values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)));
}
