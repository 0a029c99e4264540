import type { Fault } from '../local/faults/fault-rule';

/** The AWS SDK tries a call three times before it gives up. */
export const SDK_ATTEMPTS = 3;

/** The answer of Lambda and the Data API to a client that calls too often. */
export const THROTTLED: Fault = {
  type: 'error',
  code: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
};
export const THROTTLING: Fault = { type: 'error', code: 'ThrottlingException', message: 'Rate exceeded' };
export const CRASH: Fault = { type: 'crash' };
/** The connection is lost before or after the work is done. */
export const LOST: Fault = { type: 'drop', when: 'before' };
export const ANSWER_LOST: Fault = { type: 'drop', when: 'after' };

/** The error of a transaction conflict. */
export const CONFLICT =
  'ERROR: 1023 DETAIL: Serializable isolation violation on table - 108263, transactions forming the cycle are: 2351, 2352 (pid:10)';
