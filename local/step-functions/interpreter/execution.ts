import type { Clock } from '../clock';
import type { Json, JsonObject, Payload } from '../json';
import type { Source } from '../jsonpath/path';
import type { SiblingFailed } from './failures';
import type { History } from './history';
import type { EventChain } from './history';
import type { TaskResource } from './resources/task-resource';
import type { Variables } from './variables';

/** What all states of one execution share. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly input: Json;
  readonly startTime: Date;
  readonly roleArn: string;
  readonly stateMachine: { readonly arn: string; readonly name: string };
  readonly region: string;
  readonly accountId: string;
  readonly history: History;
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /** The service behind a Task's Resource. */
  resource(arn: string): TaskResource;
  /** An execution for one child of a distributed Map: its own name, input and history, which nobody reads. */
  child(label: string, input: Json): Execution;
}

/** One line of control through the states. */
export interface Thread extends EventChain {
  readonly signal: AbortSignal;
  readonly variables: Variables;
  /** `$$.Map.Item`, within an iteration. */
  readonly mapItem?: JsonObject;
  /** Whether it is a branch of a Parallel state. */
  readonly isBranch?: boolean;
  /** Called when a state of the thread is cut off because another thread failed, before that is recorded. */
  readonly cutOff?: (interruption: SiblingFailed) => void;
}

/** One visit of a thread to a state, retries included. */
export interface Visit {
  readonly name: string;
  readonly execution: Execution;
  readonly thread: Thread;
  readonly input: Payload;
  readonly enteredEventId: number;
  readonly enteredTime: Date;
  /** How often the state was retried in this visit; undefined for states that cannot be. */
  retryCount?: number;
}

/** Where a visit goes on, and with what. */
export interface Outcome {
  readonly output: Json;
  /** Undefined at the end of the workflow. */
  readonly next: string | undefined;
  /** What the state assigned. */
  readonly assigned?: JsonObject;
}

/** What the paths of a state read, with `$` being the given value. */
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
