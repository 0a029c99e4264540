import type { Clock } from '../../clock';
import type { Workflow } from '../definition/language';
import type { Json, JsonObject, Payload } from '../json';
import type { SiblingFailed } from './failures';
import type { EventChain, History } from './history';
import type { Variables } from './variables';

/** The object that all states of one execution share. */
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
  /** Called for each transition that AWS bills: a state that is entered, and a retry. */
  readonly onTransition: () => void;
  /** The service behind a Task's Resource. */
  resource(arn: string): TaskResource;
  /**
   * Runs a workflow from its first state to an end and returns the last state's output. States that contain workflows
   * (Parallel, Map) run them through this.
   * @throws StateFailure, Interrupted
   */
  run(workflow: Workflow, input: Payload, thread: Thread): Promise<Payload>;
  /** An execution for one child of a distributed Map, with a name, an input and a discarded history of its own. */
  child(label: string, input: Json): Execution;
}

/** One thread of control through the states. */
export interface Thread extends EventChain {
  readonly signal: AbortSignal;
  readonly variables: Variables;
  /** `$$.Map.Item` inside an iteration. */
  readonly mapItem?: JsonObject;
  /** Whether it is a branch of a Parallel state. */
  readonly isBranch?: boolean;
  /** Called before it is recorded that another thread's failure has ended a state of this thread. */
  readonly cutOff?: (interruption: SiblingFailed) => void;
}

/** One visit of a thread to a state, including its retries. */
export interface Visit {
  readonly name: string;
  readonly execution: Execution;
  readonly thread: Thread;
  readonly input: Payload;
  readonly enteredEventId: number;
  readonly enteredTime: Date;
  /** Number of retries in this visit; undefined for states without Retry. */
  retryCount?: number;
}

/** The result of a visit. */
export interface Outcome {
  readonly output: Json;
  /** Undefined at the end of the workflow. */
  readonly next: string | undefined;
  /** Variables that the state assigned. */
  readonly assigned?: JsonObject;
}

/** One call that a Task state makes. */
export interface TaskCall {
  readonly parameters: Json;
  readonly visit: Visit;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
}

/** The service behind a Task's Resource. It records the events of its calls. */
export interface TaskResource {
  /** @throws StateFailure with the name that Retry and Catch match on. */
  call(call: TaskCall): Promise<Json>;
}
