import * as z from 'zod';
import { statementProgress, type StatementProgress } from '../core/states';
import { stepHandler } from './shared/handler';
import { namingFile } from './shared/load-errors';
import { endStatement, pollStatement } from './shared/warehouse';

const event = z.object({ statement: statementProgress, timeout_minutes: z.number() });

/**
 * Long polls of 25 seconds in one invocation. One turn of the state machine costs seven of the 25,000 events of an
 * execution, and a hundred partitions may have long statements at the same time.
 */
const POLLS = 10;

/** Waits for any statement, and cancels it after its deadline. */
export const handler = stepHandler('AwaitStatement', event, async (input): Promise<StatementProgress> => {
  const poll = () => untilEnded(input);
  return input.statement.step === 'CopyToStaging' ? namingFile(input.statement.dataset, poll) : poll();
});

async function untilEnded(input: z.infer<typeof event>): Promise<StatementProgress> {
  let statement: StatementProgress = input.statement;
  const deadline = Date.parse(statement.submitted) + input.timeout_minutes * 60_000;
  for (let polls = 0; polls < POLLS; polls += 1) {
    statement = await pollStatement(statement, deadline);
    if (statement.status === 'FINISHED') return statement;
    if (Date.now() > deadline) return endStatement(statement, `${input.timeout_minutes} minutes`);
  }
  return statement;
}
