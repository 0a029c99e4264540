import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { userInfo } from 'node:os';
import type { Hour } from '../core/hour';
import { ledgerOf } from './ledger/ledger-of';
import { rangesOf } from './load/failed-hours';
import { findExecution } from './runs/find-execution';
import { sluiceOf } from './shared/commands';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';

/** The document of `--json`: scripts rely on it. */
export interface StopDocument {
  readonly execution: string;
  readonly status: string;
  /** False: it had ended before. */
  readonly stopped: boolean;
  /** The hours that it was loading. */
  readonly hours: readonly Hour[];
}

/**
 * Stops an execution. What it has committed stays; of an hour that it was loading, nothing or all is loaded, and the next
 * execution of the schedule ends its statements and finds out.
 * @param id its name, or a part of it. @returns the exit code.
 * @throws UsageError if there is no such execution.
 */
export async function runStop(connection: Connection, output: Output, id: string): Promise<number> {
  const { executionArn, name = '', status = '' } = await findExecution(connection, id);
  if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') {
    output.document({ execution: name, status, stopped: false, hours: [] } satisfies StopDocument);
    output.say(`${name} has ended already: ${status}. Nothing was stopped.`);
    return 0;
  }
  const loading = await hoursOf(connection, name);
  await connection.stepFunctions.send(
    new StopExecutionCommand({
      executionArn,
      error: 'Stopped',
      cause: `Stopped by ${whoami()}, with sluice stop.`,
    }),
  );
  const hours = loading.flatMap((each) => each.hours);
  output.document({ execution: name, status: 'ABORTED', stopped: true, hours } satisfies StopDocument);
  output.say(`Stopped ${name}. Hours that it has loaded stay loaded.`);
  if (hours.length === 0) {
    output.say('It had not begun to load an hour.');
    return 0;
  }
  output.say(
    'A statement that it has submitted may still run to its end. No hour is half loaded: the next execution of the schedule ends what is left and loads what is missing. At once:',
  );
  for (const { dataset, hours: each } of loading)
    for (const { from, to } of rangesOf(each))
      output.say(`  ${sluiceOf(connection, dataset, `load --from ${from} --to ${to} --all`)}`);
  return 0;
}

/** The hours that an execution loads, as the ledgers tell. */
async function hoursOf(connection: Connection, execution: string) {
  const found = await Promise.all(
    connection.datasets.map(async (dataset) => ({
      dataset,
      hours: (await ledgerOf(connection, dataset).hoursOf({ execution, since: new Date(0) })) ?? [],
    })),
  );
  return found.filter(({ hours }) => hours.length > 0);
}

/** CloudTrail has who called; this is what the execution itself shows. */
function whoami(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
