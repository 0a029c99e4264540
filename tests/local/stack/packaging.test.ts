import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerLambdaRuntime } from '../../../local/lambda/worker-lambda-runtime';
import { packageIfChanged, readStack, unpackFunctions, type Stack } from '../../../local/stack';
import { ScratchService } from './scratch-service';

// Really packages, several times: seconds each, more where the machine is busy.
jest.setTimeout(300_000);

let service: ScratchService;

beforeAll(() => {
  service = new ScratchService();
});

afterAll(() => service.remove());

const settings = { stackName: 'scratch-local', region: 'us-east-1', accountId: '000000000000' };
const builds = () => readdirSync(tmpdir()).filter((name) => /^listPartitions-\d/.test(name));
const buildsBefore = builds();
const stateFolder = () => readdirSync(join(service.directory, 'state')).sort();

test('a run that is killed leaves no package', async () => {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(__dirname, 'interrupted-packaging.ts'),
      service.serviceDirectory,
      service.packageDirectory,
    ],
    { cwd: join(__dirname, '../../..'), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data'); // copied, and about to run the tool
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(service.packageDirectory)).toBe(false);
  expect(stateFolder()).toEqual([expect.stringMatching(/^package\.work-/)]);
});

test('two runs at once both succeed, and sweep what the killed one left', async () => {
  const runs = [packageIfChanged(service.options), packageIfChanged(service.options)];
  expect(await Promise.all(runs)).toEqual([true, true]);
  expect(readdirSync(service.packageDirectory).sort()).toEqual([
    'cloudformation-template-create-stack.json',
    'cloudformation-template-update-stack.json',
    'fingerprint',
    'listPartitions.zip',
    'serverless-state.json',
  ]);
  expect(readdirSync(service.serviceDirectory).filter((name) => name.startsWith('.'))).toEqual([]);
});

describe('what was packaged', () => {
  let stack: Stack;
  beforeAll(() => {
    stack = readStack(service.packageDirectory, settings);
  });

  test('is read with every reference resolved', () => {
    const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:scratch-local-listPartitions';
    const topicArn = 'arn:aws:sns:us-east-1:000000000000:scratch-failures';
    const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:scratch-local-load';
    expect(stack).toMatchObject({
      name: 'scratch-local',
      functions: [
        {
          name: 'scratch-local-listPartitions',
          arn: functionArn,
          handler: 'functions/list-partitions.handler',
          runtime: 'nodejs24.x',
          zipFile: 'listPartitions.zip',
          environment: { TOPIC: topicArn, STAGE: 'local', BUCKET: 'lake' },
          timeoutSeconds: 30,
          memoryMB: 512,
          concurrency: 5,
        },
      ],
      topics: [{ logicalId: 'Failures', name: 'scratch-failures', arn: topicArn }],
      schedules: [
        {
          expression: 'rate(1 hour)',
          enabled: true,
          timezone: 'UTC',
          targetArn: machineArn,
          input: '{"a":1}',
        },
        { expression: 'cron(25 * * * ? *)', enabled: false, targetArn: machineArn, input: '{}' },
      ],
      alarms: [
        {
          properties: {
            MetricName: 'ExecutionsFailed',
            AlarmActions: [topicArn],
            Dimensions: [{ Name: 'StateMachineArn', Value: machineArn }],
          },
        },
      ],
    });
    const [machine] = stack.stateMachines;
    expect(machine).toMatchObject({ name: 'scratch-local-load', arn: machineArn });
    expect(JSON.parse(machine!.definition)).toMatchObject({
      StartAt: 'ListPartitions',
      States: {
        ListPartitions: { Parameters: { FunctionName: functionArn } },
        Notify: { Parameters: { TopicArn: topicArn } },
      },
    });
  });

  test('names what the twin does not deploy', () => {
    const types = new Set(stack.notDeployed.map(({ type }) => type));
    expect([...types].sort()).toEqual(['AWS::Logs::LogGroup', 'AWS::S3::Bucket']);
    const { Resources } = JSON.parse(
      readFileSync(join(service.packageDirectory, 'cloudformation-template-update-stack.json'), 'utf8'),
    ) as { Resources: object };
    const { functions, roles, stateMachines, topics, bucketPolicies, schedules, alarms, notDeployed } = stack;
    const all = [
      functions,
      roles,
      stateMachines,
      topics,
      bucketPolicies,
      schedules,
      alarms,
      notDeployed,
    ].flat();
    expect(all.map(({ logicalId }) => logicalId).sort()).toEqual(Object.keys(Resources).sort());
  });

  test('runs', async () => {
    const functions = await unpackFunctions(stack, service.packageDirectory, join(service.directory, 'code'));
    const runtime = new WorkerLambdaRuntime({
      region: 'us-east-1',
      endpoint: () => 'http://127.0.0.1:1',
      logDirectory: join(service.directory, 'logs'),
    });
    runtime.deploy(functions);
    expect(await runtime.invoke(functions[0]!.arn, { n: 21 })).toEqual({
      outcome: 'returned',
      payload: { doubled: 42, topic: 'arn:aws:sns:us-east-1:000000000000:scratch-failures' },
    });
    await runtime.close();
  });
});

test('nothing is packaged again while nothing has changed', async () => {
  expect(await packageIfChanged(service.options)).toBe(false);
});

test('what fails to package says why, and leaves the package that was there', async () => {
  const before = readFileSync(join(service.packageDirectory, 'fingerprint'), 'utf8');
  service.write('core/double.ts', 'export const double = (n: number): number => 2 *;');
  await expect(packageIfChanged(service.options)).rejects.toMatchObject({
    name: 'PackagingFailed',
    message: expect.stringMatching(
      /core\/double\.ts:1:\d+[^]*Unexpected ";"|Unexpected ";"[^]*core\/double\.ts:1/,
    ) as string,
  });
  expect(readFileSync(join(service.packageDirectory, 'fingerprint'), 'utf8')).toBe(before);
  expect(stateFolder()).toEqual(['package']);
});

test('nothing is left in the system’s temporary folder', () => {
  // serverless-esbuild makes one there for each function, with the function's name, and leaves it.
  expect(builds()).toEqual(buildsBefore);
});

test('a change is packaged in place of what was there', async () => {
  service.write('core/double.ts', 'export const double = (n: number): number => n + n + 0;');
  const options = { ...service.options, stage: 'other' };
  expect(await packageIfChanged(options)).toBe(true);
  const stack = readStack(service.packageDirectory, { ...settings, stackName: 'scratch-other' });
  expect(stack.functions[0]).toMatchObject({
    name: 'scratch-other-listPartitions',
    environment: { STAGE: 'other' },
  });
  expect(stateFolder()).toEqual(['package']);
});
