import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, compressedClock } from '../../../local/clock';
import { ServiceError } from '../../../local/service-error';
import { StepFunctionsService, stepFunctionsSupport } from '../../../local/step-functions';
import type { Integrations } from '../../../local/step-functions/integrations';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { serve } from './http';
import { accountId, region, scriptedLambda } from './support';

const roleArn = `arn:aws:iam::${accountId}:role/states`;
const echo = {
  StartAt: 'Echo',
  States: {
    Echo: { Type: 'Task', Resource: `arn:aws:lambda:${region}:${accountId}:function:echo`, End: true },
  },
};
const wait = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } };

const published: unknown[] = [];
const integrations: Integrations = {
  call(service, operation, input) {
    published.push({ service, operation, input });
    const { TopicArn: topic } = input as { TopicArn: string };
    if (topic.endsWith(':none'))
      return Promise.reject(new ServiceError('NotFound', 'Topic does not exist', 404));
    return Promise.resolve({ MessageId: 'message-1' });
  },
};

const folders: string[] = [];
function folder(): string {
  const path = temporaryFolder('step-functions-');
  folders.push(path);
  return path;
}
afterAll(() => folders.forEach((path) => rmSync(path, { recursive: true })));

const start = (directory: string, clock?: Clock) =>
  new StepFunctionsService({
    directory,
    region,
    accountId,
    integrations,
    lambda: scriptedLambda({ echo: { returns: 'its event' } }),
    clock,
  });

describe('over HTTP, with the SDK', () => {
  const service = start(folder());
  let client: SFNClient;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    server = await serve(service);
    client = server.client;
  });
  afterAll(async () => {
    await server.close();
    await service.close();
  });

  const create = async (name: string, definition: object) =>
    (
      await client.send(
        new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }),
      )
    ).stateMachineArn!;
  const execute = async (stateMachineArn: string, input: unknown, name?: string) =>
    (await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) })))
      .executionArn!;

  test('creates, describes and lists state machines', async () => {
    const definition = JSON.stringify(echo);
    const created = await client.send(new CreateStateMachineCommand({ name: 'load', roleArn, definition }));
    expect(created.stateMachineArn).toBe(`arn:aws:states:${region}:${accountId}:stateMachine:load`);
    expect(created.creationDate).toBeInstanceOf(Date);
    const again = await client.send(new CreateStateMachineCommand({ name: 'load', roleArn, definition }));
    expect(again).toMatchObject({
      stateMachineArn: created.stateMachineArn,
      creationDate: created.creationDate,
    });
    await expect(create('load', wait)).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
    const { stateMachineArn } = created;
    expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      name: 'load',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition,
      roleArn,
    });
    const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
    expect(stateMachines!.map(({ name }) => name)).toContain('load');
  });

  test('deletes a state machine with its executions, and one that is not there', async () => {
    const stateMachineArn = await create('short-lived', wait);
    const executionArn = await execute(stateMachineArn, {});
    const remove = () => client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await remove();
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(client.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
    await expect(remove()).resolves.toBeDefined();
    // The name is free again.
    await create('short-lived', echo);
    await remove();
  });

  test('refuses definitions, names, types and operations with named errors', async () => {
    await expect(create('bad', { StartAt: 'A', States: {} })).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining(
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET",
      ) as string,
    });
    await expect(create('with space', echo)).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(create('x'.repeat(81), echo)).rejects.toMatchObject({ name: 'InvalidName' });
    const definition = JSON.stringify(echo);
    const express = new CreateStateMachineCommand({ name: 'express', roleArn, definition, type: 'EXPRESS' });
    await expect(client.send(express)).rejects.toMatchObject({ name: 'StateMachineTypeNotSupported' });
    const logged = new CreateStateMachineCommand({
      name: 'l',
      roleArn,
      definition,
      tracingConfiguration: { enabled: true },
    });
    await expect(client.send(logged)).rejects.toMatchObject({ name: 'ValidationException' });
    const redrive = new RedriveExecutionCommand({ executionArn: 'arn:aws:states:::execution:a:b' });
    await expect(client.send(redrive)).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  test('runs an execution, describes it, and pages through its history', async () => {
    const stateMachineArn = await create('run', echo);
    const executionArn = await execute(stateMachineArn, { n: 1 });
    expect(executionArn).toMatch(/:execution:run:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    let described = await client.send(new DescribeExecutionCommand({ executionArn }));
    while (described.status === 'RUNNING')
      described = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({
      status: 'SUCCEEDED',
      input: '{"n":1}',
      output: '{"n":1}',
      stateMachineArn,
    });
    expect(described.stopDate!.getTime()).toBeGreaterThanOrEqual(described.startDate!.getTime());

    const types: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 3, nextToken }),
      );
      expect(page.events!.length).toBeLessThanOrEqual(3);
      types.push(...page.events!.map(({ type }) => type!));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    const reversed = await client.send(
      new GetExecutionHistoryCommand({
        executionArn,
        reverseOrder: true,
        maxResults: 1,
        includeExecutionData: false,
      }),
    );
    expect(reversed.events).toMatchObject([
      { id: 7, type: 'ExecutionSucceeded', executionSucceededEventDetails: {} },
    ]);
    expect(reversed.events![0]!.executionSucceededEventDetails!.output).toBeUndefined();
    expect(reversed.events![0]!.timestamp).toBeInstanceOf(Date);
    const bad = new GetExecutionHistoryCommand({ executionArn, nextToken: 'nonsense' });
    await expect(client.send(bad)).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  test('a name starts one execution; a repeated start with the same input returns it while it runs', async () => {
    const stateMachineArn = await create('once', wait);
    const first = await execute(stateMachineArn, { n: 1 }, 'hour-08');
    expect(await execute(stateMachineArn, { n: 1 }, 'hour-08')).toBe(first);
    await expect(execute(stateMachineArn, { n: 2 }, 'hour-08')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    const running = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' });
    expect((await client.send(running)).executions).toMatchObject([{ name: 'hour-08', status: 'RUNNING' }]);

    const stop = new StopExecutionCommand({ executionArn: first, error: 'Enough', cause: 'for today' });
    const { stopDate } = await client.send(stop);
    expect(await client.send(new DescribeExecutionCommand({ executionArn: first }))).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
      cause: 'for today',
      stopDate,
    });
    await expect(execute(stateMachineArn, { n: 1 }, 'hour-08')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    expect((await client.send(running)).executions).toEqual([]);
  });

  test('refuses invalid executions', async () => {
    const stateMachineArn = await create('inputs', echo);
    const send = (input: string, name?: string) =>
      client.send(new StartExecutionCommand({ stateMachineArn, input, name }));
    await expect(send('{')).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    const nested = (levels: number) => `{"a[[": "\\"[", "b": ${'['.repeat(levels)}${']'.repeat(levels)}}`;
    await expect(send(nested(1_000))).rejects.toMatchObject({
      name: 'InvalidExecutionInput',
      message: expect.stringContaining('Document nesting depth (1001)') as string,
    });
    await expect(send(nested(999), 'as-deep-as-goes')).resolves.toBeDefined();
    await expect(send('{}', 'a:b')).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(send(JSON.stringify('x'.repeat(262_144)))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(execute(`${stateMachineArn}-not`, {})).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(execute('arn:aws:s3:::bucket', {})).rejects.toMatchObject({ name: 'InvalidArn' });
    const executionArn = `arn:aws:states:${region}:${accountId}:execution:inputs:none`;
    await expect(client.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
    const traced = new StartExecutionCommand({ stateMachineArn, traceHeader: 'Root=1' });
    await expect(client.send(traced)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('runs executions concurrently and lists them in pages, newest first', async () => {
    const stateMachineArn = await create('many', echo);
    const arns = await Promise.all([0, 1, 2, 3, 4].map((n) => execute(stateMachineArn, { n }, `run-${n}`)));
    const ended = await Promise.all(arns.map((arn) => service.waitFor(arn)));
    expect(ended.map((execution) => 'output' in execution && execution.output)).toEqual(
      [0, 1, 2, 3, 4].map((n) => `{"n":${n}}`),
    );
    const first = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 3 }));
    const second = await client.send(
      new ListExecutionsCommand({ stateMachineArn, nextToken: first.nextToken }),
    );
    const all = [...first.executions!, ...second.executions!];
    expect(all.map(({ name }) => name).sort()).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4']);
    const dates = all.map(({ startDate }) => startDate!.getTime());
    expect(dates).toEqual([...dates].sort((left, right) => right - left));
  });

  test('publishes to SNS, objects as their text, with named errors', async () => {
    const notify = {
      StartAt: 'Notify',
      States: {
        Notify: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish',
          Parameters: {
            'TopicArn.$': '$.topic',
            Subject: 'failed',
            Message: { 'partition.$': '$.partition' },
          },
          ResultSelector: { 'id.$': '$.MessageId' },
          Catch: [{ ErrorEquals: ['SNS.NotFoundException'], ResultPath: '$.failure', Next: 'Stop' }],
          End: true,
        },
        Stop: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
      },
    };
    const stateMachineArn = await create('notify', notify);
    const topic = `arn:aws:sns:${region}:${accountId}:alarms`;
    const done = await service.waitFor(await execute(stateMachineArn, { topic, partition: '08' }));
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: '{"id":"message-1"}' });
    expect(published.at(-1)).toEqual({
      service: 'sns',
      operation: 'Publish',
      input: { TopicArn: topic, Subject: 'failed', Message: '{"partition":"08"}' },
    });
    const failed = await service.waitFor(
      await execute(stateMachineArn, { topic: 'arn:none', partition: '08' }),
    );
    expect(failed).toMatchObject({
      status: 'FAILED',
      error: 'SNS.NotFoundException',
      cause: 'Topic does not exist (Service: Sns, Status Code: 404)',
    });
  });
});

describe('persistence', () => {
  const input = async (service: StepFunctionsService, stateMachineArn: string, name: string) => {
    const request = { headers: {}, signal: new AbortController().signal };
    const started = await service.call(
      'StartExecution',
      { stateMachineArn, name, input: '{ "n": 1 }' },
      request,
    );
    return (started as { executionArn: string }).executionArn;
  };
  const history = async (service: StepFunctionsService, executionArn: string) => {
    const request = { headers: {}, signal: new AbortController().signal };
    const answer = await service.call('GetExecutionHistory', { executionArn }, request);
    return (answer as { events: { type: string }[] }).events.map(({ type }) => type);
  };

  test('an ended execution is unchanged after a restart', async () => {
    const directory = folder();
    const before = start(directory);
    const arn = before.putStateMachine({ name: 'load', roleArn, definition: JSON.stringify(echo) });
    const executionArn = await input(before, arn, 'hour-08');
    const described = await before.waitFor(executionArn);
    const events = await history(before, executionArn);
    await before.close();
    const after = start(directory);
    expect(await after.waitFor(executionArn)).toEqual(described);
    expect(await history(after, executionArn)).toEqual(events);
    expect(events).toHaveLength(7);
    await expect(input(after, arn, 'hour-08')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await after.close();
  });

  test('an execution that ran when the twin was killed is ABORTED with a cause', async () => {
    const directory = folder();
    const killed = start(directory);
    const arn = killed.putStateMachine({ name: 'load', roleArn, definition: JSON.stringify(wait) });
    const executionArn = await input(killed, arn, 'hour-08');
    const entered = () => {
      const [file = ''] = readdirSync(join(directory, 'executions'));
      return readFileSync(join(directory, 'executions', file), 'utf8').includes('WaitStateEntered');
    };
    while (!entered()) await new Promise((resolve) => setTimeout(resolve, 5));
    // A killed process leaves its files behind, with the last line cut off.
    const left = folder();
    cpSync(directory, left, { recursive: true });
    const [journal] = readdirSync(join(left, 'executions'));
    appendFileSync(join(left, 'executions', journal!), '{"event":{"id":3,"ty');
    await killed.close();

    for (const service of [start(left), start(left)]) {
      expect(await service.waitFor(executionArn)).toMatchObject({
        status: 'ABORTED',
        input: '{ "n": 1 }',
        cause: expect.stringContaining('Starting the same work again is safe') as string,
      });
      expect(await history(service, executionArn)).toEqual([
        'ExecutionStarted',
        'WaitStateEntered',
        'ExecutionAborted',
      ]);
      await service.close();
    }
  });

  test('close ends running executions in the same way', async () => {
    const directory = folder();
    const service = start(directory, compressedClock({ sleeping: 1 }));
    const arn = service.putStateMachine({ name: 'load', roleArn, definition: JSON.stringify(wait) });
    const executionArn = await input(service, arn, 'hour-08');
    await service.close();
    expect(await start(directory).waitFor(executionArn)).toMatchObject({ status: 'ABORTED' });
  });

  test('deploying again replaces the definition and keeps the ARN', async () => {
    const directory = folder();
    const service = start(directory);
    const definition = JSON.stringify(wait);
    const arn = service.putStateMachine({ name: 'load', roleArn, definition });
    expect(service.putStateMachine({ name: 'load', roleArn, definition: JSON.stringify(echo) })).toBe(arn);
    expect(await service.waitFor(await input(service, arn, 'hour-08'))).toMatchObject({ output: '{"n":1}' });
    await service.close();
    const after = start(directory);
    expect(await after.waitFor(await input(after, arn, 'hour-09'))).toMatchObject({ status: 'SUCCEEDED' });
    await after.close();
  });
});

test('the support list names every operation', () => {
  expect(stepFunctionsSupport.supported).toEqual(
    expect.arrayContaining(['StartExecution', 'GetExecutionHistory']),
  );
  expect(stepFunctionsSupport.refused).toContain('QueryLanguage JSONata');
});
