import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { executionArn } from '../../core/arn';
import { diagnoseClientError } from '../../core/diagnosis';
import { traced } from './tracing';

const client = traced(new SFNClient({}));

/**
 * Whether an execution of a state machine has ended. False for an execution that the service does not know: it may
 * belong to another state machine, and may still run.
 * @param stateMachine its ARN. @param name the name of the execution.
 * @throws LoadError as diagnosed
 */
export async function hasEnded(stateMachine: string, name: string): Promise<boolean> {
  const arn = executionArn(stateMachine, name);
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
    return status !== 'RUNNING' && status !== 'PENDING_REDRIVE';
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return false;
    throw diagnoseClientError(error, `DescribeExecution ${arn}`);
  }
}
