import type { Json, JsonObject } from '../json';
import type { Source } from '../jsonpath/path';
import type { Visit } from './execution';

/** The source for a state's paths, with `$` as the given value. */
export function sourceOf(visit: Visit, input: Json, mapItem = visit.thread.mapItem): Source {
  return {
    input,
    context: () => contextObject(visit, mapItem),
    variable: (name) => visit.thread.variables.get(name),
  };
}

/** `$$`. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
function contextObject(visit: Visit, mapItem: JsonObject | undefined): JsonObject {
  const { execution } = visit;
  return {
    Execution: {
      Id: execution.arn,
      Input: execution.input,
      StartTime: execution.startTime.toISOString(),
      Name: execution.name,
      RoleArn: execution.roleArn,
      RedriveCount: 0,
    },
    StateMachine: { Id: execution.stateMachine.arn, Name: execution.stateMachine.name },
    State: {
      Name: visit.name,
      EnteredTime: visit.enteredTime.toISOString(),
      ...(visit.retryCount === undefined ? {} : { RetryCount: visit.retryCount }),
    },
    ...(mapItem === undefined ? {} : { Map: { Item: mapItem } }),
  };
}
