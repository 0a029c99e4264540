import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json } from '../../json';
import { finish, type ResultFields } from '../data-flow';
import type { Outcome, Visit } from '../execution';
import { type ErrorHandling, withErrorHandling } from '../retry';

/**
 * The outcome of a Parallel or Map state whose threads have all succeeded. As recorded on the service, the success is
 * recorded before the result is put in place, and a failure of that follows the success.
 */
function finishGroup(
  state: ResultFields & { readonly Next?: string },
  result: Json,
  visit: Visit,
  succeeded: HistoryEventType,
): Outcome {
  const { execution, thread } = visit;
  const eventId = execution.history.recordBeside(thread, succeeded);
  try {
    return { ...finish(state, result, visit), next: state.Next };
  } catch (error) {
    thread.lastEventId = eventId;
    throw error;
  }
}

/**
 * Runs a Parallel or Map state and records how it ends. A state whose own fields are wrong fails its execution without
 * an event of its own: it has not started.
 * @param run runs the threads and returns the state's result. It calls `started` before the first thread.
 */
export function runGroup(
  kind: 'Parallel' | 'Map',
  state: ResultFields & ErrorHandling & { readonly Next?: string },
  visit: Visit,
  run: (started: () => void) => Promise<Json>,
): Promise<Outcome> {
  let isRunning = false;
  return withErrorHandling(
    state,
    visit,
    async () => {
      isRunning = false;
      const result = await run(() => (isRunning = true));
      isRunning = false;
      return finishGroup(state, result, visit, `${kind}StateSucceeded`);
    },
    () => {
      if (isRunning) visit.execution.history.record(visit.thread, `${kind}StateFailed`);
    },
  );
}
