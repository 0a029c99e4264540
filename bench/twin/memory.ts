import type { Calls } from './calls';
import type { Memory } from './twin-process';

const STAGES = 10;

/**
 * Sends many requests and reads the twin's memory after each tenth. No request leaves anything behind that AWS would
 * remember: they read, or write the same key again. Each service that clients use is called in turn.
 */
export async function memoryOver(
  requests: number,
  calls: Calls,
  memory: () => Promise<Memory>,
): Promise<readonly Memory[]> {
  const turns = await turnsOf(calls);
  const found: Memory[] = [];
  for (let stage = 1; stage <= STAGES; stage += 1) {
    await calls.repeat(requests / STAGES, (number) => turns[number % turns.length]!());
    found.push(await memory());
  }
  return found;
}

async function turnsOf(calls: Calls): Promise<readonly (() => Promise<string>)[]> {
  const { bucket, stream, state_machine_arn: stateMachineArn } = calls.twin;
  const Id = await calls.select();
  const put = () => calls.put('bench/key', 'x'.repeat(1_000));
  await put();
  return [
    put,
    () => calls.call(`/${bucket}/bench/key`),
    () => calls.call(`/${bucket}?list-type=2`),
    () => calls.json('Firehose_20150804.DescribeDeliveryStream', { DeliveryStreamName: stream }),
    () => calls.json('RedshiftData.DescribeStatement', { Id }),
    () => calls.json('RedshiftData.GetStatementResult', { Id }),
    () => calls.json('AWSStepFunctions.DescribeStateMachine', { stateMachineArn }),
    () => calls.json('AWSStepFunctions.ListExecutions', { stateMachineArn }),
  ];
}
