import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  paginateGetExecutionHistory,
  StartExecutionCommand,
  type DescribeExecutionCommandOutput,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { nameOfStateMachine } from '../../core/arn';
import type { Site } from './site';
import { Stopped } from './warehouse';

/** An execution that has ended, with its history. */
export interface Execution {
  readonly ended: DescribeExecutionCommandOutput;
  readonly events: readonly HistoryEvent[];
}

/** A probe's executions wait for a retry at most. */
const LONGEST_SECONDS = 60;

/**
 * Makes a state machine with the role of the stack's, which is removed in the end.
 * @param name what it is for: it is a part of its name. @returns its ARN
 */
export async function makeStateMachine(site: Site, name: string, definition: object): Promise<string> {
  site.signal.throwIfAborted();
  const { stepFunctions, stateMachineArn: own } = site.connection;
  const { roleArn } = await stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn: own }));
  const full = `${site.name}-${name}`.replaceAll('_', '-');
  const stateMachineArn = `${own.slice(0, own.length - nameOfStateMachine(own).length)}${full}`;
  const made = {
    what: `state machine ${full}`,
    how: `aws stepfunctions delete-state-machine --state-machine-arn ${stateMachineArn}`,
    remove: async (abortSignal: AbortSignal) => {
      await stepFunctions.send(new DeleteStateMachineCommand({ stateMachineArn }), { abortSignal });
    },
  };
  await site.cleaning.make(made, () =>
    stepFunctions.send(
      new CreateStateMachineCommand({ name: full, definition: JSON.stringify(definition), roleArn }),
    ),
  );
  return stateMachineArn;
}

/** Runs an execution to its end. @throws Stopped; the client's errors */
export async function execute(site: Site, stateMachineArn: string, input: object): Promise<Execution> {
  const { stepFunctions, pollInterval } = site.connection;
  const { executionArn } = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  const deadline = Date.now() + LONGEST_SECONDS * 1_000;
  for (;;) {
    const ended = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if (ended.status !== 'RUNNING') {
      const events: HistoryEvent[] = [];
      for await (const page of paginateGetExecutionHistory({ client: stepFunctions }, { executionArn }))
        events.push(...(page.events ?? []));
      return { ended, events };
    }
    if (Date.now() > deadline) throw new Error(`The execution still runs after ${LONGEST_SECONDS} s.`);
    await sleep(pollInterval, undefined, { signal: site.signal }).catch(() => {
      throw new Stopped('interrupted');
    });
  }
}
