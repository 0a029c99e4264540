import type { Fault } from '../local/faults/fault-rule';

/** The AWS SDK tries a call three times before it gives up. */
export const SDK_ATTEMPTS = 3;

/** What Lambda and the Data API answer where they are called too often. */
export const THROTTLED: Fault = {
  type: 'error',
  code: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
};
export const THROTTLING: Fault = { type: 'error', code: 'ThrottlingException', message: 'Rate exceeded' };
export const CRASH: Fault = { type: 'crash' };
/** The connection is lost before the work is done, or after it was. */
export const LOST: Fault = { type: 'drop', when: 'before' };
export const ANSWER_LOST: Fault = { type: 'drop', when: 'after' };

/** What a statement ends with whose transaction another one got in the way of. */
export const CONFLICT =
  'ERROR: 1023 DETAIL: Serializable isolation violation on table - 108263, transactions forming the cycle are: 2351, 2352 (pid:10)';
