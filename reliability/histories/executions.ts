import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../cli/shared/connection';
import type { LoadReport } from '../../core/report';
import type { TestTwin } from '../../testkit/test-twin';

export interface Execution {
  readonly name: string;
  readonly arn: string;
}

export interface Ended {
  readonly name: string;
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  /** What the execution says about itself; undefined if it was stopped before. */
  readonly report: LoadReport | undefined;
}

/** Milliseconds between two status requests: loads of a few rows hardly take longer. */
const POLL_INTERVAL = 30;
/** On a busy machine each request takes time from the execution, so requests become rarer. */
const LONGEST_INTERVAL = 200;

export async function start(connection: Connection, name: string, input: object): Promise<Execution> {
  const { stepFunctions, stateMachineArn } = connection;
  const { executionArn = '' } = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return { name, arn: executionArn };
}

export async function ended(connection: Connection, { name, arn }: Execution): Promise<Ended> {
  for (let interval = POLL_INTERVAL; ; interval = Math.min(interval * 1.4, LONGEST_INTERVAL)) {
    const { status, error, cause } = await connection.stepFunctions.send(
      new DescribeExecutionCommand({ executionArn: arn }),
    );
    if (status !== 'RUNNING')
      return { name, status: status ?? '', error, cause, report: await reportOf(connection, arn) };
    await sleep(interval);
  }
}

/** The report is among the last events of an execution: the first page is enough. */
async function reportOf(connection: Connection, executionArn: string): Promise<LoadReport | undefined> {
  const { events = [] } = await connection.stepFunctions.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 20 }),
  );
  const exited = events
    .map((event) => event.stateExitedEventDetails)
    .find((each) => each?.name === 'ReportLoad');
  return exited?.output === undefined ? undefined : (JSON.parse(exited.output) as LoadReport);
}

/** Stops an execution, at whatever state it is. */
export async function stop(connection: Connection, { arn }: Execution): Promise<void> {
  await connection.stepFunctions.send(new StopExecutionCommand({ executionArn: arn }));
}

/** One look may miss a line that is not in the log yet. */
const QUIET_LOOKS = 2;

/**
 * Waits until nothing of a stopped execution runs any more. A function that was called before the stop runs on, and
 * may submit one more statement, whose name has this beginning.
 */
export async function untilQuiet(twin: TestTwin, statementName: string): Promise<void> {
  let quiet = 0;
  while (quiet < QUIET_LOOKS) {
    const { Statements = [] } = await twin.connection.redshiftData.send(
      new ListStatementsCommand({ StatementName: statementName, Status: 'ALL' }),
    );
    const running = Statements.some(({ Status = '' }) => ['SUBMITTED', 'PICKED', 'STARTED'].includes(Status));
    quiet = running || functionsRun(twin) ? 0 : quiet + 1;
    await sleep(POLL_INTERVAL);
  }
}

/** True if the function's log has the start of an invocation but not yet its end. */
function functionsRun({ stateDirectory }: TestTwin): boolean {
  const logs = join(stateDirectory, 'lambda', 'logs');
  return readdirSync(logs).some((file) => {
    const lines = readFileSync(join(logs, file), 'utf8').split('\n');
    const count = (beginning: string) => lines.filter((line) => line.startsWith(beginning)).length;
    return count('START RequestId') > count('END RequestId');
  });
}
