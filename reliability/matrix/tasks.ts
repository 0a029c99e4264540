import { STILL_RUNNING } from '../../core/errors';
import type { Call } from '../../local/faults/fault-injector';
import { HOUR } from './lake';

/** A state of Type Task, with what a fault needs to know. */
export interface Task {
  readonly name: string;
  /**
   * What its failure means for an execution: after `preparation` no partition is tried, `step` belongs to one partition,
   * `inspection` to one partition too, which another state inspects again if it fails, a Catch leads to `diagnosis`, `housekeeping` continues the same way whether it fails or not, `notification` calls
   * SNS, and `report` is any other state outside the Maps.
   */
  readonly role:
    'preparation' | 'inspection' | 'step' | 'diagnosis' | 'housekeeping' | 'report' | 'notification';
  /** True if the state is within a Map, once for each partition. */
  readonly ofPartition: boolean;
  /** True if its statement may run longer than an invocation. Then it is called again, and waits for the same statement. */
  readonly isLong: boolean;
}

interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Parameters?: unknown;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly ItemProcessor?: Machine;
  readonly Iterator?: Machine;
}

/** Every task of a compiled state machine, at any depth, in the order of the definition. */
export function tasksOf(definition: string): readonly Task[] {
  return [...tasksIn(JSON.parse(definition) as Machine, false)];
}

function* tasksIn({ StartAt: start, States: states }: Machine, ofPartition: boolean): Generator<Task> {
  const caught = new Set(
    Object.values(states)
      .filter((state) => !isIndifferent(state))
      .flatMap(failuresOf),
  );
  const first = states[start];
  const ofFirst = ofPartition || first === undefined ? [] : failuresOf(first);
  for (const [name, state] of Object.entries(states)) {
    if (state.Type === 'Task') {
      const isLong = state.Retry?.some((each) => each.ErrorEquals.includes(STILL_RUNNING)) === true;
      const isForgiven = ofPartition && failuresOf(state).every((next) => endsAtOnce(states[next]));
      const role = isForgiven ? 'inspection' : roleOf(name, state, { ofPartition, caught, ofFirst });
      yield { name, role, ofPartition, isLong };
    }
    const processor = state.ItemProcessor ?? state.Iterator;
    if (processor) yield* tasksIn(processor, true);
  }
}

/** The states to which its failures lead. */
function failuresOf(state: State): readonly string[] {
  return (state.Catch ?? []).map((each) => each.Next);
}

/** True for a state that only notes something, and then ends its iteration. */
function endsAtOnce(state: State | undefined): boolean {
  return (
    state?.Type === 'Succeed' ||
    (state?.Type === 'Pass' && state.End === true && state.Parameters === undefined)
  );
}

/** True if the execution continues the same way whether the state fails or not. */
function isIndifferent(state: State): boolean {
  return failuresOf(state).some((next) => next === state.Next);
}

function roleOf(
  name: string,
  state: State,
  {
    ofPartition,
    caught,
    ofFirst,
  }: { ofPartition: boolean; caught: ReadonlySet<string>; ofFirst: readonly string[] },
): Task['role'] {
  if (state.Resource?.includes(':sns:publish')) return 'notification';
  if (caught.has(name)) return 'diagnosis';
  if (isIndifferent(state)) return 'housekeeping';
  if (ofPartition) return 'step';
  // Its failure ends the execution in the same way as that of the first state.
  return failuresOf(state).some((next) => ofFirst.includes(next)) ? 'preparation' : 'report';
}

/** True if the task makes the call and, within a Map, makes it for the partition under fault. */
export function isOf(task: Task, { caller }: Call, hour = HOUR): boolean {
  return caller?.state === task.name && (!task.ofPartition || caller.input.includes(`"partition":"${hour}"`));
}

/**
 * A row of the matrix: a task, or a task that is called again because its statement outlasts the first invocation, or one
 * that works on a group of partitions.
 */
export interface Row {
  readonly task: Task;
  readonly isAgain: boolean;
  readonly isGroup: boolean;
}

/** The row's text in the matrix. */
export function rowName({ task, isAgain, isGroup }: Row): string {
  return isGroup ? `${task.name}, of a group` : isAgain ? `${task.name}, called again` : task.name;
}

/** Tells of each call, in their order, whether it belongs to the row. */
export function belongsTo({ task, isAgain }: Pick<Row, 'task' | 'isAgain'>): (call: Call) => boolean {
  let invocations = 0;
  return (call) => {
    if (!isOf(task, call)) return false;
    if (call.service === 'lambda') invocations += 1;
    return !isAgain || invocations > 1;
  };
}
