import type { CopyCommand } from '../copy/command';
import type { Relation } from './scope';
import type { ColumnType } from './types';

/** A translated statement: the session's work, and the relations that it needs. */
export type Statement = {
  readonly relations: readonly Relation[];
  /** Those of them whose rows it reads. */
  readonly reads: readonly Relation[];
} & (
  | { readonly verb: 'select'; readonly sql: string }
  | { readonly verb: 'insert'; readonly target: Relation; readonly sql: string }
  | { readonly verb: 'update'; readonly target: Relation; readonly sql: string }
  | { readonly verb: 'delete'; readonly target: Relation; readonly sql: string }
  | Merge
  | { readonly verb: 'create-schema'; readonly schema: string; readonly sql: string }
  | { readonly verb: 'drop-schema'; readonly schema: string; readonly sql: string }
  | CreateTable
  | {
      readonly verb: 'create-table-like';
      readonly table: Relation;
      readonly ifNotExists: boolean;
      readonly like: Relation;
      readonly withDefaults: boolean;
    }
  | {
      readonly verb: 'create-table-as';
      readonly table: Relation;
      readonly ifNotExists: boolean;
      readonly columns?: readonly string[];
      readonly query: string;
      readonly attributes: TableAttributes;
    }
  | {
      readonly verb: 'drop-table';
      readonly tables: readonly Relation[];
      readonly ifExists: boolean;
      readonly cascade: boolean;
    }
  | { readonly verb: 'add-column'; readonly table: Relation; readonly column: ColumnDefinition }
  | { readonly verb: 'rename-table'; readonly table: Relation; readonly to: string }
  | { readonly verb: 'rename-column'; readonly table: Relation; readonly from: string; readonly to: string }
  | { readonly verb: 'lock'; readonly tables: readonly Relation[] }
  | { readonly verb: 'truncate'; readonly table: Relation }
  | { readonly verb: 'copy'; readonly target: Relation; readonly copy: CopyCommand }
  /** ANALYZE and VACUUM do nothing in the twin, but they commit. */
  | { readonly verb: 'maintenance'; readonly what: 'ANALYZE' | 'VACUUM' }
  | { readonly verb: 'set' }
  | { readonly verb: 'create-user'; readonly user: string }
  | { readonly verb: 'drop-user'; readonly user: string; readonly ifExists: boolean }
  /** The rest of the transaction runs as this user. */
  | { readonly verb: 'become-user'; readonly user: string }
  | {
      readonly verb: 'grant' | 'revoke';
      readonly privileges: readonly string[];
      readonly objects: readonly Securable[];
      /** In lower case; `public` for all users. */
      readonly users: readonly string[];
    }
);

/** A statement without its relations, which the scope adds. */
export type Unbound<S extends Statement = Statement> = S extends Statement
  ? Omit<S, 'relations' | 'reads'>
  : never;

/** Something on which privileges are granted. The database and IAM roles have no schema, schemas no name. */
export interface Securable {
  readonly kind: 'database' | 'schema' | 'table' | 'role';
  readonly schema: string;
  /** Of the table; for a role its ARN, or `ALL`. */
  readonly name: string;
}

/** The statements of some verbs. */
export type StatementOf<V extends Statement['verb']> = Statement extends infer S
  ? S extends Statement
    ? S['verb'] extends V
      ? S
      : never
    : never
  : never;

export interface Merge {
  readonly verb: 'merge';
  readonly target: Relation;
  /** What it does to matching rows. */
  readonly changes: 'UPDATE' | 'DELETE';
  /** Returns a row for each target row that several source rows match. */
  readonly duplicates?: string;
  /** Two queries that must have the same number of columns, for REMOVE DUPLICATES. */
  readonly sameWidth?: readonly [string, string];
  /** Run in order. The result is the sum of changed rows. */
  readonly steps: readonly string[];
}

export interface CreateTable {
  readonly verb: 'create-table';
  readonly table: Relation;
  readonly ifNotExists: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly attributes: TableAttributes;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  /** The engine's expression. */
  readonly defaultValue?: string;
  readonly encoding?: string;
}

/** Redshift's storage attributes. The twin keeps them for the catalogue's views. */
export interface TableAttributes {
  readonly distkey?: string;
  readonly sortkey: readonly string[];
}
