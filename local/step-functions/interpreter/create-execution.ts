import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock';
import type { Json } from '../json';
import type { Execution } from './execution';
import { History, type RecordedEvent } from './history';
import { type Backends, taskResource } from './resources';
import { runWorkflow } from './workflow';

export interface ExecutionSettings {
  readonly name: string;
  readonly input: Json;
  readonly roleArn: string;
  readonly stateMachineName: string;
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly backends: Backends;
  readonly random?: () => number;
  /** Called with every event when it happens. */
  readonly keep: (event: RecordedEvent) => void;
  /** Called when a state is entered, and when its work is tried again. */
  readonly onTransition?: (() => void) | undefined;
}

/** Creates the object that all states of an execution share. */
export function createExecution(settings: ExecutionSettings): Execution {
  const { name, input, roleArn, stateMachineName, region, accountId, clock, backends } = settings;
  const prefix = `arn:aws:states:${region}:${accountId}`;
  const execution: Execution = {
    arn: `${prefix}:execution:${stateMachineName}:${name}`,
    name,
    input,
    startTime: clock.now(),
    roleArn,
    stateMachine: { arn: `${prefix}:stateMachine:${stateMachineName}`, name: stateMachineName },
    region,
    accountId,
    clock,
    history: new History(clock, settings.keep),
    random: settings.random ?? Math.random,
    onTransition: settings.onTransition ?? (() => {}),
    resource: (resource) => taskResource(resource, backends),
    run: (workflow, data, thread) => runWorkflow(workflow, data, thread, execution),
    child: (label, childInput) =>
      createExecution({
        ...settings,
        name: randomUUID(),
        input: childInput,
        stateMachineName: `${stateMachineName}/${label}`,
        keep: () => {},
      }),
  };
  return execution;
}
