import * as z from 'zod';
import { validate } from '../../http/validation';
import { withCatalog } from './catalog-access';
import { columnMetadata } from './column-metadata';
import type { Operation } from './context';
import { connection, paginate } from './shapes';

const shape = z.strictObject({
  ...connection,
  Schema: z.string().optional(),
  Table: z.string().optional(),
});

/** A table that does not exist has no columns. https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeTable.html */
export const describeTable: Operation = async (input, context, request) => {
  const checked = validate(shape, input);
  const columns = await withCatalog(checked, context, request, (catalog) => catalog.allColumns());
  const matching = columns.filter(
    (column) =>
      (checked.Schema === undefined || column.schema === checked.Schema) &&
      (checked.Table === undefined || column.table === checked.Table),
  );
  const { page, next } = paginate(matching, checked.MaxResults, checked.NextToken);
  return { TableName: checked.Table, ColumnList: page.map(columnMetadata), NextToken: next };
};
