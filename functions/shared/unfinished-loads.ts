import type { Dataset } from '../../core/dataset';
import type { Hour } from '../../core/hour';
import type { Configuration } from './configuration';
import { executionStatus } from './executions';
import { logger } from './handler';
import { allowed } from './lake';
import type { Ledger, LedgerContent, RunningExecution } from './ledger';
import { endStatements } from './warehouse';

/** An execution ends after a day at most. Source: `TimeoutSeconds` in statemachines/load.asl.yml. */
const LONGEST_EXECUTION = 24 * 60 * 60 * 1_000;

/** An execution that loaded, and of whose end the ledger does not tell. */
export interface UnfinishedLoad extends RunningExecution {
  readonly hours: readonly Hour[];
  readonly isKnown: boolean;
}

/** The executions that no longer run, as far as the service knows them, and never wrote how they ended. */
export async function unfinishedLoads(
  ledger: Ledger,
  { running }: LedgerContent,
  { execution, state_machine }: { readonly execution: string; readonly state_machine: string },
): Promise<UnfinishedLoad[]> {
  const loads: UnfinishedLoad[] = [];
  for (const each of running.filter((other) => other.execution !== execution)) {
    const status = await allowed(
      () => executionStatus(state_machine, each.execution),
      'unknown',
      `execution ${each.execution}`,
    );
    if (status === 'running') continue;
    loads.push({ ...each, hours: await ledger.hoursOf(each), isKnown: status === 'ended' });
  }
  return loads;
}

/** A merge of an execution that ended may still run. Only when it has ended is the history's answer the last one. */
export async function endLoad(
  configuration: Configuration,
  dataset: Dataset,
  { execution, hours, isKnown }: UnfinishedLoad,
): Promise<void> {
  if (!isKnown) return;
  for (const partition of hours)
    await endStatements(configuration, { dataset: dataset.name, partition, execution });
}

/** The history has told all of them, apart from one that may still run. */
export async function settle(ledger: Ledger, loads: readonly UnfinishedLoad[], now: Date): Promise<void> {
  const over = loads.filter(
    ({ isKnown, since }) => isKnown || now.getTime() - since.getTime() > LONGEST_EXECUTION,
  );
  for (const { execution } of over)
    await ledger.end(execution).catch((error: unknown) => {
      logger.warn('The ledger still calls an execution running', { execution, error: error as Error });
    });
}
