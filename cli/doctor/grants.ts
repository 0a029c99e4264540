import { nameOfRole } from '../../core/arn';
import type { Dataset } from '../../core/dataset';
import { joinSql, quoteName, quoteText, sql } from '../../core/sql';
import type { Connection } from '../shared/connection';
import { query } from '../shared/query';
import { ofEach, type Check } from './finding';
import {
  missingGrants,
  neededTables,
  TABLE_PRIVILEGES,
  tableName,
  type NeededTable,
  type Privileges,
  type TablePrivilege,
} from './missing-grants';
import { dataApi } from './warehouse';

/** Asks the warehouse which privileges the user of the loads has. The statements run as that user. */
export const grants: Check = {
  title: 'database user may load',
  needs: 'sts:AssumeRole on the statements role',
  after: dataApi,
  run(site) {
    const { connection, statementsRoleArn, copyRoleArn } = site;
    const user =
      connection.secret === undefined
        ? quoteName(`IAMR:${nameOfRole(statementsRoleArn)}`)
        : '<the user of the secret>';
    return ofEach(this, site, connection.datasets, async (dataset) => {
      const subject = `${dataset.target.schema}.${dataset.target.table}`;
      const privileges = await privilegesOf(connection, copyRoleArn, dataset);
      const missing = missingGrants(dataset, privileges, {
        database: connection.database,
        user,
        copyRoleArn,
      });
      if (missing.length === 0) return [{ subject, text: 'it has every privilege that a load needs' }];
      const isHidden = [...privileges.tables.values()].includes(undefined);
      return [
        {
          subject,
          text: `it lacks ${missing.length === 1 ? 'a privilege' : `${missing.length} privileges`} that a load needs`,
          fix: `As an administrator of the database: ${missing.join('; ')};${isHidden ? ' Then run doctor again: without USAGE on a schema nobody sees what the user may do with its tables.' : ''}`,
        },
      ];
    });
  },
};

/**
 * Source: Amazon Redshift Database Developer Guide, "HAS_SCHEMA_PRIVILEGE", "HAS_DATABASE_PRIVILEGE",
 * "HAS_TABLE_PRIVILEGE", "HAS_ASSUMEROLE_PRIVILEGE". Unproven: that the last one counts what PUBLIC has.
 */
async function privilegesOf(
  connection: Connection,
  copyRoleArn: string,
  dataset: Dataset,
): Promise<Privileges> {
  const database = quoteText(connection.database);
  const needed = neededTables(dataset);
  const isNeeded = needed.map(
    ({ schema, table }) => sql`(schemaname = ${quoteText(schema)} AND tablename = ${quoteText(table)})`,
  );
  const [general, schemaRows, tableRows] = await Promise.all([
    query(
      connection,
      sql`SELECT has_database_privilege(${database}, 'CREATE'), has_database_privilege(${database}, 'TEMP'), has_assumerole_privilege(${quoteText(copyRoleArn)}, 'COPY')`,
    ),
    query(
      connection,
      sql`SELECT nspname, has_schema_privilege(nspname, 'USAGE'), has_schema_privilege(nspname, 'CREATE') FROM pg_namespace WHERE nspname IN (${joinSql(needed.map(({ schema }) => quoteText(schema)))})`,
    ),
    query(connection, sql`SELECT schemaname, tablename FROM pg_tables WHERE ${joinSql(isNeeded, ' OR ')}`),
  ]);
  const [create, temp, copy] = general.rows[0] ?? [];
  const schemas = new Map(
    schemaRows.rows.map(([name, usage, mayCreate]) => [
      String(name),
      held<'USAGE' | 'CREATE'>({ USAGE: usage, CREATE: mayCreate }),
    ]),
  );
  const tables = new Map<string, ReadonlySet<TablePrivilege> | undefined>();
  for (const [schema, table] of tableRows.rows) {
    const found = { schema: String(schema), table: String(table) };
    // HAS_TABLE_PRIVILEGE fails without USAGE on the schema.
    const isOpen = schemas.get(found.schema)?.has('USAGE') === true;
    tables.set(tableName(found), isOpen ? await tablePrivilegesOf(connection, found) : undefined);
  }
  return {
    database: held<'CREATE' | 'TEMP'>({ CREATE: create, TEMP: temp }),
    schemas,
    tables,
    copy: copy === true,
  };
}

async function tablePrivilegesOf(
  connection: Connection,
  found: Pick<NeededTable, 'schema' | 'table'>,
): Promise<ReadonlySet<TablePrivilege>> {
  const name = quoteText(tableName(found));
  const asked = TABLE_PRIVILEGES.map((each) => sql`has_table_privilege(${name}, ${quoteText(each)})`);
  const { rows } = await query(connection, sql`SELECT ${joinSql(asked)}`);
  return new Set(TABLE_PRIVILEGES.filter((_, index) => rows[0]?.[index] === true));
}

/** The privileges whose answer is yes. */
function held<Privilege extends string>(answers: Readonly<Record<Privilege, unknown>>): Set<Privilege> {
  return new Set((Object.keys(answers) as Privilege[]).filter((each) => answers[each] === true));
}
