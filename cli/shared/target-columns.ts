import type { Dataset } from '../../core/dataset';
import { foundColumn, type FoundColumn } from '../../core/migration';
import { batchOf } from '../../core/sql';
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
  const { columns, rows } = await query(connection, statement, { parameters });
  return rows.map((values) =>
    foundColumn(Object.fromEntries(values.map((value, index) => [columns[index] ?? '', value]))),
  );
}
