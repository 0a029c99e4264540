import type { Dataset } from '../../core/dataset';
import { HISTORY_TABLE } from '../../core/history';
import { quoteName, quoteText } from '../../core/sql';
import { mutexTable, SLUICE_SCHEMA } from '../../core/warehouse';

export const TABLE_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
export type TablePrivilege = (typeof TABLE_PRIVILEGES)[number];

/** A table of the loads, and what their user needs on it if somebody else owns it. */
export interface NeededTable {
  readonly schema: string;
  readonly table: string;
  /** The privileges to grant. */
  readonly privileges: readonly TablePrivilege[];
}

/** The tables that a dataset's loads need. They make each one that is missing, and then own it. */
export function neededTables({ name, target, load }: Dataset): readonly NeededTable[] {
  return [
    {
      schema: target.schema,
      table: target.table,
      privileges: ['SELECT', 'INSERT', load.strategy === 'merge' ? 'UPDATE' : 'DELETE'],
    },
    { schema: SLUICE_SCHEMA, table: HISTORY_TABLE, privileges: ['SELECT', 'INSERT'] },
    // LOCK needs UPDATE.
    { schema: SLUICE_SCHEMA, table: mutexTable(name), privileges: ['SELECT', 'INSERT', 'UPDATE'] },
  ];
}

/** The privileges of the database user that loads. */
export interface Privileges {
  readonly database: ReadonlySet<'CREATE' | 'TEMP'>;
  /** On the existing schemas, by name. */
  readonly schemas: ReadonlyMap<string, ReadonlySet<'USAGE' | 'CREATE'>>;
  /**
   * On the existing ones of {@link neededTables}, by {@link tableName}; undefined if the user may not even ask, for want of
   * USAGE on the schema.
   */
  readonly tables: ReadonlyMap<string, ReadonlySet<TablePrivilege> | undefined>;
  /** Whether COPY may use its role. */
  readonly copy: boolean;
}

export const tableName = ({ schema, table }: Pick<NeededTable, 'schema' | 'table'>): string =>
  `${quoteName(schema)}.${quoteName(table)}`;

/**
 * The GRANT statements that a user still needs to load a dataset, in order.
 * @param named the names in the statements: the user is quoted already.
 */
export function missingGrants(
  dataset: Dataset,
  { database, schemas, tables, copy }: Privileges,
  named: { readonly database: string; readonly user: string; readonly copyRoleArn: string },
): string[] {
  const { user } = named;
  const needed = neededTables(dataset);
  const onDatabase = ['TEMP'];
  if (needed.some(({ schema }) => !schemas.has(schema))) onDatabase.unshift('CREATE');
  const grant = (privileges: readonly string[], held: ReadonlySet<string>, object: string) => {
    const lacking = privileges.filter((privilege) => !held.has(privilege));
    return lacking.length > 0 ? [`GRANT ${lacking.join(', ')} ON ${object} TO ${user}`] : [];
  };
  const onSchemas = new Map<string, string[]>();
  for (const each of needed) {
    // Each load creates its staging tables in Sluice's schema.
    const creates = each.schema === SLUICE_SCHEMA || !tables.has(tableName(each));
    const before = onSchemas.get(each.schema) ?? ['USAGE'];
    onSchemas.set(each.schema, creates && !before.includes('CREATE') ? [...before, 'CREATE'] : before);
  }
  return [
    ...grant(onDatabase, database, `DATABASE ${quoteName(named.database)}`),
    ...[...onSchemas].flatMap(([schema, privileges]) => {
      const held = schemas.get(schema);
      // Whoever creates a schema owns it.
      return held ? grant(privileges, held, `SCHEMA ${quoteName(schema)}`) : [];
    }),
    ...needed.flatMap((each) => {
      const held = tables.get(tableName(each));
      return held ? grant(each.privileges, held, tableName(each)) : [];
    }),
    ...(copy ? [] : [`GRANT ASSUMEROLE ON ${quoteText(named.copyRoleArn)} TO ${user} FOR COPY`]),
  ];
}
