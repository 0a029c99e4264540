import { targetColumns, type Dataset } from './dataset';
import { LoadError } from './errors';
import { ADDABLE_COLUMNS, HISTORY_TABLE } from './history';
import { foundColumn, planMigration, type FoundColumn } from './migration';
import { stagedLoad } from './staging';
import type { Row } from './states';
import { mutexTable, SLUICE_SCHEMA } from './warehouse';

/** What a load needs in the warehouse, as far as it is there. */
export interface WarehouseObjects {
  /** The schemas of Sluice and of the target that exist. */
  readonly schemas: readonly string[];
  readonly hasTarget: boolean;
  readonly hasHistory: boolean;
  /** The optional columns that the history lacks. A user without any privilege on it does not know. */
  readonly lackingHistory: readonly string[];
  readonly hasMutex: boolean;
  /** The target's columns. A user without any privilege on the table sees none. */
  readonly targetColumns: readonly FoundColumn[];
  /** The dataset's staging tables on which the user has a privilege, of any execution. */
  readonly staging: readonly string[];
}

/** The parameters of the statements `existing-…` in sql/prepare-warehouse.sql. */
export function objectParameters({ name, target }: Dataset): Readonly<Record<string, string>> {
  return {
    target_schema: target.schema,
    target_table: target.table,
    sluice_schema: SLUICE_SCHEMA,
    mutex_table: mutexTable(name),
    history_table: HISTORY_TABLE,
  };
}

/** @param results the rows of the statements `existing-…`, in their order. */
export function warehouseObjects(
  [schemas = [], tables = [], columns = []]: readonly (readonly Row[])[],
  { name, target }: Dataset,
): WarehouseObjects {
  const has = (schema: string, table: string) =>
    tables.some((row) => row.schemaname === schema && row.tablename === table);
  return {
    schemas: schemas.map((row) => String(row.nspname)),
    hasTarget: has(target.schema, target.table),
    hasHistory: has(SLUICE_SCHEMA, HISTORY_TABLE),
    lackingHistory: lackingColumns(columns),
    hasMutex: has(SLUICE_SCHEMA, mutexTable(name)),
    targetColumns: columns
      .filter((row) => row.table_schema === target.schema && row.table_name === target.table)
      .map(foundColumn),
    staging: columns
      .map((row) => String(row.table_name))
      .filter((table) => stagedLoad(name, table) !== undefined),
  };
}

function lackingColumns(columns: readonly Row[]): readonly string[] {
  const names = columns
    .filter((row) => row.table_schema === SLUICE_SCHEMA && row.table_name === HISTORY_TABLE)
    .map((row) => row.column_name);
  return names.length === 0 ? [] : [...ADDABLE_COLUMNS.keys()].filter((name) => !names.includes(name));
}

/**
 * An INSERT into a column of another type changes values without an error: it rounds.
 * @throws LoadError WarehouseAccessDenied if the target exists and the user has no privilege on it; TargetMismatch if its
 * columns are not those of the dataset.
 */
export function assertTargetFits(
  { hasTarget, targetColumns: found }: WarehouseObjects,
  dataset: Dataset,
): void {
  if (!hasTarget) return;
  const table = `${dataset.target.schema}.${dataset.target.table}`;
  if (found.length === 0) {
    throw new LoadError(
      'WarehouseAccessDenied',
      `Table ${table} exists, but the database user has no privilege on it, not even to see its columns.`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO the user, which is IAMR:<role of the statements> unless a secret is set. sluice doctor prints every GRANT that is missing.`,
    );
  }
  const names = new Set(found.map(({ name }) => name));
  const missing = targetColumns(dataset).filter(({ name }) => !names.has(name));
  const others = planMigration(dataset, found).refused.filter(
    ({ column, may_load }) => names.has(column) && !may_load,
  );
  if (missing.length === 0 && others.length === 0) return;
  const problems = [
    ...(missing.length > 0 ? [`it lacks ${missing.map(({ name }) => name).join(', ')}`] : []),
    ...others.map(({ column, problem }) => `${column} ${problem}`),
  ];
  throw new LoadError(
    'TargetMismatch',
    `Table ${table} does not fit dataset ${dataset.name}: ${problems.join('; ')}.`,
    'Run sluice migrate --plan, which says for each column what to do, then sluice migrate; or change the dataset file back.',
  );
}
