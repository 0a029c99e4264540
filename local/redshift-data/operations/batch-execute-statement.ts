import * as z from 'zod';
import { validate } from '../../http/validation';
import type { Operation } from './context';
import { submission } from './shapes';
import { submit } from './submit';

export const MAXIMUM_STATEMENTS = 40;

const shape = z.strictObject({
  ...submission,
  Sqls: z.array(z.string().min(1)).min(1).max(MAXIMUM_STATEMENTS),
  /** AUTO_COMMIT is refused. */
  ExecutionMode: z.literal('TRANSACTION').optional(),
});

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html */
export const batchExecuteStatement: Operation = async (input, context, request) => {
  const checked = validate(shape, input);
  return submit(checked, checked.Sqls, true, context, request);
};
