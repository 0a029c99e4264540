import * as z from 'zod';
import { validate } from '../../http/validation';
import { likePattern, withCatalog } from './catalog-access';
import type { Operation } from './context';
import { connection, paginate } from './shapes';

const shape = z.strictObject({
  ...connection,
  SchemaPattern: z.string().optional(),
  TablePattern: z.string().optional(),
});

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ListTables.html */
export const listTables: Operation = async (input, context, request) => {
  const checked = validate(shape, input);
  const [schema, table] = [likePattern(checked.SchemaPattern), likePattern(checked.TablePattern)];
  const columns = await withCatalog(checked, context, request, (catalog) => catalog.allColumns());
  const names = new Map(columns.map((column) => [`${column.schema}.${column.table}`, column]));
  const tables = [...names.values()]
    .filter((column) => schema.test(column.schema) && table.test(column.table))
    .map((column) => ({ schema: column.schema, name: column.table, type: 'TABLE' }));
  const { page, next } = paginate(tables, checked.MaxResults, checked.NextToken);
  return { Tables: page, NextToken: next };
};
