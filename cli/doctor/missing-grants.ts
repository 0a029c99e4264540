import type { Dataset } from '../../core/dataset';
import { quoteName } from '../../core/sql';
import { SLUICE_SCHEMA } from '../../core/warehouse';

/** What the database user may do that loads. */
export interface Privileges {
  /** CREATE on the database. */
  readonly createSchemas: boolean;
  /** Of the schemas that are there. */
  readonly schemas: ReadonlyMap<string, { readonly usage: boolean; readonly create: boolean }>;
  /** What is missing on the target; undefined where there is no such table. */
  readonly target?: ReadonlySet<TablePrivilege>;
}

/** What a load does to its target. */
export const TABLE_PRIVILEGES = ['SELECT', 'INSERT', 'DELETE', 'UPDATE'] as const;
export type TablePrivilege = (typeof TABLE_PRIVILEGES)[number];

/**
 * The GRANTs that a user still needs to load a dataset, in order.
 * @param user as it stands in them.
 */
export function missingGrants(
  { target }: Dataset,
  { createSchemas, schemas, target: missing }: Privileges,
  database: string,
  user: string,
): string[] {
  const needed = [
    { schema: SLUICE_SCHEMA, create: true },
    // A target that is there is not made.
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
