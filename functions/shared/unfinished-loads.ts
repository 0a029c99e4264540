import type { Dataset } from '../../core/dataset';
import { isTransient, LoadError } from '../../core/errors';
import type { Hour } from '../../core/hour';
import type { Configuration } from './configuration';
import { executionStatus, type ExecutionStatus } from './executions';
import { logger } from './handler';
import type { Ledger, LedgerContent, RunningExecution } from './ledger';
import { endStatements } from './warehouse';

/** An execution ends after a day at most. Source: `TimeoutSeconds` in statemachines/load.asl.yml. */
const LONGEST_EXECUTION = 24 * 60 * 60 * 1_000;

/** An execution that loaded, is not known to run any more, and never wrote that it has ended. */
export interface UnfinishedLoad extends RunningExecution {
  readonly hours: readonly Hour[];
  /** Whether it surely has ended; one of its statements may still run. */
  readonly hasEnded: boolean;
  /** Whether it has ended and the ledger tells of all of its hours, so that there is nothing to ask. */
  readonly isTold: boolean;
}

/** The executions that no longer run, as far as the service knows them, and never wrote that they have ended. */
export async function unfinishedLoads(
  ledger: Ledger,
  { running, hours: told }: LedgerContent,
  { execution, state_machine }: { readonly execution: string; readonly state_machine: string },
): Promise<UnfinishedLoad[]> {
  const loads: UnfinishedLoad[] = [];
  for (const each of running.filter((other) => other.execution !== execution)) {
    const status = await statusOf(state_machine, each.execution);
    if (status === 'running') continue;
    const hours = await ledger.hoursOf(each);
    // It has ended since the ledger was read.
    if (hours === undefined) continue;
    const isKnown = (hour: Hour) => told.get(hour)?.some((attempt) => attempt.execution === each.execution);
    const hasEnded = status === 'ended';
    loads.push({ ...each, hours, hasEnded, isTold: hasEnded && hours.every(isKnown) });
  }
  return loads;
}

/**
 * Ends the statements of these executions: a merge may still run, and only afterwards the history's answer is the last one.
 * @returns those of which surely nothing runs any more.
 */
export async function endUnfinished(
  configuration: Configuration,
  dataset: Dataset,
  loads: readonly UnfinishedLoad[],
): Promise<readonly UnfinishedLoad[]> {
  const over: UnfinishedLoad[] = [];
  for (const load of loads) {
    const isOver =
      load.isTold || (load.hasEnded && (await endExecution(configuration, dataset, load.execution)));
    if (isOver) over.push(load);
  }
  return over;
}

/** An execution of which nobody can say anything must not keep others from loading. */
async function statusOf(stateMachine: string, execution: string): Promise<ExecutionStatus> {
  try {
    return await executionStatus(stateMachine, execution);
  } catch (error) {
    if (error instanceof LoadError && isTransient(error.name)) throw error;
    logger.warn('Whether an execution runs is unknown', { execution, error: error as Error });
    return 'unknown';
  }
}

/** @returns whether none of its statements runs any more. */
async function endExecution(
  configuration: Configuration,
  dataset: Dataset,
  execution: string,
): Promise<boolean> {
  try {
    await endStatements(configuration, { dataset: dataset.name, execution });
    return true;
  } catch (error) {
    logger.warn('A statement of an execution that ended may still run', { execution, error: error as Error });
    return false;
  }
}

/** The history has told all of them. @param over those of which nothing runs any more. */
export async function settle(
  ledger: Ledger,
  loads: readonly UnfinishedLoad[],
  over: readonly UnfinishedLoad[],
  now: Date,
): Promise<void> {
  const settled = loads.filter(
    (each) => over.includes(each) || now.getTime() - each.since.getTime() > LONGEST_EXECUTION,
  );
  for (const { execution } of settled)
    await ledger.end(execution).catch((error: unknown) => {
      logger.warn('The ledger still calls an execution running', { execution, error: error as Error });
    });
}
