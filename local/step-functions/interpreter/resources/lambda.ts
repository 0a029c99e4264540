import type { Invocation } from '../../../lambda/lambda-runtime';
import type { Json } from '../../json';
import { StateFailure } from '../failures';

/** The service's error name for a function error without one. */
const unknownError = 'Lambda.Unknown';

/** The function's value. @throws StateFailure with the name that Retry and Catch match */
export function invocationResult(invocation: Invocation): Json {
  switch (invocation.outcome) {
    case 'returned':
      return (invocation.payload ?? null) as Json;
    case 'raised':
      throw new StateFailure(invocation.error || unknownError, JSON.stringify(invocation.payload));
    case 'refused':
      throw new StateFailure(lambdaError(invocation.error), invocation.message);
  }
}

/** Errors of the Lambda service have its prefix, for example `Lambda.TooManyRequestsException`. */
function lambdaError(code: string): string {
  return code.startsWith('Lambda.') ? code : `Lambda.${code}`;
}
