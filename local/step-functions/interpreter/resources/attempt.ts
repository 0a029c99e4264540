import { type Json, Payload } from '../../json';
import { checkSize } from '../data-flow';
import { type Limit, withinLimits } from '../deadline';
import { errorNames, StateFailure } from '../failures';
import type { TaskCall } from '../execution';

/** How the events of a call are worded: those of a Lambda function's ARN differ from those of all other resources. */
export interface CallEvents {
  /** What the size limit's error calls the task. */
  readonly subject: string;
  scheduled(): void;
  started(): void;
  succeeded(output: Payload): void;
  failed(failure: StateFailure): void;
  timedOut(failure: StateFailure): void;
}

/** Makes a call within its time, and records how it went. */
export async function attempt(
  { visit, timeoutSeconds, heartbeatSeconds }: TaskCall,
  events: CallEvents,
  work: (signal: AbortSignal) => Promise<Json>,
): Promise<Json> {
  const limits: Limit[] = [];
  if (timeoutSeconds !== undefined) limits.push(limit(timeoutSeconds, errorNames.timeout));
  // A request and its answer are all there is between a state and its task, so a heartbeat never comes.
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

/** A heartbeat that did not come is shown as a States.Timeout, too; only Retry and Catch tell it apart. */
function limit(seconds: number, matchedAs: string): Limit {
  return { seconds, failure: () => new StateFailure(errorNames.timeout, undefined, matchedAs) };
}
