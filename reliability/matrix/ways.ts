import type { FaultRule } from '../../local/faults/fault-rule';
import type { Hold } from './holds';
import { BOTH, HOUR, SCHEDULED } from './lake';
import type { Task } from './tasks';

/** The longest time that a long poll is held. A statement that runs longer is awaited by a state of its own. */
export const LONGEST_POLL_SECONDS = 0.5;
/** The longest time that a function has. It leaves a short statement ten seconds. */
export const LONGEST_INVOCATION_SECONDS = 50;
/** The duration of a statement that only a cancel ends. */
export const ENDLESS_MS = 900_000;
/** The number of hits of a lasting fault: more than all retries together. */
export const FOR_GOOD = 10_000;

/** The error of the ways that fail. */
export const WAY_ERROR = 'StatementFailed';
const UNHEARD_OF = 'ERROR: Assert\n  error: Assert\n  code: 1000\n  context: unheard of, of the way itself';

/** The course of an execution without a cell's fault, chosen so that it reaches the cell's task. */
export type Way = 'plain' | 'awaited' | 'partition fails' | 'listing fails' | 'scheduled';
export const WAYS: readonly Way[] = ['plain', 'awaited', 'partition fails', 'listing fails', 'scheduled'];

/** The input of an execution that goes this way. */
export function inputOf(way: Way): object {
  return way === 'scheduled' ? SCHEDULED : BOTH;
}

/** Aims a rule at a state and, within the Map, at the one partition. */
export function aimedAt(task: Pick<Task, 'name' | 'ofPartition'>): Pick<FaultRule, 'state' | 'input'> {
  return { state: task.name, ...(task.ofPartition ? { input: `"partition":"${HOUR}"` } : {}) };
}

/**
 * The rules that make an execution go this way. @param tasks the state machine's tasks, among which the way finds its
 * own
 */
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
      // The last of the submitting states: the staging table exists and must be removed.
      return failing(tasks.findLast((task) => task.branchStart === task.name));
    case 'listing fails':
      return failing(tasks.find((task) => task.role === 'listing'));
  }
}

/** The statements that are held back so that an execution goes this way. */
export function holdsOf(way: Way, tasks: readonly Task[]): readonly Hold[] {
  if (way !== 'awaited') return [];
  return tasks
    .filter((task) => task.branchStart === task.name)
    .map((by) => ({
      by,
      until: tasks.filter(({ branchStart, name }) => branchStart === by.name && name !== by.name),
    }));
}

/** Makes the statements of a state run until they are cancelled. @param match only statements with this beginning */
export function endless(task: Task, match: string): FaultRule {
  const fault = { type: 'delay', ms: ENDLESS_MS } as const;
  const aim = aimedAt(task);
  return { service: 'redshift-data', operation: 'statement', ...aim, match, times: FOR_GOOD, fault };
}
