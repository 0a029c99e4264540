import * as z from 'zod';
import { readProperties } from './properties';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

/** A Glue table, with the parts that Firehose's conversion uses. */
export interface PlannedTable {
  readonly logicalId: string;
  readonly database: string;
  readonly name: string;
  /** In file order, with Hive types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly location: string;
}

const effective = z.object({
  DatabaseName: z.string(),
  TableInput: z.looseObject({
    Name: z.string(),
    StorageDescriptor: z.looseObject({
      Columns: z.array(z.strictObject({ Name: z.string(), Type: z.string() })),
      Location: z.string(),
    }),
  }),
});

/** `AWS::Glue::Table` */
export function planTable(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedTable {
  const { DatabaseName, TableInput } = readProperties(scope, logicalId, given, {
    effective,
    without: ['CatalogId'],
  });
  const { Columns, Location } = TableInput.StorageDescriptor;
  return {
    logicalId,
    database: DatabaseName,
    name: TableInput.Name,
    columns: Columns.map(({ Name: name, Type: type }) => ({ name, type })),
    location: Location,
  };
}
