import { unsupported } from './errors';
import { displayName, quoteIdentifier, type RelationName } from './identifiers';
import type { Node } from './nodes';

/** How a statement locks a relation. `exclusive` is the ACCESS EXCLUSIVE of LOCK, DROP, ALTER and TRUNCATE. */
export type AccessMode = 'shared' | 'exclusive';

/** A resolved relation of a statement. */
export interface Relation {
  readonly kind: 'table' | 'temporary' | 'system';
  readonly schema: string;
  readonly name: string;
  /** The name as written in the statement. */
  readonly display: string;
  /** Fully qualified, for the engine. */
  readonly sql: string;
}

interface Reference {
  readonly relation: Relation;
  readonly isRead: boolean;
}

/** The session's facts that translation needs. */
export interface Environment {
  readonly database: string;
  /** Names of the session's temporary tables. They hide tables of `public`. */
  readonly temporaryTables: ReadonlySet<string>;
  /** Start of the statement, for GETDATE. */
  readonly statementTime: Date;
  /** Start of the transaction, for SYSDATE. */
  readonly transactionTime: Date;
}

/** System views of the twin; see `warehouse/system-views.ts` and `warehouse/monitoring-views.ts`. */
export const SYSTEM_VIEWS: readonly string[] = [
  'svv_tables',
  'svv_columns',
  'pg_table_def',
  'svv_redshift_databases',
  'pg_namespace',
  'pg_tables',
  'sys_load_error_detail',
  'sys_query_history',
];

/** The in-memory catalogue with the twin's own views and macros. */
export const SYSTEM_SCHEMA = 'memory.redshift';
/** A function that returns its argument, and a variant that reveals the type of SUM in Redshift. */
export const ADDEND = `${SYSTEM_SCHEMA}.addend`;
export const ADDEND_TYPE = `${SYSTEM_SCHEMA}.addend_type`;
export const DEFAULT_SCHEMA = 'public';

/** Translates a query whose names are resolved in a scope. */
export type QueryTranslator = (nodes: readonly Node[], scope: Scope) => string;

/**
 * The names visible at one place of a statement, and a record of the relations that it names. Expressions and FROM contain
 * queries, and queries contain both. So the scope carries the translator of queries, and their files need not import it.
 */
export class Scope {
  private constructor(
    readonly environment: Environment,
    private readonly translateQuery: QueryTranslator,
    private readonly references: Map<string, Reference>,
    private readonly commonTables: ReadonlySet<string>,
    /** Whether this is a column's DEFAULT, whose functions run when a row is written. */
    readonly inDefault: boolean,
  ) {}

  static of(environment: Environment, translateQuery: QueryTranslator): Scope {
    return new Scope(environment, translateQuery, new Map(), new Set(), false);
  }

  withCommonTable(name: string): Scope {
    const names = new Set([...this.commonTables, name]);
    return new Scope(this.environment, this.translateQuery, this.references, names, this.inDefault);
  }

  forDefault(): Scope {
    return new Scope(this.environment, this.translateQuery, this.references, this.commonTables, true);
  }

  /** Translates a query at this place. */
  query(nodes: readonly Node[]): string {
    return this.translateQuery(nodes, this);
  }

  /** Relations that must exist, in order of appearance. */
  get relations(): readonly Relation[] {
    return [...this.references.values()].map(({ relation }) => relation);
  }

  /** Those of them whose rows the statement reads. */
  get reads(): readonly Relation[] {
    return [...this.references.values()].filter(({ isRead }) => isRead).map(({ relation }) => relation);
  }

  /** Resolves and records a relation in FROM. */
  read(name: RelationName): string {
    if (name.schema === undefined && this.commonTables.has(name.name)) return quoteIdentifier(name.name);
    return this.refer(this.resolve(name), true).sql;
  }

  refer(relation: Relation, isRead = false): Relation {
    const before = this.references.get(relation.sql);
    this.references.set(relation.sql, { relation, isRead: isRead || before?.isRead === true });
    return relation;
  }

  /** Resolves a table that is written, created or dropped. */
  resolveTable(name: RelationName): Relation {
    const relation = this.resolve(name);
    if (relation.kind === 'system') throw unsupported(`changing the system view ${relation.name}`);
    return relation;
  }

  temporary(name: RelationName): Relation {
    if (name.schema !== undefined) throw unsupported('a temporary table with a schema name');
    return temporaryRelation(name.name);
  }

  private resolve(name: RelationName): Relation {
    if (name.database !== undefined && name.database !== this.environment.database.toLowerCase()) {
      throw unsupported(`a query across databases (${name.database})`);
    }
    if (name.schema === undefined && this.environment.temporaryTables.has(name.name)) {
      return temporaryRelation(name.name);
    }
    if (isSystemView(name)) return systemRelation(name);
    refuseCatalogue(name);
    return tableRelation(this.environment.database, name);
  }
}

function isSystemView(name: RelationName): boolean {
  const schemaFits = name.schema === undefined || name.schema === 'pg_catalog';
  return schemaFits && SYSTEM_VIEWS.includes(name.name);
}

function refuseCatalogue(name: RelationName): void {
  const isCatalogue =
    name.schema === 'pg_catalog' ||
    name.schema === 'information_schema' ||
    (name.schema === undefined && /^(pg_|svv_|svl_|svcs_|stl_|stv_|sys_|duckdb_)/.test(name.name));
  if (isCatalogue) throw unsupported(`the system view ${displayName(name)}`);
  if (name.schema !== undefined && /^(pg_.*|temp|main|memory|system)$/.test(name.schema)) {
    throw unsupported(`the schema name ${name.schema}`);
  }
}

function temporaryRelation(name: string): Relation {
  const sql = `"temp"."main".${quoteIdentifier(name)}`;
  return { kind: 'temporary', schema: 'main', name, display: name, sql };
}

function systemRelation(name: RelationName): Relation {
  const sql = `${SYSTEM_SCHEMA}.${quoteIdentifier(name.name)}`;
  return { kind: 'system', schema: 'pg_catalog', name: name.name, display: name.name, sql };
}

function tableRelation(database: string, name: RelationName): Relation {
  const schema = name.schema ?? DEFAULT_SCHEMA;
  const sql = [database, schema, name.name].map(quoteIdentifier).join('.');
  return { kind: 'table', schema, name: name.name, display: displayName(name), sql };
}
