import { nameOfRole } from '../../core/arn';
import type { Dataset } from '../../core/dataset';
import { joinSql, quoteName, quoteText, sql } from '../../core/sql';
import { SLUICE_SCHEMA } from '../../core/warehouse';
import type { Connection } from '../shared/connection';
import { query } from '../shared/query';
import { ofEach, type Check } from './finding';
import { missingGrants, TABLE_PRIVILEGES, type Privileges, type TablePrivilege } from './missing-grants';
import { dataApi } from './warehouse';

/** Asks the warehouse which privileges the user of the loads has. The statements run as that user. */
export const grants: Check = {
  title: 'database user may load',
  needs: 'sts:AssumeRole on the statements role',
  after: dataApi,
  run(site) {
    const { connection, statementsRoleArn } = site;
    const user =
      connection.secret === undefined
        ? quoteName(`IAMR:${nameOfRole(statementsRoleArn)}`)
        : '<the user of the secret>';
    return ofEach(this, site, connection.datasets, async (dataset) => {
      const subject = `${dataset.target.schema}.${dataset.target.table}`;
      const missing = missingGrants(
        dataset,
        await privilegesOf(connection, dataset),
        connection.database,
        user,
      );
      if (missing.length === 0) return [{ subject, text: 'it has every privilege that a load needs' }];
      return [
        {
          subject,
          text: `it lacks ${missing.length === 1 ? 'a privilege' : `${missing.length} privileges`} that a load needs`,
          fix: `As an administrator of the database: ${missing.join('; ')};`,
        },
      ];
    });
  },
};

/** Source: Amazon Redshift Database Developer Guide, "HAS_SCHEMA_PRIVILEGE", "HAS_DATABASE_PRIVILEGE", "HAS_TABLE_PRIVILEGE". */
async function privilegesOf(connection: Connection, { target }: Dataset): Promise<Privileges> {
  const table = quoteText(sql`${quoteName(target.schema)}.${quoteName(target.table)}`);
  const [schema, tableName] = [quoteText(target.schema), quoteText(target.table)];
  const ofTable = TABLE_PRIVILEGES.map(
    (privilege) => sql`has_table_privilege(${table}, ${quoteText(privilege)})`,
  );
  const [database, schemas, tables] = await Promise.all([
    query(connection, sql`SELECT has_database_privilege(${quoteText(connection.database)}, 'CREATE')`),
    query(
      connection,
      sql`SELECT nspname, has_schema_privilege(nspname, 'USAGE'), has_schema_privilege(nspname, 'CREATE') FROM pg_namespace WHERE nspname IN (${quoteText(SLUICE_SCHEMA)}, ${schema})`,
    ),
    query(
      connection,
      sql`SELECT ${joinSql(ofTable)} FROM pg_tables WHERE schemaname = ${schema} AND tablename = ${tableName}`,
    ),
  ]);
  const [found] = tables.rows;
  return {
    createSchemas: database.rows[0]?.[0] === true,
    schemas: new Map(
      schemas.rows.map(([name, usage, create]) => [
        String(name),
        { usage: usage === true, create: create === true },
      ]),
    ),
    ...(found
      ? {
          target: new Set<TablePrivilege>(TABLE_PRIVILEGES.filter((_, index) => found[index] !== true)),
        }
      : {}),
  };
}
