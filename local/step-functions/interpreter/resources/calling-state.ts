import type { CallingState } from '../../../faults/calling-state';
import type { Visit } from '../execution';

/** The state that a service called by a Task sees as its caller. */
export function callingState({ name, input }: Visit): CallingState {
  return { state: name, input: input.text };
}
