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

/** An execution that loaded, and of whose end the ledger does not tell. */
export interface UnfinishedLoad extends RunningExecution {
  readonly hours: readonly Hour[];
  /** Whether it surely has ended, with all of its statements. */
  readonly isOver: boolean;
}

/**
 * The executions that no longer run, as far as the service knows them, and never wrote how they ended. A merge of such an
 * execution may still run. It is ended: only then is the history's answer the last one.
 */
export async function unfinishedLoads(
  ledger: Ledger,
  { running, hours: told }: LedgerContent,
  {
    configuration,
    dataset,
    execution,
    state_machine,
  }: {
    readonly configuration: Configuration;
    readonly dataset: Dataset;
    readonly execution: string;
    readonly state_machine: string;
  },
): Promise<UnfinishedLoad[]> {
  const loads: UnfinishedLoad[] = [];
  for (const each of running.filter((other) => other.execution !== execution)) {
    const status = await statusOf(state_machine, each.execution);
    if (status === 'running') continue;
    const hours = await ledger.hoursOf(each);
    // It has ended since the ledger was read.
    if (hours === undefined) continue;
    const isTold = (hour: Hour) => told.get(hour)?.some((attempt) => attempt.execution === each.execution);
    if (status === 'ended' && hours.every(isTold)) {
      await settle(ledger, [{ ...each, hours, isOver: true }]);
      continue;
    }
    const isOver = status === 'ended' && (await endLoads(configuration, dataset, each.execution, hours));
    loads.push({ ...each, hours, isOver });
  }
  return loads;
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
async function endLoads(
  configuration: Configuration,
  dataset: Dataset,
  execution: string,
  hours: readonly Hour[],
): Promise<boolean> {
  try {
    for (const partition of hours)
      await endStatements(configuration, { dataset: dataset.name, partition, execution });
    return true;
  } catch (error) {
    logger.warn('A statement of an execution that ended may still run', { execution, error: error as Error });
    return false;
  }
}

/** The history has told all of them, apart from those that may still run. */
export async function settle(
  ledger: Ledger,
  loads: readonly UnfinishedLoad[],
  now: Date = new Date(),
): Promise<void> {
  const over = loads.filter(
    ({ isOver, since }) => isOver || now.getTime() - since.getTime() > LONGEST_EXECUTION,
  );
  for (const { execution } of over)
    await ledger.end(execution).catch((error: unknown) => {
      logger.warn('The ledger still calls an execution running', { execution, error: error as Error });
    });
}
