import * as z from 'zod';
import { validate } from '../../http/validation';
import { withCatalog } from './catalog-access';
import type { Operation } from './context';
import { connection, paginate } from './shapes';

const shape = z.strictObject(connection).omit({ ConnectedDatabase: true });

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ListDatabases.html */
export const listDatabases: Operation = async (input, context, request) => {
  const checked = validate(shape, input);
  return withCatalog(checked, context, request, () => {
    const { page, next } = paginate([context.options.database], checked.MaxResults, checked.NextToken);
    return Promise.resolve({ Databases: page, NextToken: next });
  });
};
