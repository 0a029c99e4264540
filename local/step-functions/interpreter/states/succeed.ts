import type { SucceedState } from '../../definition/language';
import { selectInput, selectOutput } from '../data-flow';
import type { Outcome, Visit } from '../execution';

/** Ends its workflow with success. https://states-language.net/#succeed-state */
export function runSucceed(state: SucceedState, visit: Visit): Outcome {
  return { output: selectOutput(state, selectInput(state, visit), visit), next: undefined };
}
