import type { PassState } from '../../definition/language';
import { effectiveInput, finish } from '../data-flow';
import type { Outcome, Visit } from '../execution';

/** Passes on its input or its Result. https://states-language.net/#pass-state */
export function runPass(state: PassState, visit: Visit): Outcome {
  const input = effectiveInput(state, visit);
  return { ...finish(state, state.Result === undefined ? input : state.Result, visit), next: state.Next };
}
