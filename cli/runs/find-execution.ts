import {
  DescribeExecutionCommand,
  paginateListExecutions,
  type DescribeExecutionCommandOutput,
} from '@aws-sdk/client-sfn';
import { executionArn } from '../../core/arn';
import { oneLine } from '../../core/one-line';
import { sluice } from '../shared/commands';
import type { Connection } from '../shared/connection';
import { UsageError } from '../shared/output';
import { plural } from '../shared/text';

/** Executions among which a part of a name is looked for, the newest. */
const MOST_SEARCHED = 2_000;
const SHOWN = 5;

/**
 * The execution with a name, or with an ARN, or the only one of the newest whose name has the text.
 * @throws UsageError if there is none, or more than one.
 */
export async function findExecution(
  connection: Connection,
  id: string,
): Promise<DescribeExecutionCommandOutput> {
  const { stepFunctions: client, stateMachineArn } = connection;
  const describe = (arn: string) => client.send(new DescribeExecutionCommand({ executionArn: arn }));
  try {
    return await describe(id.startsWith('arn:') ? id : executionArn(stateMachineArn, id));
  } catch (error) {
    if (!['ExecutionDoesNotExist', 'InvalidArn', 'ValidationException'].includes((error as Error).name))
      throw error;
  }
  const found: string[] = [];
  let searched = 0;
  for await (const page of paginateListExecutions({ client }, { stateMachineArn })) {
    for (const { name = '' } of page.executions ?? []) if (name.includes(id)) found.push(name);
    searched += page.executions?.length ?? 0;
    if (searched >= MOST_SEARCHED) break;
  }
  const [only, ...others] = found;
  if (only === undefined)
    throw new UsageError(
      `No execution is called "${oneLine(id)}", and none of the last ${plural(searched, 'execution')} has that in its name. ${sluice(connection, 'runs')} lists them.`,
    );
  if (others.length > 0)
    throw new UsageError(
      `${plural(found.length, 'execution')} have "${oneLine(id)}" in their names. Name one of them: ${found.slice(0, SHOWN).join(', ')}${found.length > SHOWN ? ' …' : ''}`,
    );
  return describe(executionArn(stateMachineArn, only));
}
