import type { FaultRule } from '../../local/faults/fault-rule';
import type { Hold } from './holds';
import { BOTH, HOUR, SCHEDULED } from './lake';
import type { Task } from './tasks';

/** A long poll is held back so long; a statement that has not ended by then is awaited by a state of its own. */
export const LONGEST_POLL_SECONDS = 0.5;
/** What a statement takes that is awaited for good: nothing but a cancel ends it. */
export const ENDLESS_MS = 900_000;
/** A fault that lasts: longer than all retries of everything. */
export const FOR_GOOD = 10_000;

/** The error that the failing ways fail with. */
export const WAY_ERROR = 'StatementFailed';
const UNHEARD_OF = 'ERROR: Assert\n  error: Assert\n  code: 1000\n  context: unheard of, of the way itself';

/** How an execution goes without the fault of a cell, chosen so that the cell's task is reached. */
export type Way = 'plain' | 'awaited' | 'partition fails' | 'listing fails' | 'scheduled';
export const WAYS: readonly Way[] = ['plain', 'awaited', 'partition fails', 'listing fails', 'scheduled'];

/** What an execution that goes this way is started with. */
export function inputOf(way: Way): object {
  return way === 'scheduled' ? SCHEDULED : BOTH;
}

/** Aims a rule at a state and, within the Map, at the one partition. */
export function aimedAt(task: Pick<Task, 'name' | 'ofPartition'>): Pick<FaultRule, 'state' | 'input'> {
  return { state: task.name, ...(task.ofPartition ? { input: `"partition":"${HOUR}"` } : {}) };
}

/** The rules that make an execution go this way. @param tasks those of the state machine, to find its own by */
export function rulesOf(way: Way, tasks: readonly Task[]): readonly FaultRule[] {
  const failing = (task: Task | undefined): FaultRule[] => [
    {
      service: 'redshift-data',
      operation: 'statement',
      ...aimedAt(task ?? { name: 'no such state', ofPartition: false }),
      fault: { type: 'statement', status: 'FAILED', error: UNHEARD_OF },
    },
  ];
  switch (way) {
    case 'plain':
    case 'scheduled':
    case 'awaited':
      return [];
    case 'partition fails':
      // The last of the submitting states: its staging table stands and has to go.
      return failing(tasks.findLast((task) => task.branchStart === task.name));
    case 'listing fails':
      return failing(tasks.find((task) => task.role === 'listing'));
  }
}

/** The statements that are held back for an execution to go this way. */
export function holdsOf(way: Way, tasks: readonly Task[]): readonly Hold[] {
  if (way !== 'awaited') return [];
  return tasks
    .filter((task) => task.branchStart === task.name)
    .map((by) => ({
      by,
      until: tasks.filter(({ branchStart, name }) => branchStart === by.name && name !== by.name),
    }));
}

/** The statements of a state run until they are cancelled. @param match only those that begin so */
export function endless(task: Task, match: string): FaultRule {
  const fault = { type: 'delay', ms: ENDLESS_MS } as const;
  const aim = aimedAt(task);
  return { service: 'redshift-data', operation: 'statement', ...aim, match, times: FOR_GOOD, fault };
}
