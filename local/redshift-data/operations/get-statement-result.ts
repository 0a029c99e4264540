import * as z from 'zod';
import { validate } from '../../http/validation';
import { tokenOf } from '../../page-token';
import { ServiceError } from '../../service-error';
import { columnMetadata } from './column-metadata';
import type { Operation } from './context';
import { nextToken, startOf, statementId, waitTimeSeconds } from './shapes';

const shape = z.strictObject({ Id: statementId, NextToken: nextToken, WaitTimeSeconds: waitTimeSeconds });

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_GetStatementResult.html */
export const getStatementResult: Operation = async (input, { registry }, request) => {
  const { Id, NextToken, WaitTimeSeconds } = validate(shape, input);
  const { record, sub } = registry.find(Id);
  if (record.submission.isBatch && sub === undefined) {
    throw new ServiceError(
      'ValidationException',
      'BatchExecuteStatement result can only be retrieved with sub-statement id.',
    );
  }
  await registry.wait(record, WaitTimeSeconds, request.signal);
  const { result } = sub ?? record;
  // A batch has results only after its commit.
  if (result === undefined || record.status !== 'FINISHED') {
    throw new ServiceError(
      'ResourceNotFoundException',
      'Query does not have result. Please check query status with DescribeStatement.',
      400,
      { ResourceId: Id },
    );
  }
  const page = startOf(NextToken, result.pageCount);
  return {
    Records: await result.page(page),
    ColumnMetadata: result.columns.map(columnMetadata),
    TotalNumRows: result.rows,
    NextToken: page + 1 < result.pageCount ? tokenOf(page + 1) : undefined,
  };
};
