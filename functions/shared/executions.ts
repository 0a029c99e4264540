import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { executionArn } from '../../core/arn';
import { diagnoseClientError } from '../../core/diagnosis';
import { traced } from './tracing';

const client = traced(new SFNClient({}));

/** `unknown`: the service does not know it. It may belong to another state machine, and may still run. */
export type ExecutionStatus = 'running' | 'ended' | 'unknown';

/**
 * @param stateMachine its ARN. @param name the name of the execution.
 * @throws LoadError as diagnosed
 */
export async function executionStatus(stateMachine: string, name: string): Promise<ExecutionStatus> {
  const arn = executionArn(stateMachine, name);
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
    return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return 'unknown';
    throw diagnoseClientError(error, `DescribeExecution ${arn}`);
  }
}
