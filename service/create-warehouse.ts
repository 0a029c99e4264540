import type { Dataset } from '../core/dataset';
import { ADDABLE_COLUMNS, droppedRow } from '../core/history';
import { batchOf, type Pieces, type Sql, type SqlBatch } from '../core/sql';
import { SLUICE_SCHEMA } from '../core/warehouse';
import type { WarehouseObjects } from '../core/warehouse-objects';
import { namedStatementsOf } from './statements';

/** The statements that find what exists of what a load needs. `warehouseObjects` of core reads their rows. */
export function findingStatements(packageDirectory: string, dataset: Dataset): readonly Sql[] {
  return namedStatementsOf(packageDirectory, 'prepare-warehouse', dataset)
    .filter(({ name }) => name.startsWith('existing-'))
    .map(({ sql }) => sql);
}

/**
 * The statements that create what a dataset needs and the warehouse lacks, and nothing else: Redshift asks for the
 * privilege to create a thing even if it exists and the statement says IF NOT EXISTS. If the target is missing and
 * there is a history, they also record that it was dropped.
 * @param execution the name of the execution that creates.
 */
export function creatingBatch(
  packageDirectory: string,
  dataset: Dataset,
  { schemas, hasTarget, hasHistory, lackingHistory, hasMutex }: WarehouseObjects,
  execution: string,
): SqlBatch {
  // Without a history nothing was ever loaded, so nothing is lost with the target.
  const isNoDrop = hasTarget || !hasHistory;
  const isThere: Readonly<Record<string, boolean>> = {
    'create-sluice-schema': schemas.includes(SLUICE_SCHEMA),
    'create-history': hasHistory,
    'create-mutex': hasMutex,
    'lock-mutex': isNoDrop,
    'number-drop': isNoDrop,
    'record-drop': isNoDrop,
    'create-target-schema': schemas.includes(dataset.target.schema),
    'create-target': hasTarget,
  };
  const repeated = { [ADD]: lackingHistory.map(addedColumn) };
  const statements = namedStatementsOf(packageDirectory, 'create-warehouse', dataset, {}, repeated)
    .filter(({ name }) => isThere[name] !== true)
    .map(({ sql }) => sql);
  return batchOf(statements, droppedRow(dataset.name, execution, new Date()));
}

const ADD = 'add-history-column';

function addedColumn(name: string): Pieces {
  const definition = ADDABLE_COLUMNS.get(name);
  if (definition === undefined) throw new RangeError(`the history has no column ${name} that can be added`);
  return { history_column: definition };
}

/** The statements that add what a history of an earlier version lacks, and nothing else. */
export function historyColumnStatements(
  packageDirectory: string,
  dataset: Dataset,
  { lackingHistory }: WarehouseObjects,
): readonly Sql[] {
  const repeated = { [ADD]: lackingHistory.map(addedColumn) };
  return namedStatementsOf(packageDirectory, 'create-warehouse', dataset, {}, repeated)
    .filter(({ name }) => name === ADD)
    .map(({ sql }) => sql);
}
