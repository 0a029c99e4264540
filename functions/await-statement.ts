import * as z from 'zod';
import { statementProgress, type StatementProgress } from '../core/states';
import { stepHandler } from './shared/handler';
import { secondsLeft } from './shared/invocation';
import { namingFile } from './shared/load-errors';
import { endStatement, pollStatement } from './shared/warehouse';

const event = z.object({ statement: statementProgress, timeout_minutes: z.number() });

/**
 * An invocation asks until so many seconds of it are left: for a last poll, the cancellation of the statement and the name
 * of a bad file. It asks for long, because each turn of the state machine costs events; see core/execution-limits.ts.
 */
export const SECONDS_LEFT = 75;

/** Waits for any statement, and cancels it after its deadline. */
export const handler = stepHandler('AwaitStatement', event, async (input): Promise<StatementProgress> => {
  const poll = () => untilEnded(input);
  return input.statement.step === 'CopyToStaging' ? namingFile(input.statement.dataset, poll) : poll();
});

async function untilEnded(input: z.infer<typeof event>): Promise<StatementProgress> {
  let statement: StatementProgress = input.statement;
  const deadline = Date.parse(statement.submitted) + input.timeout_minutes * 60_000;
  do {
    statement = await pollStatement(statement, deadline);
    if (statement.status === 'FINISHED') return statement;
    if (Date.now() > deadline) return endStatement(statement, `${input.timeout_minutes} minutes`);
  } while (secondsLeft() > SECONDS_LEFT);
  return statement;
}
