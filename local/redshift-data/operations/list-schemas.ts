import * as z from 'zod';
import { validate } from '../../http/validation';
import { likePattern, withCatalog } from './catalog-access';
import type { Operation } from './context';
import { connection, paginate } from './shapes';

const shape = z.strictObject({ ...connection, SchemaPattern: z.string().optional() });

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ListSchemas.html */
export const listSchemas: Operation = async (input, context, request) => {
  const checked = validate(shape, input);
  const pattern = likePattern(checked.SchemaPattern);
  const schemas = await withCatalog(checked, context, request, (catalog) => catalog.schemas());
  const matching = schemas.filter((schema) => pattern.test(schema));
  const { page, next } = paginate(matching, checked.MaxResults, checked.NextToken);
  return { Schemas: page, NextToken: next };
};
