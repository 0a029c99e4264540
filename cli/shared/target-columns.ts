import type { Dataset } from '../../core/dataset';
import { foundColumn, type FoundColumn } from '../../core/migration';
import { batchOf, type Sql, type SqlParameter } from '../../core/sql';
import type { Row } from '../../core/states';
import { objectParameters, warehouseObjects, type WarehouseObjects } from '../../core/warehouse-objects';
import { findingStatements } from '../../service/create-warehouse';
import { statementsOf } from '../../service/statements';
import type { Connection } from './connection';
import { query } from './query';
import { SERVICE_DIRECTORY } from './service-directory';

/** Reads the columns of a dataset's target, in their order; none if the table does not exist. @throws StatementError */
export async function readTargetColumns(connection: Connection, dataset: Dataset): Promise<FoundColumn[]> {
  const { schema, table } = dataset.target;
  const [statement] = statementsOf(SERVICE_DIRECTORY, 'migrate', dataset, {}, { 'add-column': [] });
  if (!statement) throw new Error('sql/migrate.sql has no statement');
  const { parameters } = batchOf([statement], { target_schema: schema, target_table: table });
  return (await rowsOf(connection, statement, parameters)).map(foundColumn);
}

/** Finds what exists of what the loads of a dataset need. @throws StatementError */
export async function readWarehouseObjects(
  connection: Connection,
  dataset: Dataset,
): Promise<WarehouseObjects> {
  const results: (readonly Row[])[] = [];
  for (const statement of findingStatements(SERVICE_DIRECTORY, dataset)) {
    const { parameters } = batchOf([statement], objectParameters(dataset));
    results.push(await rowsOf(connection, statement, parameters));
  }
  return warehouseObjects(results, dataset);
}

/** The rows of a query with the names of its columns, as the functions get them. @throws StatementError */
export async function rowsOf(
  connection: Connection,
  statement: Sql,
  parameters: readonly SqlParameter[],
  options: { readonly seconds?: number } = {},
): Promise<readonly Row[]> {
  const { columns, rows } = await query(connection, statement, { ...options, parameters });
  return rows.map((values) =>
    Object.fromEntries(values.map((value, index) => [columns[index] ?? '', value])),
  );
}
