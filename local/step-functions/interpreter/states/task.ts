import type { TaskState } from '../../definition/language';
import type { Json } from '../../json';
import { resolvePath } from '../../jsonpath/path';
import { limits } from '../../limits';
import { sourceOf } from '../context-object';
import { effectiveInput, finish, selectInput } from '../data-flow';
import type { Outcome, Visit } from '../execution';
import { EvaluationFailure } from '../failures';
import { withErrorHandling } from '../retry';

/** Calls its Resource. https://states-language.net/#task-state */
export function runTask(state: TaskState, visit: Visit): Promise<Outcome> {
  return withErrorHandling(state, visit, async () => {
    const parameters = effectiveInput(state, visit);
    const result = await visit.execution.resource(state.Resource).call({
      parameters,
      visit,
      timeoutSeconds: seconds(
        state.TimeoutSeconds,
        state.TimeoutSecondsPath,
        'TimeoutSecondsPath',
        state,
        visit,
      ),
      heartbeatSeconds: seconds(
        state.HeartbeatSeconds,
        state.HeartbeatSecondsPath,
        'HeartbeatSecondsPath',
        state,
        visit,
      ),
    });
    return { ...finish(state, result, visit), next: state.Next };
  });
}

function seconds(
  value: number | undefined,
  path: string | undefined,
  field: string,
  state: TaskState,
  visit: Visit,
): number | undefined {
  if (path === undefined) return value;
  const found: Json = resolvePath(path, sourceOf(visit, selectInput(state, visit)));
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 1 || found > limits.seconds) {
    throw new EvaluationFailure(
      `The ${field} parameter references an invalid value: ${path} == ${JSON.stringify(found)}`,
    );
  }
  return found;
}
