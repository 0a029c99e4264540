import { ServiceError } from '../service-error';
import type { Fault } from './fault-rule';

/**
 * The HTTP status that AWS sends with these codes, for rules that set none. Clients decide on a retry by the status as
 * much as by the code. Any other code is a client error.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
 * https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html
 */
const statusOf: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AccessDeniedException: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  RequestTimeTooSkewed: 403,
  InternalError: 500,
  InternalErrorException: 500,
  InternalFailure: 500,
  InternalServerException: 500,
  ExecuteStatementException: 500,
  BatchExecuteStatementException: 500,
  DatabaseConnectionException: 500,
  ServiceException: 500,
  SlowDown: 503,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
};

/** The error that an `error` fault returns. */
export function faultError(fault: Extract<Fault, { type: 'error' }>): ServiceError {
  const status = fault.status ?? statusOf[fault.code] ?? 400;
  return new ServiceError(fault.code, fault.message ?? `${fault.code} (injected fault)`, status);
}
