import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { followExecution, isDone } from './load/follow';
import { findExecution } from './runs/find-execution';
import { sluice } from './shared/commands';
import type { Connection } from './shared/connection';
import { UsageError, type Output } from './shared/output';

/** Executions that run are few: one of each dataset, and those that people start. */
const MOST = 100;

/**
 * Follows an execution as `load` does. Ctrl-C ends only the command.
 * @param id its name, or a part of it. Default: the one that runs.
 * @returns the exit code, as that of `load`.
 * @throws UsageError if there is no such execution, or several run.
 */
export async function runWatch(connection: Connection, output: Output, id?: string): Promise<number> {
  const found = id === undefined ? await running(connection) : await findExecution(connection, id);
  if (found === undefined) return nothingRuns(connection, output);
  const { executionArn = '', name = '' } = found;
  const document = await followExecution(connection, output, { executionArn, name });
  output.document(document);
  return isDone(document) ? 0 : 1;
}

async function running(connection: Connection) {
  const { stepFunctions, stateMachineArn } = connection;
  const listing = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: MOST });
  const { executions = [] } = await stepFunctions.send(listing);
  if (executions.length > 1)
    throw new UsageError(
      `Several executions run. Name one:\n${executions.map(({ name }) => `  ${sluice(connection, `watch ${name}`)}`).join('\n')}`,
    );
  return executions[0];
}

async function nothingRuns(connection: Connection, output: Output): Promise<number> {
  const { stepFunctions, stateMachineArn } = connection;
  const { executions = [] } = await stepFunctions.send(
    new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }),
  );
  const [last] = executions;
  output.document({ execution: null });
  output.say(
    last === undefined
      ? `No execution runs, and none has started yet. ${sluice(connection, 'load')} starts one.`
      : `No execution runs. The last one ended ${last.status} at ${last.stopDate?.toISOString().slice(0, 19) ?? '?'}Z:\n  ${sluice(connection, `runs ${last.name}`)}`,
  );
  return 0;
}
