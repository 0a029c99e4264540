import type { ChoiceState } from '../../definition/language';
import { holds } from '../choice-rules';
import { sourceOf } from '../context-object';
import { assignments, selectInput, selectOutput } from '../data-flow';
import type { Outcome, Visit } from '../execution';
import { EvaluationFailure } from '../failures';

/** Continues with the first rule that holds, or with the Default. https://states-language.net/#choice-state */
export function runChoice(state: ChoiceState, visit: Visit): Outcome {
  const input = selectInput(state, visit);
  const source = sourceOf(visit, input);
  const rule = state.Choices.find((candidate) => holds(candidate, source));
  const next = rule ? rule.Next : state.Default;
  if (next === undefined) {
    throw new EvaluationFailure(
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  return {
    output: selectOutput(state, input, visit),
    next,
    // A rule's Assign replaces the state's, which belongs to the Default.
    assigned: assignments(rule ?? state, input, visit),
  };
}
