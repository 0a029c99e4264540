import type { Dataset } from '../../core/dataset';
import type { FoundColumn } from '../../core/migration';
import { batchOf } from '../../core/sql';
import { statementsOf } from '../../service/statements';
import type { Connection } from './connection';
import { query, type QueryValue } from './query';
import { SERVICE_DIRECTORY } from './service-directory';

/** Reads the columns of a dataset's target, in their order; none if the table does not exist. @throws StatementError */
export async function readTargetColumns(connection: Connection, dataset: Dataset): Promise<FoundColumn[]> {
  const { schema, table } = dataset.target;
  const [statement] = statementsOf(SERVICE_DIRECTORY, 'migrate', dataset, {}, { 'add-column': [] });
  if (!statement) throw new Error('sql/migrate.sql has no statement');
  const { parameters } = batchOf([statement], { target_schema: schema, target_table: table });
  const { rows } = await query(connection, statement, { parameters });
  return rows.map(([name, type, length, precision, scale, nullable, value]) => ({
    name: String(name),
    type: typeText(String(type), { length, precision, scale }),
    nullable: nullable === 'YES',
    hasDefault: value !== null && value !== undefined,
  }));
}

/** SVV_COLUMNS holds a type and its length, precision and scale in separate columns. */
function typeText(
  type: string,
  { length, precision, scale }: Readonly<Record<string, QueryValue | undefined>>,
): string {
  if (type.startsWith('character') && typeof length === 'number') return `${type}(${length})`;
  return type === 'numeric' ? `${type}(${String(precision)},${String(scale)})` : type;
}
