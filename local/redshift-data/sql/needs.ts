import type { Relation } from './scope';
import type { Securable, Statement } from './statement';

/** A right that a statement needs. */
export interface Need {
  readonly of: Securable;
  /** The owner and the administrator do not need it. Without one, only they may. */
  readonly privilege?: string;
  /** Redshift's message for a user who lacks it. */
  readonly refusal: string;
}

const DATABASE: Securable = { kind: 'database', schema: '', name: '' };
const schemaOf = (schema: string): Securable => ({ kind: 'schema', schema, name: '' });
const tableOf = ({ schema, name }: Relation): Securable => ({ kind: 'table', schema, name });

/** The schemas in which a statement looks up names, which comes before everything else. */
export function lookupNeeds(statement: Statement): readonly Need[] {
  const named = statement.verb === 'drop-table' ? statement.tables : statement.relations;
  const schemas = named.filter(({ kind }) => kind === 'table').map(({ schema }) => schema);
  return [...new Set(schemas)].map((schema) => onSchema(schema, 'USAGE'));
}

/**
 * The rights that a statement needs besides. A temporary table belongs to its session, and system views to everybody.
 * Sources: Amazon Redshift Database Developer Guide, "GRANT", "DROP TABLE", "Default database user permissions";
 * PostgreSQL 8.0 for the texts and for LOCK. behaviour/sql-rights.ts says what is unproven.
 */
export function needsOf(statement: Statement, database: string): readonly Need[] {
  const temp = creatingTemporary(database);
  const reads = statement.reads.flatMap((table) => onTable(table, 'SELECT'));
  switch (statement.verb) {
    case 'select':
      return reads;
    case 'insert':
      return [...onTable(statement.target, 'INSERT'), ...reads];
    case 'copy':
      return onTable(statement.target, 'INSERT');
    // Both find their rows by the table's columns.
    case 'update':
      return [...onTable(statement.target, 'UPDATE', 'SELECT'), ...reads];
    case 'delete':
      return [...onTable(statement.target, 'DELETE', 'SELECT'), ...reads];
    // Redshift runs it as UPDATE or DELETE and INSERT, with a temporary table between them.
    case 'merge':
      return [temp, ...onTable(statement.target, 'SELECT', 'INSERT', statement.changes), ...reads];
    case 'create-schema':
      // Also with IF NOT EXISTS, if the schema exists: airbytehq/airbyte #83748, dataform-co/dataform #689.
      return [{ of: DATABASE, privilege: 'CREATE', refusal: `permission denied for database ${database}` }];
    case 'create-table':
    case 'create-table-as':
      return [...creating(statement.table, temp), ...reads];
    case 'create-table-like':
      return [...creating(statement.table, temp), ...onTable(statement.like, 'SELECT')];
    case 'lock':
      return statement.tables.flatMap((table) => onTable(table, 'UPDATE'));
    case 'drop-table':
      return statement.tables.flatMap(owning);
    case 'add-column':
    case 'rename-column':
    case 'truncate':
      return owning(statement.table);
    case 'rename-table':
      return [...owning(statement.table), ...creating(statement.table, temp)];
    case 'maintenance':
      return statement.relations.flatMap(owning);
    case 'drop-schema':
      return [
        {
          of: schemaOf(statement.schema),
          refusal: `must be owner of schema ${statement.schema}`,
        },
      ];
    case 'create-user':
      return [{ of: DATABASE, refusal: 'must be superuser to create users' }];
    case 'drop-user':
      return [{ of: DATABASE, refusal: 'must be superuser to drop users' }];
    case 'become-user':
      return [
        { of: DATABASE, refusal: `permission denied to set session authorization "${statement.user}"` },
      ];
    case 'grant':
    case 'revoke':
      return statement.objects.map((of) => ({
        of,
        refusal: `permission denied for ${nameOf(of, database)}`,
      }));
    case 'set':
      return [];
  }
}

/** COPY with a role: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT-usage-notes.html */
export function assumeRoleNeed(role: string, user: string): Need {
  return {
    of: { kind: 'role', schema: '', name: role },
    privilege: 'COPY',
    refusal: `User ${user} does not have ASSUMEROLE permission on IAM role "${role}" for COPY`,
  };
}

const creatingTemporary = (database: string): Need => ({
  of: DATABASE,
  privilege: 'TEMP',
  refusal: `permission denied to create temporary tables in database "${database}"`,
});

function onSchema(schema: string, privilege: string): Need {
  return { of: schemaOf(schema), privilege, refusal: `permission denied for schema ${schema}` };
}

/** All of these privileges on a table. */
function onTable(table: Relation, ...privileges: string[]): Need[] {
  if (table.kind !== 'table') return [];
  const refusal = `permission denied for relation ${table.name}`;
  return privileges.map((privilege) => ({ of: tableOf(table), privilege, refusal }));
}

const creating = (table: Relation, temporary: Need): Need[] => [
  table.kind === 'temporary' ? temporary : onSchema(table.schema, 'CREATE'),
];

function owning(table: Relation): Need[] {
  if (table.kind !== 'table') return [];
  return [{ of: tableOf(table), refusal: `must be owner of relation ${table.name}` }];
}

function nameOf({ kind, schema, name }: Securable, database: string): string {
  switch (kind) {
    case 'database':
      return `database ${database}`;
    case 'schema':
      return `schema ${schema}`;
    case 'table':
      return `relation ${name}`;
    case 'role':
      return `role ${name}`;
  }
}
