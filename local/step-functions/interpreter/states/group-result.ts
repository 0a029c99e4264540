import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json } from '../../json';
import { finish, type ResultFields } from '../data-flow';
import type { Outcome, Visit } from '../execution';

/**
 * The outcome of a Parallel or Map state whose threads have all succeeded. On the service it has succeeded before its
 * result is put in place: where that fails, the failure follows the success; found in recordings of the service.
 */
export function finishGroup(
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
