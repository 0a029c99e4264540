import type { FailState } from '../../definition/language';
import { evaluateExpression } from '../../jsonpath/template';
import { sourceOf } from '../context-object';
import type { Visit } from '../execution';
import { EvaluationFailure, StateFailure } from '../failures';

/** Ends its workflow with an error. https://states-language.net/#fail-state */
export function runFail(state: FailState, visit: Visit): never {
  const text = (value: string | undefined, path: string | undefined, field: string) =>
    path === undefined ? value : textAt(path, field, visit);
  const error = text(state.Error, state.ErrorPath, 'ErrorPath');
  const cause = text(state.Cause, state.CausePath, 'CausePath');
  throw new StateFailure(error, cause);
}

function textAt(path: string, field: string, visit: Visit): string {
  const value = evaluateExpression(path, field, sourceOf(visit, visit.input.value));
  if (typeof value !== 'string') {
    throw new EvaluationFailure(
      `The ${field} field refers to value ${JSON.stringify(value)} which is not a string: ${path}`,
    );
  }
  return value;
}
