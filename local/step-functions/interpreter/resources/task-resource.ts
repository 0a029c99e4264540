import type { CallingState } from '../../../faults/calling-state';
import type { Json } from '../../json';
import type { Visit } from '../execution';

/** One call that a Task state makes. */
export interface TaskCall {
  readonly parameters: Json;
  readonly visit: Visit;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
}

/** Who calls, for those that are called. */
export function callingState({ name, input }: Visit): CallingState {
  return { state: name, input: input.text };
}

/** What a Task's Resource stands for. It records the events of its calls. */
export interface TaskResource {
  /** @throws StateFailure with the name that Retry and Catch match on. */
  call(call: TaskCall): Promise<Json>;
}
