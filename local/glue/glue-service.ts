import * as z from 'zod';
import { JsonOperations, operation } from '../http/json-operations';
import { ServiceError } from '../service-error';
import type { Stack } from '../stack';

/** The stack's Glue tables. https://docs.aws.amazon.com/glue/latest/webapi/API_GetTable.html */
export function glueService({ tables }: Stack): JsonOperations {
  return new JsonOperations('glue', 'AWSGlue', {
    GetTable: operation(
      z.strictObject({ DatabaseName: z.string(), Name: z.string(), CatalogId: z.string().optional() }),
      ({ DatabaseName, Name }) => {
        const table = tables.find(({ database, name }) => database === DatabaseName && name === Name);
        if (!table)
          throw new ServiceError('EntityNotFoundException', `Entity Not Found: ${DatabaseName}.${Name}`);
        return {
          Table: {
            DatabaseName,
            Name,
            StorageDescriptor: {
              Columns: table.columns.map((column) => ({ Name: column.name, Type: column.type })),
              Location: table.location,
            },
          },
        };
      },
    ),
  });
}
