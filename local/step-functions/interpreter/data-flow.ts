import type { Json, JsonObject } from '../json';
import { Payload } from '../json';
import { resolvePath, type Source } from '../jsonpath/path';
import { putAt } from '../jsonpath/reference-path';
import { evaluateTemplate } from '../jsonpath/template';
import { limits } from '../limits';
import { sourceOf } from './context-object';
import type { Visit } from './execution';
import { errorNames, StateFailure } from './failures';

/**
 * The data flow of a state with JSONPath:
 * InputPath → Parameters → (the work) → ResultSelector → Assign, ResultPath → OutputPath.
 */

/** The state's input after InputPath; null discards it. */
export function selectInput(state: { InputPath?: string | null }, visit: Visit): Json {
  return select(state.InputPath, sourceOf(visit, visit.input.value));
}

/** The state's input after InputPath and Parameters. */
export function effectiveInput(state: { InputPath?: string | null; Parameters?: Json }, visit: Visit): Json {
  const input = selectInput(state, visit);
  return state.Parameters === undefined ? input : evaluateTemplate(state.Parameters, sourceOf(visit, input));
}

/** The output of a state that passes its input on. */
export function selectOutput(state: { OutputPath?: string | null }, value: Json, visit: Visit): Json {
  return select(state.OutputPath, sourceOf(visit, value));
}

export interface ResultFields {
  readonly Assign?: JsonObject;
  readonly ResultSelector?: JsonObject;
  readonly ResultPath?: string | null;
  readonly OutputPath?: string | null;
}

/** The output of a state with a result, and the variables that it assigns. */
export function finish(
  state: ResultFields,
  result: Json,
  visit: Visit,
): { output: Json; assigned?: JsonObject } {
  const selected =
    state.ResultSelector === undefined
      ? result
      : evaluateTemplate(state.ResultSelector, sourceOf(visit, result));
  const assigned = assignments(state, selected, visit);
  const combined = combine(state.ResultPath, selected, visit);
  return { output: selectOutput(state, combined, visit), assigned };
}

/** The variables of an Assign field, with `$` as the given value. As recorded on the service, an empty one is as none. */
export function assignments(
  state: { Assign?: JsonObject },
  value: Json,
  visit: Visit,
): JsonObject | undefined {
  if (Object.keys(state.Assign ?? {}).length === 0) return undefined;
  return evaluateTemplate(state.Assign!, sourceOf(visit, value)) as JsonObject;
}

/** The state's input with the result at ResultPath; null discards the result. */
export function combine(resultPath: string | null | undefined, result: Json, visit: Visit): Json {
  if (resultPath === undefined || resultPath === '$') return result;
  return resultPath === null ? visit.input.value : putAt(visit.input.value, resultPath, result);
}

/** @param subject the state or its task's resource. @param what what it did, for example `returned a result`. */
export function checkSize(
  payload: Payload,
  subject: string,
  what: 'returned a result' | 'provided parameters',
): void {
  if (payload.bytes > limits.payloadBytes) {
    throw new StateFailure(
      errorNames.dataLimitExceeded,
      `The state/task '${subject}' ${what} with a size exceeding the maximum number of bytes service limit.`,
    );
  }
}

function select(path: string | null | undefined, source: Source): Json {
  if (path === undefined || path === '$') return source.input;
  return path === null ? {} : resolvePath(path, source);
}
