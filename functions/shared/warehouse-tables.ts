import { targetColumns, type Dataset } from '../../core/dataset';
import { LoadError } from '../../core/errors';
import { HISTORY_TABLE } from '../../core/history';
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
  readonly target: readonly string[];
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
    rows
      .filter((row) => row.table_schema === schema && row.table_name === table)
      .map((row) => String(row.column_name));
  return {
    target: columnsOf(target.schema, target.table),
    hasHistory: columnsOf(SLUICE_SCHEMA, HISTORY_TABLE).length > 0,
    hasMutex: columnsOf(SLUICE_SCHEMA, mutexTable(name)).length > 0,
    staging: rows
      .map((row) => String(row.table_name))
      .filter((table) => stagedLoad(name, table) !== undefined),
  };
}

/** @throws LoadError TargetMismatch if the target exists and lacks columns of the dataset. */
export function assertTargetColumns({ target: found }: FoundTables, dataset: Dataset): void {
  const missing = targetColumns(dataset).filter((column) => !found.includes(column.name));
  if (found.length === 0 || missing.length === 0) return;
  const table = `${dataset.target.schema}.${dataset.target.table}`;
  throw new LoadError(
    'TargetMismatch',
    `Table ${table} lacks ${missing.map((column) => column.name).join(', ')}, which dataset ${dataset.name} has.`,
    'Run sluice migrate --plan, then sluice migrate; or remove the columns from the dataset file.',
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
