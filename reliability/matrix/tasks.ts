import type { Call } from '../../local/faults/fault-injector';
import { HOUR } from './lake';

/** A state of Type Task, with what a fault needs to know. */
export interface Task {
  readonly name: string;
  /**
   * What its failure means for an execution: `listing` begins it, `step` belongs to one partition, a Catch leads to
   * `diagnosis`, `housekeeping` continues the same way whether it fails or not, `notification` calls SNS, and `report`
   * is any other state outside the Map.
   */
  readonly role: 'listing' | 'step' | 'diagnosis' | 'housekeeping' | 'report' | 'notification';
  /** True if the state is within the Map, once for each partition. */
  readonly ofPartition: boolean;
  /** The first state of its branch; undefined outside a Parallel. */
  readonly branchStart: string | undefined;
}

interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly Catch?: readonly { readonly Next: string }[];
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
  readonly Iterator?: Machine;
}

/** Every task of a compiled state machine, at any depth, in the order of the definition. */
export function tasksOf(definition: string): readonly Task[] {
  const machine = JSON.parse(definition) as Machine;
  return [...tasksIn(machine, machine.StartAt, false, undefined)];
}

function* tasksIn(
  { States: states }: Machine,
  first: string,
  ofPartition: boolean,
  branchStart: string | undefined,
): Generator<Task> {
  const caught = new Set(
    Object.values(states)
      .filter((state) => !isIndifferent(state))
      .flatMap((state) => (state.Catch ?? []).map((each) => each.Next)),
  );
  for (const [name, state] of Object.entries(states)) {
    if (state.Type === 'Task') {
      yield { name, role: roleOf(name, state, { first, ofPartition, caught }), ofPartition, branchStart };
    }
    for (const branch of state.Branches ?? []) yield* tasksIn(branch, first, ofPartition, branch.StartAt);
    const processor = state.ItemProcessor ?? state.Iterator;
    if (processor) yield* tasksIn(processor, first, true, undefined);
  }
}

/** True if the execution continues the same way whether the state fails or not. */
function isIndifferent(state: State): boolean {
  return state.Catch?.some((each) => each.Next === state.Next) === true;
}

function roleOf(
  name: string,
  state: State,
  { first, ofPartition, caught }: { first: string; ofPartition: boolean; caught: ReadonlySet<string> },
): Task['role'] {
  if (name === first) return 'listing';
  if (state.Resource?.includes(':sns:publish')) return 'notification';
  if (caught.has(name)) return 'diagnosis';
  if (isIndifferent(state)) return 'housekeeping';
  return ofPartition ? 'step' : 'report';
}

/** True if the task makes the call and, within the Map, makes it for the partition under fault. */
export function isOf(task: Task, { caller }: Call, hour = HOUR): boolean {
  return caller?.state === task.name && (!task.ofPartition || caller.input.includes(`"partition":"${hour}"`));
}
