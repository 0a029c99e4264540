import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, systemClock } from '../clock';
import type { AwsJsonService } from '../http/aws-json-service';
import type { RequestContext } from '../http/request-context';
import { validate, validationError } from '../http/validation';
import type { LambdaRuntime } from '../lambda/lambda-runtime';
import type { Meter } from '../metering/meter';
import { ServiceError } from '../service-error';
import { type ExecutionRecord, Executions } from './executions';
import type { Integrations } from './integrations';
import { nestingOf } from './json';
import { limits } from './limits';
import { checkName } from './names';
import { pageOf } from './pages';
import { isOperation, type OperationName, type RequestOf, requests } from './requests';
import {
  executionDescription,
  executionItem,
  historyEvent,
  seconds,
  stateMachineDescription,
} from './responses';
import { type StateMachineSettings, StateMachines } from './state-machines';

export interface StepFunctionsOptions {
  /** Folder for state machines and executions. */
  readonly directory: string;
  readonly lambda: LambdaRuntime;
  readonly integrations: Integrations;
  readonly region: string;
  readonly accountId: string;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  readonly meter?: Meter;
}

type Operations = { readonly [O in OperationName]: (input: RequestOf<O>) => object | Promise<object> };

/**
 * Step Functions with STANDARD state machines in the Amazon States Language with JSONPath. Executions run concurrently.
 * Their records survive a restart of the twin; an execution that was running is ABORTED then.
 */
export class StepFunctionsService implements AwsJsonService {
  readonly name = 'step-functions';
  readonly target = 'AWSStepFunctions';
  readonly contentType = 'application/x-amz-json-1.0';
  private readonly machines: StateMachines;
  private readonly executions: Executions;

  constructor({
    directory,
    lambda,
    integrations,
    region,
    accountId,
    clock = systemClock,
    meter,
  }: StepFunctionsOptions) {
    this.machines = new StateMachines(
      join(directory, 'state-machines'),
      `arn:aws:states:${region}:${accountId}`,
      () => clock.now(),
    );
    this.executions = new Executions({
      directory: join(directory, 'executions'),
      region,
      accountId,
      clock,
      backends: { lambda, integrations },
      meter,
    });
  }

  /**
   * Deploys a state machine: creates it, or replaces the one of that name.
   * @returns its ARN.
   * @throws ServiceError InvalidDefinition, InvalidName, StateMachineTypeNotSupported
   */
  putStateMachine(settings: StateMachineSettings): string {
    return this.machines.put(settings).arn;
  }

  /** Waits until an execution's end is on disk. @returns the answer of DescribeExecution. */
  async waitFor(executionArn: string) {
    return executionDescription(await this.executions.waitFor(executionArn));
  }

  async call(operation: string, input: unknown, _request: RequestContext): Promise<unknown> {
    if (!isOperation(operation)) {
      throw new ServiceError(
        'UnknownOperationException',
        `The local twin has no operation ${this.target}.${operation}`,
      );
    }
    const request = validate(requests[operation], input);
    const run = this.operations[operation] as (request: unknown) => object | Promise<object>;
    return run(request);
  }

  /** The call's ARN or name, for fault rules. */
  subject(_operation: string, input: unknown): string {
    const { executionArn, stateMachineArn, name } = (input ?? {}) as Record<string, unknown>;
    return [executionArn, stateMachineArn, name].find((each) => typeof each === 'string') ?? '';
  }

  close(): Promise<void> {
    return this.executions.close();
  }

  private readonly operations: Operations = {
    CreateStateMachine: (settings) => {
      const { arn, creationDate } = this.machines.create(settings);
      return { stateMachineArn: arn, creationDate: seconds(creationDate) };
    },

    DeleteStateMachine: async ({ stateMachineArn }) => {
      this.machines.remove(stateMachineArn);
      await this.executions.removeOf(stateMachineArn);
      return {};
    },

    DescribeStateMachine: ({ stateMachineArn, includedData }) =>
      stateMachineDescription(this.machines.get(stateMachineArn), includedData),

    ListStateMachines: ({ maxResults, nextToken }) => {
      const page = pageOf(this.machines.all(), maxResults, nextToken);
      const stateMachines = page.items.map(({ arn, name, creationDate }) => ({
        stateMachineArn: arn,
        name,
        type: 'STANDARD',
        creationDate: seconds(creationDate),
      }));
      return { stateMachines, nextToken: page.nextToken };
    },

    StartExecution: (request) => {
      const { started } = this.start(request);
      return { executionArn: started.arn, startDate: seconds(started.startDate) };
    },

    DescribeExecution: ({ executionArn, includedData }) =>
      executionDescription(this.executions.get(executionArn), includedData),

    ListExecutions: ({ stateMachineArn, statusFilter, maxResults, nextToken }) => {
      const all = this.executions
        .ofStateMachine(this.machines.get(stateMachineArn).arn)
        .map(executionItem)
        .filter(({ status }) => statusFilter === undefined || status === statusFilter);
      const page = pageOf(all, maxResults, nextToken);
      return { executions: page.items, nextToken: page.nextToken };
    },

    StopExecution: async ({ executionArn, error, cause }) => {
      const { ended } = await this.executions.stop(executionArn, error, cause);
      return { stopDate: seconds(ended!.stopDate) };
    },

    GetExecutionHistory: ({ executionArn, maxResults, reverseOrder, nextToken, includeExecutionData }) => {
      const events = this.executions.events(executionArn);
      const page = pageOf(reverseOrder ? [...events].reverse() : events, maxResults, nextToken);
      return {
        events: page.items.map((event) => historyEvent(event, includeExecutionData)),
        nextToken: page.nextToken,
      };
    },
  };

  private start({ stateMachineArn, name, input = '{}' }: RequestOf<'StartExecution'>): ExecutionRecord {
    const machine = this.machines.get(stateMachineArn);
    if (name !== undefined) checkName(name);
    checkInput(input);
    const existing = name === undefined ? undefined : this.executions.find(machine, name);
    if (!existing) return this.executions.start(machine, name ?? randomUUID(), input);
    // "StartExecution is idempotent for STANDARD workflows … with the same name and input as a running execution."
    if (!existing.ended && existing.started.input === input) return existing;
    throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${existing.started.arn}'`);
  }
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > limits.payloadBytes) {
    throw validationError(
      `Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${limits.payloadBytes}`,
    );
  }
  try {
    JSON.parse(input);
  } catch (error) {
    throw invalidInput((error as Error).message);
  }
  const levels = nestingOf(input);
  if (levels > limits.nesting) {
    throw invalidInput(
      `Document nesting depth (${levels}) exceeds the maximum allowed (${limits.nesting}, from \`StreamReadConstraints.getMaxNestingDepth()\`)`,
    );
  }
}

function invalidInput(why: string): ServiceError {
  return new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
}
