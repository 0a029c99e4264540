import { STILL_RUNNING } from '../core/errors';

/**
 * How many events the history of an execution can have, computed from the definition of its state machine.
 * Source: AWS Step Functions API Reference, "HistoryEvent". A test holds the counts to the twin's interpreter.
 */

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
}

/** The fields of a state that count. */
export interface State {
  readonly Type: 'Task' | 'Choice' | 'Pass' | 'Succeed' | 'Fail' | 'Parallel' | 'Map';
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly Branches?: readonly Workflow[];
  readonly ItemProcessor?: Workflow;
}

export interface Workflow {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** Entered and exited. */
const VISIT = 2;
/** An attempt of a Task: scheduled, started, and succeeded, failed or timed out. */
const ATTEMPT = 3;
/** Started, and succeeded or failed: of an execution, of a Parallel or Map, of an iteration. */
const STARTED_AND_ENDED = 2;

/** The events of one visit of a state without retries. Those of the states of a Map's iterations are not among them. */
export function eventsOf(state: State, ofBranch: (branch: Workflow) => number = longestPath): number {
  switch (state.Type) {
    case 'Fail':
      return 1;
    case 'Task':
      return VISIT + ATTEMPT;
    case 'Parallel':
      return VISIT + STARTED_AND_ENDED + total((state.Branches ?? []).map(ofBranch));
    case 'Map':
      return VISIT + STARTED_AND_ENDED;
    default:
      return VISIT;
  }
}

/** A retrier for a statement that runs longer than an invocation. What it costs depends on how long statements run. */
const isOfRunning = ({ ErrorEquals }: Retrier): boolean => ErrorEquals.includes(STILL_RUNNING);

/** The further events of a visit in which every retrier is used up, apart from those of running statements. */
function eventsOfRetries(state: State): number {
  const retriers = (state.Retry ?? []).filter((retrier) => !isOfRunning(retrier));
  const retries = total(retriers.map(({ MaxAttempts }) => MaxAttempts));
  return retries * (state.Type === 'Task' ? ATTEMPT : eventsOf(state) - VISIT);
}

/** What an execution does. */
export interface Work {
  /** The partitions that it takes, and how many are loaded at a time. Any two may be a group that is split. */
  readonly partitions: number;
  readonly concurrency: number;
  /** COPYs beyond the first of each partition, of all partitions together. */
  readonly furtherCopies: number;
  /** How often each of the concurrent partitions is called again since its statement is still running. */
  readonly turns: number;
  /** Whether each partition uses up the retries of the step with the most in each Map, and those of its diagnosis. */
  readonly retries: boolean;
}

/**
 * The most events of an execution without retries, or in which each partition uses up the retries of one step in each Map.
 * Retries of steps that then succeed are not among them.
 */
export function mostEvents(machine: Workflow, work: Work): number {
  const ofPartition = (partition: Workflow) =>
    STARTED_AND_ENDED + longestPath(partition) + (work.retries ? mostRetries(partition) : 0);
  const [loading] = partitionsOf(machine).slice(-1).map(ofPartition);
  return (
    STARTED_AND_ENDED +
    longestPath(machine) +
    work.partitions * total(partitionsOf(machine).map(ofPartition)) +
    // The groups that are split, and the Map that then loads their partitions.
    Math.floor(work.partitions / 2) * (loading ?? 0) +
    (work.partitions > 1 ? longestLoop(machine, 'LoadPartitions') : 0) +
    work.furtherCopies *
      Math.max(...partitionsOf(machine).map((partition) => longestLoop(partition, 'InspectAgain'))) +
    work.concurrency * work.turns * ATTEMPT
  );
}

/** The states that each partition goes through, Map by Map. */
function partitionsOf({ States }: Workflow): Workflow[] {
  const partitions = Object.values(States).flatMap(({ ItemProcessor }) => ItemProcessor ?? []);
  if (partitions.length === 0) throw new Error('The state machine has no Map.');
  return partitions;
}

/** Of the step whose retries have the most events, which ends the partition, and of DiagnoseFailure. */
function mostRetries({ States: { DiagnoseFailure, ...steps } }: Workflow): number {
  const ofStep = Math.max(...Object.values(steps).map(eventsOfRetries));
  return ofStep + (DiagnoseFailure ? eventsOfRetries(DiagnoseFailure) : 0);
}

/** The events of the longest way from the first state to an end that takes no transition twice. */
export function longestPath(workflow: Workflow): number {
  return longestWay(workflow, workflow.StartAt, (state) => successors(state).length === 0);
}

/** The events of the longest way from a state back to itself that takes no transition twice. */
export function longestLoop(workflow: Workflow, name: string): number {
  const state = workflow.States[name];
  if (!state) return 0;
  return longestWay(workflow, name, (_, at) => at === name) - eventsOf(state);
}

function longestWay(
  workflow: Workflow,
  from: string,
  isEnd: (state: State, name: string) => boolean,
  taken: ReadonlySet<string> = new Set(),
): number {
  const state = workflow.States[from];
  if (!state) throw new Error(`There is no state ${from}.`);
  const isFirst = taken.size === 0;
  if (isEnd(state, from) && (!isFirst || successors(state).length === 0)) return eventsOf(state);
  const rests = successors(state)
    .filter((next) => !taken.has(`${from} ${next}`))
    .map((next) => longestWay(workflow, next, isEnd, new Set([...taken, `${from} ${next}`])));
  return eventsOf(state) + Math.max(-Infinity, ...rests);
}

function successors({ Next, Default, Choices = [], Catch = [] }: State): string[] {
  const all = [Next, Default, ...Choices.map((each) => each.Next), ...Catch.map((each) => each.Next)];
  return [...new Set(all.filter((name) => name !== undefined))];
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
