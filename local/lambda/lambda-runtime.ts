import type { CallingState } from '../faults/calling-state';
import type { ErrorPayload } from './messages';

/** The outcome of one synchronous invocation, as the Lambda service reports it. */
export type Invocation =
  | { readonly outcome: 'returned'; readonly payload: unknown }
  /** The function threw, crashed or timed out (`X-Amz-Function-Error`). */
  | {
      readonly outcome: 'raised';
      /** `errorType` of the payload, for example `ColumnMismatch`, `Runtime.ExitError`, `Sandbox.Timedout`. */
      readonly error: string;
      readonly payload: ErrorPayload;
    }
  /** The service refused the call, for example `Lambda.TooManyRequestsException`. */
  | { readonly outcome: 'refused'; readonly error: string; readonly message: string };

/** What Step Functions and Firehose need from Lambda. */
export interface LambdaRuntime {
  /**
   * @param functionArn ARN of a deployed function.
   * @param payload any JSON value.
   * @param caller the state that invokes the function; the function's own calls are attributed to it.
   */
  invoke(
    functionArn: string,
    payload: unknown,
    signal?: AbortSignal,
    caller?: CallingState,
  ): Promise<Invocation>;
}
