import type { Relation } from './scope';
import type { Securable, Statement } from './statement';

/** A right that a statement needs. */
export interface Need {
  readonly of: Securable;
  /** One of these privileges suffices. The owner and the administrator need none; with an empty list only they may. */
  readonly anyOf: readonly string[];
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
 * PostgreSQL 8.0 for the texts and for LOCK. Unproven: that LOCK, MERGE and IF NOT EXISTS of a table ask for the same.
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
      return [...each(statement.target, 'UPDATE', 'SELECT'), ...reads];
    case 'delete':
      return [...each(statement.target, 'DELETE', 'SELECT'), ...reads];
    // Redshift runs it as UPDATE or DELETE and INSERT, with a temporary table between them.
    case 'merge':
      return [temp, ...each(statement.target, 'SELECT', 'INSERT', statement.changes), ...reads];
    case 'create-schema':
      // Also with IF NOT EXISTS, if the schema exists: airbytehq/airbyte #83748, dataform-co/dataform #689.
      return [{ of: DATABASE, anyOf: ['CREATE'], refusal: `permission denied for database ${database}` }];
    case 'create-table':
    case 'create-table-as':
      return [...creating(statement.table, temp), ...reads];
    case 'create-table-like':
      return [...creating(statement.table, temp), ...onTable(statement.like, 'SELECT')];
    case 'lock':
      return statement.tables.flatMap((table) => onTable(table, 'UPDATE', 'DELETE'));
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
          anyOf: [],
          refusal: `must be owner of schema ${statement.schema}`,
        },
      ];
    case 'create-user':
      return [{ of: DATABASE, anyOf: [], refusal: 'must be superuser to create users' }];
    case 'grant':
    case 'revoke':
      return statement.objects.map((of) => ({
        of,
        anyOf: [],
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
    anyOf: ['COPY'],
    refusal: `User ${user} does not have ASSUMEROLE permission on IAM role "${role}" for COPY`,
  };
}

const creatingTemporary = (database: string): Need => ({
  of: DATABASE,
  anyOf: ['TEMP'],
  refusal: `permission denied to create temporary tables in database "${database}"`,
});

function onSchema(schema: string, privilege: string): Need {
  return { of: schemaOf(schema), anyOf: [privilege], refusal: `permission denied for schema ${schema}` };
}

function onTable(table: Relation, ...anyOf: string[]): Need[] {
  if (table.kind !== 'table') return [];
  return [{ of: tableOf(table), anyOf, refusal: `permission denied for relation ${table.name}` }];
}

const each = (table: Relation, ...privileges: string[]): Need[] =>
  privileges.flatMap((privilege) => onTable(table, privilege));

const creating = (table: Relation, temporary: Need): Need[] => [
  table.kind === 'temporary' ? temporary : onSchema(table.schema, 'CREATE'),
];

function owning(table: Relation): Need[] {
  if (table.kind !== 'table') return [];
  return [{ of: tableOf(table), anyOf: [], refusal: `must be owner of relation ${table.name}` }];
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
