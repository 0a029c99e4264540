import { SECONDS_LEFT } from '../../functions/shared/warehouse';
import type { FaultRule } from '../../local/faults/fault-rule';
import { APART, HOUR, SCHEDULED, TOGETHER, type Older } from './lake';
import type { Task } from './tasks';

/** The longest time that a long poll is held. */
export const LONGEST_POLL_SECONDS = 0.5;
/**
 * The longest time that a function has. A step polls its statement for two seconds before it is called again, and a short
 * statement has half a minute.
 */
export const LONGEST_INVOCATION_SECONDS = SECONDS_LEFT + 2;
/** The duration of a statement that only a cancel ends. */
export const ENDLESS_MS = 900_000;
/** The number of hits of a lasting fault: more than all retries together. */
export const FOR_GOOD = 10_000;

/** The error of the ways that fail. */
export const WAY_ERROR = 'StatementFailed';
const UNHEARD_OF = 'ERROR: Assert\n  error: Assert\n  code: 1000\n  context: unheard of, of the way itself';

/**
 * The course of an execution without a cell's fault, chosen so that it reaches the cell's task. `called again`: each
 * statement outlasts the first invocation of its step. `ledger ahead`: the ledger tells of loads that the warehouse has
 * lost, so that the partitions are inspected again. `nothing`: there are no files of the hour, only records that never
 * became Parquet. `group`: both partitions are loaded together.
 */
export const WAYS = [
  'plain',
  'called again',
  'group',
  'ledger ahead',
  'nothing',
  'partition fails',
  'preparation fails',
  'scheduled',
] as const;
export type Way = (typeof WAYS)[number];

/** The older partition of an execution that goes this way. */
export function olderOf(way: Way): Older {
  return way === 'group' ? TOGETHER : APART;
}

/** The input of an execution that goes this way. */
export function inputOf(way: Way): object {
  return way === 'scheduled' ? SCHEDULED : olderOf(way).both;
}

/** Aims a rule at a state and, within a Map, at the one partition. */
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
    case 'partition fails':
      // The last statement: the staging table exists and must be removed.
      return failing(tasks.findLast(({ isLong }) => isLong));
    case 'preparation fails':
      // Only the last task of the preparation makes a statement.
      return failing(tasks.findLast(({ role }) => role === 'preparation'));
    default:
      return [];
  }
}

/** The tasks whose first statement outlasts an invocation so that an execution goes this way. */
export function outlasting(way: Way, tasks: readonly Task[]): readonly Task[] {
  return way === 'called again' ? tasks.filter(({ isLong }) => isLong) : [];
}

/** Makes the first statement of a task run until it is cancelled. */
export function endless(task: Task): FaultRule {
  const fault = { type: 'delay', ms: ENDLESS_MS } as const;
  return { service: 'redshift-data', operation: 'statement', ...aimedAt(task), fault };
}
