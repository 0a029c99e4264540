import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../cli/shared/connection';

export interface Execution {
  readonly name: string;
  readonly arn: string;
}

export interface Ended {
  readonly name: string;
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/** Between two looks at what runs, in milliseconds: loads of a few rows take hardly longer. */
const POLL_INTERVAL = 20;
/** On a busy machine each look is time taken from what is looked at: so they become rarer. */
const LONGEST_INTERVAL = 200;

export async function start(connection: Connection, name: string, input: object): Promise<Execution> {
  const { stepFunctions, stateMachineArn } = connection;
  const { executionArn = '' } = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return { name, arn: executionArn };
}

export async function ended(connection: Connection, { name, arn }: Execution): Promise<Ended> {
  for (let interval = POLL_INTERVAL; ; interval = Math.min(interval * 1.2, LONGEST_INTERVAL)) {
    const { status, error, cause } = await connection.stepFunctions.send(
      new DescribeExecutionCommand({ executionArn: arn }),
    );
    if (status !== 'RUNNING') return { name, status: status ?? '', error, cause };
    await sleep(interval);
  }
}

/** Stops an execution, wherever it is. */
export async function stop(connection: Connection, { arn }: Execution): Promise<void> {
  await connection.stepFunctions.send(new StopExecutionCommand({ executionArn: arn }));
}

/** Waits until a statement whose name begins so has finished. @returns whether it did within the time. */
export async function untilFinished(
  { redshiftData }: Connection,
  statementName: string,
  milliseconds: number,
): Promise<boolean> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(POLL_INTERVAL / 2)) {
    const { Statements = [] } = await redshiftData.send(
      new ListStatementsCommand({ StatementName: statementName, Status: 'FINISHED' }),
    );
    if (Statements.length > 0) return true;
  }
  return false;
}

/** A function that was called before its execution was stopped runs on, and may submit one more statement. */
const QUIET_LOOKS = 3;

/** Waits until nothing runs any more whose statement name begins so. */
export async function untilQuiet({ redshiftData }: Connection, statementName: string): Promise<void> {
  for (let quiet = 0; quiet < QUIET_LOOKS; await sleep(POLL_INTERVAL)) {
    const { Statements = [] } = await redshiftData.send(
      new ListStatementsCommand({ StatementName: statementName, Status: 'ALL' }),
    );
    const running = Statements.some(({ Status = '' }) => ['SUBMITTED', 'PICKED', 'STARTED'].includes(Status));
    quiet = running ? 0 : quiet + 1;
  }
}
