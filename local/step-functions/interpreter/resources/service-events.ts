import type { Payload } from '../../json';
import type { TaskCall } from '../execution';
import type { CallEvents } from './attempt';

/** The events of a call to a service integration, for example `arn:aws:states:::sns:publish`. */
export function serviceEvents(
  call: TaskCall,
  parameters: Payload,
  resourceType: string,
  resource: string,
): CallEvents {
  const { thread, execution } = call.visit;
  const { history } = execution;
  const of = { resourceType, resource };
  return {
    subject: resourceType,
    scheduled: () =>
      history.record(thread, 'TaskScheduled', {
        taskScheduledEventDetails: {
          ...of,
          region: execution.region,
          parameters: parameters.text,
          ...(call.timeoutSeconds === undefined ? {} : { timeoutInSeconds: call.timeoutSeconds }),
          ...(call.heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: call.heartbeatSeconds }),
        },
      }),
    started: () => history.record(thread, 'TaskStarted', { taskStartedEventDetails: of }),
    succeeded: (output) =>
      history.record(thread, 'TaskSucceeded', {
        taskSucceededEventDetails: { ...of, output: output.text, outputDetails: { truncated: false } },
      }),
    failed: ({ error, reason }) =>
      history.record(thread, 'TaskFailed', { taskFailedEventDetails: { ...of, error, cause: reason } }),
    timedOut: ({ error, reason }) =>
      history.record(thread, 'TaskTimedOut', { taskTimedOutEventDetails: { ...of, error, cause: reason } }),
  };
}
