import type { Dataset } from '../../core/dataset';
import { quoteName } from '../../core/sql';
import { SLUICE_SCHEMA } from '../../core/warehouse';

/** The privileges of the database user that loads. */
export interface Privileges {
  /** Whether the user has CREATE on the database. */
  readonly createSchemas: boolean;
  /** Privileges on the existing schemas, by name. */
  readonly schemas: ReadonlyMap<string, { readonly usage: boolean; readonly create: boolean }>;
  /** Privileges that are missing on the target; undefined if the table does not exist. */
  readonly target?: ReadonlySet<TablePrivilege>;
}

/** The privileges on the target that a load needs. */
export const TABLE_PRIVILEGES = ['SELECT', 'INSERT', 'DELETE', 'UPDATE'] as const;
export type TablePrivilege = (typeof TABLE_PRIVILEGES)[number];

/**
 * The GRANT statements that a user still needs to load a dataset, in order.
 * @param user the user as the statements name it, quoted.
 */
export function missingGrants(
  { target }: Dataset,
  { createSchemas, schemas, target: missing }: Privileges,
  database: string,
  user: string,
): string[] {
  const needed = [
    { schema: SLUICE_SCHEMA, create: true },
    // A load creates no target that exists.
    { schema: target.schema, create: missing === undefined },
  ];
  const grants: string[] = [];
  if (!createSchemas && needed.some(({ schema }) => !schemas.has(schema))) {
    grants.push(`GRANT CREATE ON DATABASE ${quoteName(database)} TO ${user}`);
  }
  for (const { schema, create } of needed) {
    const found = schemas.get(schema);
    if (!found) continue;
    const lacking = [...(found.usage ? [] : ['USAGE']), ...(create && !found.create ? ['CREATE'] : [])];
    if (lacking.length > 0)
      grants.push(`GRANT ${lacking.join(', ')} ON SCHEMA ${quoteName(schema)} TO ${user}`);
  }
  if (missing && missing.size > 0) {
    const table = `${quoteName(target.schema)}.${quoteName(target.table)}`;
    grants.push(`GRANT ${[...missing].join(', ')} ON ${table} TO ${user}`);
  }
  return grants;
}
