import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { State, StateType, Workflow } from '../definition/language';
import { type JsonObject, Payload } from '../json';
import { checkSize } from './data-flow';
import type { Execution, Outcome, Thread, Visit } from './execution';
import { errorNames, Interrupted, throwIfInterrupted } from './failures';
import { asFailure } from './retry';
import { runnerOf } from './states';

/** Runs a workflow's states to an end and returns the last state's output. @throws StateFailure, Interrupted */
export async function runWorkflow(
  workflow: Workflow,
  input: Payload,
  thread: Thread,
  execution: Execution,
): Promise<Payload> {
  let data = input;
  let name: string | undefined = workflow.StartAt;
  while (name !== undefined) {
    throwIfInterrupted(thread.signal);
    const state = workflow.States[name]!;
    const step = await runState(name, state, data, thread, execution);
    data = step.output;
    name = step.next;
  }
  return data;
}

async function runState(
  name: string,
  state: State,
  input: Payload,
  thread: Thread,
  execution: Execution,
): Promise<{ output: Payload; next: string | undefined }> {
  const { history } = execution;
  execution.onTransition();
  const enteredTime = execution.clock.now();
  const enteredEventId = history.record(thread, eventType(state.Type, 'StateEntered'), {
    stateEnteredEventDetails: { name, input: input.text, inputDetails: { truncated: false } },
  });
  const visit: Visit = { name, execution, thread, input, enteredEventId, enteredTime };
  try {
    const outcome = await runnerOf(state)(state, visit);
    return leave(state, outcome, visit);
  } catch (error) {
    if (error instanceof Interrupted) {
      recordAborted(state.Type, error, visit);
      throw error;
    }
    const failure = asFailure(error, visit);
    // As recorded on the service, a task that fails its branch is recorded as aborted, too.
    if (state.Type === 'Task' && thread.isBranch && failure.error !== errorNames.runtime) {
      history.recordBeside(thread, 'TaskStateAborted');
    }
    throw failure;
  }
}

function leave(state: State, outcome: Outcome, visit: Visit): { output: Payload; next: string | undefined } {
  const { thread, input } = visit;
  const output = outcome.output === input.value ? input : new Payload(outcome.output);
  checkSize(output, visit.name, 'returned a result');
  const assigned = outcome.assigned;
  if (assigned !== undefined) {
    checkSize(new Payload(assigned), visit.name, 'returned a result');
    thread.variables.assign(assigned);
  }
  visit.execution.history.record(thread, eventType(state.Type, 'StateExited'), {
    stateExitedEventDetails: {
      name: visit.name,
      output: output.text,
      outputDetails: { truncated: false },
      ...(assigned === undefined ? {} : assignedDetails(assigned)),
    },
  });
  return { output, next: outcome.next };
}

function assignedDetails(assigned: JsonObject) {
  return {
    assignedVariables: Object.fromEntries(
      Object.entries(assigned).map(([variable, value]) => [variable, JSON.stringify(value)]),
    ),
    assignedVariablesDetails: { truncated: false },
  };
}

const abortable: ReadonlySet<StateType> = new Set(['Task', 'Wait', 'Parallel', 'Map']);

/** Records an event for a state that another branch's failure aborts. A stopped execution records only its own end. */
function recordAborted(type: StateType, { interruption }: Interrupted, visit: Visit): void {
  if (interruption.kind !== 'sibling-failed' || interruption.endsExecution) return;
  visit.thread.cutOff?.(interruption);
  if (abortable.has(type)) {
    visit.execution.history.recordBeside(interruption, eventType(type, 'StateAborted'));
  }
}

function eventType(type: StateType, what: 'StateEntered' | 'StateExited' | 'StateAborted'): HistoryEventType {
  return `${type}${what}` as HistoryEventType;
}
