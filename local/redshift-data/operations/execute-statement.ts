import * as z from 'zod';
import { validate } from '../../http/validation';
import type { Operation } from './context';
import { submission } from './shapes';
import { submit } from './submit';

const shape = z.strictObject({ ...submission, Sql: z.string().min(1) });

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html */
export const executeStatement: Operation = async (input, context, request) => {
  const checked = validate(shape, input);
  return submit(checked, [checked.Sql], false, context, request);
};
