import * as z from 'zod';
import { validate } from '../../http/validation';
import { ServiceError } from '../../service-error';
import { isFinal } from '../statements/record';
import type { Operation } from './context';
import { statementId } from './shapes';

const shape = z.strictObject({ Id: statementId });

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_CancelStatement.html */
export const cancelStatement: Operation = (input, { registry }) => {
  const { Id } = validate(shape, input);
  const { record, sub } = registry.find(Id);
  if (sub !== undefined) {
    throw new ServiceError(
      'ValidationException',
      'A sub-statement of a batch cannot be cancelled by itself.',
    );
  }
  if (isFinal(record.status)) {
    throw new ServiceError(
      'ValidationException',
      `Could not cancel a query that is already in ${record.status} state with ID: ${Id}`,
    );
  }
  registry.cancel(record);
  return Promise.resolve({ Status: true });
};
