import { type Json, Payload } from '../../json';
import { checkSize } from '../data-flow';
import { type Limit, withinLimits } from '../deadline';
import type { TaskCall } from '../execution';
import { errorNames, StateFailure } from '../failures';

/** The events of a call. Those of a Lambda function's ARN differ from those of all other resources. */
export interface CallEvents {
  /** The task's name in the error of the size limit. */
  readonly subject: string;
  scheduled(): void;
  started(): void;
  succeeded(output: Payload): void;
  failed(failure: StateFailure): void;
  timedOut(failure: StateFailure): void;
}

/** Makes a call within its timeouts and records its events. */
export async function attempt(
  { visit, timeoutSeconds, heartbeatSeconds }: TaskCall,
  events: CallEvents,
  work: (signal: AbortSignal) => Promise<Json>,
): Promise<Json> {
  const limits: Limit[] = [];
  if (timeoutSeconds !== undefined) limits.push(limit(timeoutSeconds, errorNames.timeout));
  // A state and its task exchange only a request and an answer, so there is never a heartbeat.
  if (heartbeatSeconds !== undefined) limits.push(limit(heartbeatSeconds, errorNames.heartbeatTimeout));
  events.scheduled();
  events.started();
  try {
    const output = new Payload(await withinLimits(work, limits, visit.execution.clock, visit.thread.signal));
    checkSize(output, events.subject, 'returned a result');
    events.succeeded(output);
    return output.value;
  } catch (error) {
    if (error instanceof StateFailure) {
      if (error.error === errorNames.timeout) events.timedOut(error);
      else events.failed(error);
    }
    throw error;
  }
}

/** A missed heartbeat is shown as States.Timeout, too. Only Retry and Catch distinguish it. */
function limit(seconds: number, matchedAs: string): Limit {
  return { seconds, failure: () => new StateFailure(errorNames.timeout, undefined, matchedAs) };
}
