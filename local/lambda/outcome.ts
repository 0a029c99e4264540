import type { Ending } from './execution-environment';
import type { Invocation } from './lambda-runtime';
import type { ErrorPayload } from './messages';

/** 6 MB for requests and responses [AWS: Lambda quotas]. The response limit includes its envelope. */
export const LARGEST_REQUEST_BYTES = 6_291_456;
export const LARGEST_RESPONSE_BYTES = 6_291_556;

/** An invocation's outcome, and whether the environment itself failed rather than the handler. */
export interface Outcome {
  readonly invocation: Exclude<Invocation, { outcome: 'refused' }>;
  readonly failure: string | undefined;
}

/**
 * Lambda's answer for an ending. Step Functions uses `errorType` as the error's name, which Retry and Catch match, and the
 * payload as its cause.
 * https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
 */
export function outcomeOf(ending: Ending, requestId: string, timeoutSeconds: number): Outcome {
  const failed = (errorType: string, words: string): Outcome => ({
    invocation: raised({ errorType, errorMessage: `RequestId: ${requestId} Error: ${words}` }),
    failure: errorType,
  });
  switch (ending.type) {
    case 'returned':
      return returned(ending.json);
    case 'raised':
      return { invocation: raised(ending.error), failure: undefined };
    case 'initializationFailed':
      return { invocation: raised(ending.error), failure: ending.error.errorType };
    case 'timedOut':
      return failed('Sandbox.Timedout', `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
    case 'outOfMemory':
      return failed('Runtime.OutOfMemory', 'Runtime exited with error: signal: killed');
    case 'exited':
      // Status 0 is an error for Lambda, too: it expects the runtime to ask for the next invocation.
      return failed(
        'Runtime.ExitError',
        ending.code === 0
          ? 'Runtime exited without providing a reason'
          : `Runtime exited with error: exit status ${ending.code}`,
      );
  }
}

function raised(payload: ErrorPayload): Outcome['invocation'] {
  return { outcome: 'raised', error: payload.errorType, payload };
}

function returned(json: string): Outcome {
  const bytes = Buffer.byteLength(json);
  if (bytes <= LARGEST_RESPONSE_BYTES) {
    return { invocation: { outcome: 'returned', payload: JSON.parse(json) as unknown }, failure: undefined };
  }
  const errorType = 'Function.ResponseSizeTooLarge';
  const limit = `maximum allowed payload size (${LARGEST_RESPONSE_BYTES} bytes)`;
  const errorMessage = `Response payload size (${bytes} bytes) exceeded ${limit}.`;
  return { invocation: raised({ errorType, errorMessage }), failure: errorType };
}
