import type { LambdaRuntime } from '../../../lambda/lambda-runtime';
import { type Json, Payload } from '../../json';
import { checkSize } from '../data-flow';
import type { TaskCall, TaskResource } from '../execution';
import { attempt, type CallEvents } from './attempt';
import { callingState } from './calling-state';
import { invocationResult } from './lambda';

/** A function's ARN as Resource: the parameters are the event, and the function's value is the result. */
export function lambdaFunction(resource: string, lambda: LambdaRuntime): TaskResource {
  return {
    async call(call) {
      const event = new Payload(call.parameters);
      checkSize(event, resource, 'provided parameters');
      return attempt(call, lambdaEvents(call, event, resource), async (signal) =>
        // The function gets a copy, as over the network.
        invocationResult(
          await lambda.invoke(resource, JSON.parse(event.text) as Json, signal, callingState(call.visit)),
        ),
      );
    },
  };
}

function lambdaEvents(call: TaskCall, input: Payload, resource: string): CallEvents {
  const { thread, execution } = call.visit;
  const { history } = execution;
  return {
    subject: resource,
    scheduled: () =>
      history.record(thread, 'LambdaFunctionScheduled', {
        lambdaFunctionScheduledEventDetails: {
          resource,
          input: input.text,
          inputDetails: { truncated: false },
          ...(call.timeoutSeconds === undefined ? {} : { timeoutInSeconds: call.timeoutSeconds }),
        },
      }),
    started: () => history.record(thread, 'LambdaFunctionStarted'),
    succeeded: (output) =>
      history.record(thread, 'LambdaFunctionSucceeded', {
        lambdaFunctionSucceededEventDetails: { output: output.text, outputDetails: { truncated: false } },
      }),
    failed: ({ error, reason }) =>
      history.record(thread, 'LambdaFunctionFailed', {
        lambdaFunctionFailedEventDetails: { error, cause: reason },
      }),
    timedOut: ({ error, reason }) =>
      history.record(thread, 'LambdaFunctionTimedOut', {
        lambdaFunctionTimedOutEventDetails: { error, cause: reason },
      }),
  };
}
