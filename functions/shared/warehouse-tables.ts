import { targetColumns, type Dataset } from '../../core/dataset';
import { LoadError } from '../../core/errors';
import { HISTORY_TABLE } from '../../core/history';
import { foundColumn, planMigration, type FoundColumn } from '../../core/migration';
import { batchOf } from '../../core/sql';
import { stagedLoad } from '../../core/staging';
import type { Row } from '../../core/states';
import { mutexTable, SLUICE_SCHEMA } from '../../core/warehouse';
import { creatingStatements } from '../../service/create-warehouse';
import type { Configuration } from './configuration';
import { runBatch } from './warehouse';

/** The tables of a dataset that exist in the warehouse. */
export interface FoundTables {
  /** The target's columns; empty if there is no target. */
  readonly target: readonly FoundColumn[];
  readonly hasHistory: boolean;
  readonly hasMutex: boolean;
  /** The dataset's staging tables, of any execution. */
  readonly staging: readonly string[];
}

/** The parameters of the statement `existing-columns`. */
export function tableParameters({ name, target }: Dataset): Readonly<Record<string, string>> {
  return {
    target_schema: target.schema,
    target_table: target.table,
    sluice_schema: SLUICE_SCHEMA,
    mutex_table: mutexTable(name),
    history_table: HISTORY_TABLE,
  };
}

/** @param rows the result of the statement `existing-columns`: a row for each column. */
export function tablesIn(rows: readonly Row[], { name, target }: Dataset): FoundTables {
  const columnsOf = (schema: string, table: string) =>
    rows.filter((row) => row.table_schema === schema && row.table_name === table).map(foundColumn);
  return {
    target: columnsOf(target.schema, target.table),
    hasHistory: columnsOf(SLUICE_SCHEMA, HISTORY_TABLE).length > 0,
    hasMutex: columnsOf(SLUICE_SCHEMA, mutexTable(name)).length > 0,
    staging: rows
      .map((row) => String(row.table_name))
      .filter((table) => stagedLoad(name, table) !== undefined),
  };
}

/**
 * An INSERT into a column of another type changes values without an error: it rounds.
 * @throws LoadError TargetMismatch if the target exists, and its columns are not those of the dataset.
 */
export function assertTargetColumns({ target: found }: FoundTables, dataset: Dataset): void {
  if (found.length === 0) return;
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
    `Table ${dataset.target.schema}.${dataset.target.table} does not fit dataset ${dataset.name}: ${problems.join('; ')}.`,
    'Run sluice migrate --plan, which says for each column what to do, then sluice migrate; or change the dataset file back.',
  );
}

/** Creates the target and Sluice's own tables if they are missing. */
export async function createMissingTables(
  configuration: Configuration,
  dataset: Dataset,
  { target, hasHistory, hasMutex }: FoundTables,
): Promise<void> {
  if (target.length > 0 && hasHistory && hasMutex) return;
  const statements = creatingStatements(configuration.packageDirectory, dataset);
  await runBatch(configuration, batchOf(statements, {}), `CreateWarehouse ${dataset.name}`);
}
