import type { Definition } from '../definition/language';
import { Payload } from '../json';
import type { Execution } from './execution';
import { errorNames, Interrupted, StateFailure } from './failures';
import { rootThread } from './group';

/** How an execution ended. */
export type Ending =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error?: string; readonly cause?: string };

/**
 * Runs a state machine from start to end and records its history in the service's order.
 * @param input the execution's input with its original text.
 * @param stop aborted with an Interrupted to end the execution early.
 */
export async function runExecution(
  definition: Definition,
  input: Payload,
  execution: Execution,
  stop: AbortSignal,
): Promise<Ending> {
  const { history, clock } = execution;
  const timeout = new AbortController();
  const thread = rootThread(AbortSignal.any([stop, timeout.signal]));
  // On the service the first state's event does not follow this one.
  history.recordBeside(thread, 'ExecutionStarted', {
    executionStartedEventDetails: {
      input: input.text,
      inputDetails: { truncated: false },
      roleArn: execution.roleArn,
    },
  });
  const callOff =
    definition.TimeoutSeconds === undefined
      ? () => {}
      : clock.deadline(definition.TimeoutSeconds * 1000, () =>
          timeout.abort(new Interrupted({ kind: 'timed-out' })),
        );
  let ending: Ending;
  try {
    const output = await execution.run(definition, input, thread);
    ending = { status: 'SUCCEEDED', output: output.text };
  } catch (error) {
    ending = endingOf(error);
  } finally {
    callOff();
  }
  recordEnding(ending, execution, thread.lastEventId);
  return ending;
}

function endingOf(error: unknown): Ending {
  if (error instanceof StateFailure) return { status: 'FAILED', error: error.error, cause: error.reason };
  if (error instanceof Interrupted) {
    const { interruption } = error;
    if (interruption.kind === 'timed-out') return { status: 'TIMED_OUT' };
    if (interruption.kind === 'stopped') {
      return { status: 'ABORTED', error: interruption.error, cause: interruption.cause };
    }
  }
  // A bug in the interpreter must not look like an error of the state machine.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 'FAILED', error: errorNames.runtime, cause: `Internal error of the local twin: ${text}` };
}

function recordEnding(ending: Ending, { history }: Execution, lastEventId: number): void {
  const chain = { lastEventId };
  if (ending.status === 'SUCCEEDED') {
    history.recordEnd(chain, 'ExecutionSucceeded', {
      executionSucceededEventDetails: { output: ending.output, outputDetails: { truncated: false } },
    });
    return;
  }
  const details = { error: ending.error, cause: ending.cause };
  switch (ending.status) {
    case 'FAILED':
      history.recordEnd(chain, 'ExecutionFailed', { executionFailedEventDetails: details });
      break;
    case 'TIMED_OUT':
      // As recorded on the service: the event follows no other, and neither it nor DescribeExecution has an error.
      history.recordEnd({ lastEventId: 0 }, 'ExecutionTimedOut', {});
      break;
    case 'ABORTED':
      history.recordEnd(chain, 'ExecutionAborted', { executionAbortedEventDetails: details });
  }
}
