import type { Catcher, Retrier } from '../definition/language';
import type { Json } from '../json';
import { assignments, combine } from './data-flow';
import type { Outcome, Visit } from './execution';
import { errorNames, EvaluationFailure, StateFailure } from './failures';

/** Defaults of a retrier. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const defaults = { intervalSeconds: 1, maxAttempts: 3, backoffRate: 2 };

/**
 * Whether a name in ErrorEquals matches an error.
 * States.TaskFailed matches neither States.Timeout nor States.DataLimitExceeded. No name matches States.Runtime, which
 * "isn't retriable, and will always cause the execution to fail". The documentation says that States.ALL does not match
 * States.DataLimitExceeded, but two executions recorded on AWS show that it does, so a state machine should name both.
 * Source: LocalStack's recordings `catch_state_all_data_limit_exceeded`.
 */
export function matchesError(name: string, error: string | undefined): boolean {
  if (error === errorNames.runtime) return false;
  if (name === error) return true;
  if (name === errorNames.all) return true;
  if (error === errorNames.dataLimitExceeded) return false;
  if (name === errorNames.taskFailed)
    return error !== errorNames.timeout && error !== errorNames.heartbeatTimeout;
  return name === errorNames.timeout && error === errorNames.heartbeatTimeout;
}

function firstMatching<T extends { ErrorEquals: string[] }>(
  candidates: readonly T[] | undefined,
  error: string | undefined,
): T | undefined {
  return candidates?.find((candidate) => candidate.ErrorEquals.some((name) => matchesError(name, error)));
}

/** Seconds to wait before a retry. @param earlier number of earlier retries of this retrier. */
export function retryDelay(retrier: Retrier, earlier: number, random: () => number): number {
  const interval = retrier.IntervalSeconds ?? defaults.intervalSeconds;
  const backedOff = interval * (retrier.BackoffRate ?? defaults.backoffRate) ** earlier;
  const delay = Math.min(backedOff, retrier.MaxDelaySeconds ?? Infinity);
  return retrier.JitterStrategy === 'FULL' ? random() * delay : delay;
}

export interface ErrorHandling {
  readonly Retry?: Retrier[];
  readonly Catch?: Catcher[];
}

/**
 * Runs the work of a Task, Parallel or Map state with its Retry and Catch.
 * @param givenUp called when the retries are used up, before Catch. Not called if the execution itself fails
 *   (States.Runtime).
 */
export async function withErrorHandling(
  state: ErrorHandling,
  visit: Visit,
  work: () => Promise<Outcome>,
  givenUp: () => void = () => {},
): Promise<Outcome> {
  const { execution, thread } = visit;
  const attempts = new Map<Retrier, number>();
  visit.retryCount = 0;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const failure = asFailure(error, visit);
      const retrier = firstMatching(state.Retry, failure.matchedAs);
      const earlier = (retrier && attempts.get(retrier)) ?? 0;
      if (retrier && earlier < (retrier.MaxAttempts ?? defaults.maxAttempts)) {
        attempts.set(retrier, earlier + 1);
        await execution.clock.sleep(retryDelay(retrier, earlier, execution.random) * 1000, thread.signal);
        visit.retryCount++;
        execution.onTransition();
        continue;
      }
      if (failure.error !== errorNames.runtime) givenUp();
      const catcher = firstMatching(state.Catch, failure.matchedAs);
      if (catcher === undefined) throw failure;
      return caught(catcher, failure, visit);
    }
  }
}

function caught(catcher: Catcher, failure: StateFailure, visit: Visit): Outcome {
  const errorOutput: Json = {
    // The service shows a missing value as an empty text.
    Error: failure.error ?? '',
    Cause: failure.reason ?? '',
  };
  return {
    output: combine(catcher.ResultPath, errorOutput, visit),
    next: catcher.Next,
    assigned: assignments(catcher, errorOutput, visit),
  };
}

/** An error as the state's failure. Rethrows interruptions and bugs in the twin. */
export function asFailure(error: unknown, visit: Pick<Visit, 'name' | 'enteredEventId'>): StateFailure {
  if (error instanceof EvaluationFailure) return error.inState(visit.name, visit.enteredEventId);
  if (error instanceof StateFailure) return error;
  throw error;
}
