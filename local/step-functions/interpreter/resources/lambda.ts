import type { Invocation } from '../../../lambda/lambda-runtime';
import type { Json } from '../../json';
import { StateFailure } from '../failures';

/** What the service calls an error of a function that says nothing of itself. */
const unknownError = 'Lambda.Unknown';

/** The function's value, or its failure under the name that Retry and Catch match on. */
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

/** Errors of the Lambda service carry its name, for example `Lambda.TooManyRequestsException`. */
function lambdaError(code: string): string {
  return code.startsWith('Lambda.') ? code : `Lambda.${code}`;
}
