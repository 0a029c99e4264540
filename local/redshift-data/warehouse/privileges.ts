import { SqlError } from '../sql/errors';
import { ALL_ROLES, PUBLIC } from '../sql/grant';
import { quoteIdentifier, quoteLiteral } from '../sql/identifiers';
import type { Need } from '../sql/needs';
import { DEFAULT_SCHEMA, SYSTEM_SCHEMA } from '../sql/scope';
import type { Securable, StatementOf } from '../sql/statement';
import { ADMINISTRATOR } from '../statements/record';
import type { Connection } from './connection';

const USER_VARIABLE = 'redshift_user';
const OWNER = 'OWNER';

/** The engine's own schema in the warehouse's file. SQL of users cannot name it. */
const HIDDEN_SCHEMA = 'main';
const grantsTable = (database: string) => `${quoteIdentifier(database)}.${HIDDEN_SCHEMA}.grants`;

/** The statement with which a session becomes a database user's. */
export function asUser(user: string): string {
  return `SET VARIABLE ${USER_VARIABLE} = ${quoteLiteral(user)}`;
}

/** The session's user, in the engine's SQL. Names of users are not case-sensitive. */
export const SESSION_USER = `getvariable('${USER_VARIABLE}')`;

/**
 * Users, owners and privileges are rows of one table in the warehouse's file: they outlast the process, and a transaction
 * that is rolled back takes its own back. What has no owner here is the administrator's. The first rows are the defaults of
 * a Redshift database: everybody may create temporary tables, use and create tables in `public`, and COPY with every role.
 * https://docs.aws.amazon.com/redshift/latest/dg/r_Privileges.html
 */
export function privilegeDefinitions(database: string): readonly string[] {
  const defaults = [
    ['database', '', '', 'TEMP'],
    ['schema', DEFAULT_SCHEMA, '', 'USAGE'],
    ['schema', DEFAULT_SCHEMA, '', 'CREATE'],
    ['role', '', ALL_ROLES, 'COPY'],
  ];
  const rows = defaults.map(
    ([kind = '', schema = '', name = '', privilege = '']) =>
      `(${[kind, schema, name, PUBLIC, privilege].map(quoteLiteral).join(', ')})`,
  );
  return [
    `CREATE TABLE IF NOT EXISTS ${grantsTable(database)} AS
       SELECT * FROM (VALUES ${rows.join(', ')}) AS defaults(kind, schema_name, object_name, grantee, privilege)`,
    // Whether the session's user owns a thing or has one of the privileges on it.
    `CREATE MACRO ${SYSTEM_SCHEMA}.may(of_kind, of_schema, of_name, privileges) AS ${SESSION_USER} = ${quoteLiteral(ADMINISTRATOR)}
       OR EXISTS (SELECT 1 FROM ${grantsTable(database)} AS held
         WHERE held.kind = of_kind AND held.schema_name = of_schema
           AND (held.object_name = of_name OR (of_kind = 'role' AND held.object_name = ${quoteLiteral(ALL_ROLES)}))
           AND held.grantee IN (lower(${SESSION_USER}), ${quoteLiteral(PUBLIC)})
           AND (held.privilege = ${quoteLiteral(OWNER)} OR list_contains(privileges, held.privilege)))`,
  ];
}

/** The statement that makes a user known, as the first connection of an IAM identity does. */
export function knowUser(database: string, user: string): string {
  const name = quoteLiteral(user.toLowerCase());
  const table = grantsTable(database);
  return `INSERT INTO ${table} SELECT 'user', '', '', ${name}, ''
    WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE kind = 'user' AND grantee = ${name})`;
}

/** Whether the session's user meets a need, in the engine's SQL. */
function mayMeet({ of: { kind, schema, name }, privilege = OWNER }: Need): string {
  const texts = [kind, schema, name].map(quoteLiteral).join(', ');
  return `${SYSTEM_SCHEMA}.may(${texts}, [${quoteLiteral(privilege)}])`;
}

/** The rights of one session's user, read and changed in its transaction. */
export class Privileges {
  private readonly table: string;

  constructor(
    private readonly connection: Connection,
    private readonly database: string,
    private sessionUser: string,
  ) {
    this.table = grantsTable(database);
  }

  get user(): string {
    return this.sessionUser;
  }

  private get isAdministrator(): boolean {
    return this.sessionUser === ADMINISTRATOR;
  }

  /** @throws SqlError for the first need that the user does not meet. What does not exist needs no right. */
  async require(needs: readonly Need[]): Promise<void> {
    if (this.isAdministrator || needs.length === 0) return;
    const tests = needs.map((need) => `${this.isMissing(need.of)} OR ${mayMeet(need)}`);
    const [held = []] = await this.connection.rows(`SELECT ${tests.join(', ')}`);
    const refused = needs.find((_, index) => held[index] !== true);
    if (refused) throw new SqlError(`ERROR: ${refused.refusal}`);
  }

  /** Makes the user the owner of what they have just created. */
  async own({ kind, schema, name }: Securable): Promise<void> {
    if (!this.isAdministrator) await this.insert([[kind, schema, name, this.user.toLowerCase(), OWNER]]);
  }

  /** Forgets the owner and the privileges of a dropped table. */
  async forgetTable(schema: string, name: string): Promise<void> {
    await this.connection.execute(
      `DELETE FROM ${this.table} WHERE kind = 'table' AND ${this.where(schema, name)}`,
    );
  }

  /** Forgets those of a dropped schema and of all its tables. */
  async forgetSchema(schema: string): Promise<void> {
    await this.connection.execute(`DELETE FROM ${this.table} WHERE schema_name = ${quoteLiteral(schema)}`);
  }

  async rename(schema: string, from: string, to: string): Promise<void> {
    await this.connection.execute(
      `UPDATE ${this.table} SET object_name = ${quoteLiteral(to)} WHERE kind = 'table' AND ${this.where(schema, from)}`,
    );
  }

  /** @throws SqlError if the user exists */
  async createUser(user: string): Promise<void> {
    if ((await this.unknown([user])) === undefined)
      throw new SqlError(`ERROR: user "${user}" already exists`);
    await this.connection.execute(knowUser(this.database, user));
  }

  /**
   * A user who owns something or has a privilege stays.
   * https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_USER.html
   * @throws SqlError
   */
  async dropUser({ user, ifExists }: Pick<StatementOf<'drop-user'>, 'user' | 'ifExists'>): Promise<void> {
    if ((await this.unknown([user])) !== undefined) {
      if (ifExists) return;
      throw new SqlError(`ERROR: user "${user}" does not exist`);
    }
    const rows = `FROM ${this.table} WHERE grantee = ${quoteLiteral(user)}`;
    const [held] = await this.connection.rows(
      `SELECT privilege = ${quoteLiteral(OWNER)} ${rows} AND kind <> 'user' ORDER BY 1 DESC LIMIT 1`,
    );
    if (held) {
      const why = held[0] === true ? 'the user owns some object' : 'the user has a privilege on some object';
      throw new SqlError(`ERROR: user "${user}" cannot be dropped because ${why}`);
    }
    await this.connection.execute(`DELETE ${rows}`);
  }

  /** Goes on as another user, to the end of the transaction, which is that of the session. @throws SqlError */
  async become(user: string): Promise<void> {
    if ((await this.unknown([user])) !== undefined)
      throw new SqlError(`ERROR: user "${user}" does not exist`);
    this.sessionUser = user;
    await this.connection.execute(asUser(user));
  }

  /** Runs GRANT or REVOKE. @throws SqlError for a user who does not exist */
  async change({ verb, privileges, objects, users }: StatementOf<'grant' | 'revoke'>): Promise<void> {
    const unknown = await this.unknown(users);
    if (unknown !== undefined) throw new SqlError(`ERROR: user "${unknown}" does not exist`);
    if (verb === 'grant') await this.refuseWhilePublicMay(objects);
    for (const { kind, schema, name } of objects) {
      const isAll = kind === 'role' && name === ALL_ROLES;
      await this.connection.execute(
        `DELETE FROM ${this.table} WHERE kind = ${quoteLiteral(kind)} AND ${isAll ? 'true' : this.where(schema, name)}
           AND grantee IN (${users.map(quoteLiteral).join(', ')}) AND privilege IN (${privileges.map(quoteLiteral).join(', ')})`,
      );
    }
    if (verb === 'revoke') return;
    await this.insert(
      objects.flatMap(({ kind, schema, name }) =>
        users.flatMap((user) => privileges.map((privilege) => [kind, schema, name, user, privilege])),
      ),
    );
  }

  /** ASSUMEROLE is granted only after it has been revoked from everybody. */
  private async refuseWhilePublicMay(objects: readonly Securable[]): Promise<void> {
    if (objects.every(({ kind }) => kind !== 'role')) return;
    const rows = await this.connection.rows(
      `SELECT 1 FROM ${this.table} WHERE kind = 'role' AND grantee = ${quoteLiteral(PUBLIC)}`,
    );
    if (rows.length > 0) {
      throw new SqlError(
        'ERROR: REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL must run before ASSUMEROLE is granted (the twin’s own message)',
      );
    }
  }

  /** The first of the users who does not exist. */
  private async unknown(users: readonly string[]): Promise<string | undefined> {
    const rows = await this.connection.rows(`SELECT grantee FROM ${this.table} WHERE kind = 'user'`);
    const known = new Set([PUBLIC, ADMINISTRATOR, ...rows.map(([name]) => String(name))]);
    return users.find((user) => !known.has(user));
  }

  private isMissing({ kind, schema, name }: Securable): string {
    const place = `database_name = ${quoteLiteral(this.database)} AND schema_name = ${quoteLiteral(schema)}`;
    if (kind === 'schema') return `NOT EXISTS (SELECT 1 FROM duckdb_schemas() WHERE ${place})`;
    if (kind !== 'table') return 'false';
    return `NOT EXISTS (SELECT 1 FROM duckdb_tables() WHERE ${place} AND table_name = ${quoteLiteral(name)})`;
  }

  private where(schema: string, name: string): string {
    return `schema_name = ${quoteLiteral(schema)} AND object_name = ${quoteLiteral(name)}`;
  }

  private async insert(rows: readonly (readonly string[])[]): Promise<void> {
    const values = rows.map((row) => `(${row.map(quoteLiteral).join(', ')})`);
    await this.connection.execute(`INSERT INTO ${this.table} VALUES ${values.join(', ')}`);
  }
}
