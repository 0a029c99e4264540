import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { WorkerLambdaRuntime } from '../../../local/lambda/worker-lambda-runtime';
import { packageService, readStack, unpackFunctions, type Stack } from '../../../local/stack';
import { ROOT } from '../../../testkit/root';
import { ScratchService } from '../../local/stack/scratch-service';

let service: ScratchService;

beforeAll(() => {
  service = new ScratchService();
});

afterAll(() => service.remove());

const settings = { stackName: 'scratch-local', region: 'us-east-1', accountId: '000000000000' };
const builds = () => readdirSync(tmpdir()).filter((name) => /^listPartitions-\d/.test(name));
const buildsBefore = builds();
const KEY = /^[0-9a-f]{64}$/;
const packages = () => readdirSync(service.packagesDirectory).filter((name) => KEY.test(name));
const unfinished = () => readdirSync(service.packagesDirectory).filter((name) => name.includes('.work-'));

/** Packages in another process. Resolves when it has copied the sources and is about to run the tool. */
async function packageElsewhere() {
  const script = join(ROOT, 'tests/local/stack/packaging-process.ts');
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', script, JSON.stringify(service.options)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.stdout.resume();
  return child;
}

/** The folder of the first package. */
let folder: string;

test('a killed run leaves no package', async () => {
  const child = await packageElsewhere();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(packages()).toEqual([]);
  expect(unfinished()).toHaveLength(1);
});

test('concurrent runs, one in another process, share one package and remove the killed run’s leftovers', async () => {
  const child = await packageElsewhere();
  const exited = once(child, 'exit');
  const told: string[] = [];
  const options = { ...service.options, onProgress: (text: string) => told.push(text) };
  const [one, other] = await Promise.all([packageService(options), packageService(options)]);
  folder = one;
  expect(other).toBe(folder);
  expect(await exited).toEqual([0, null]);
  expect(told).not.toContain('Packaging the service');
  expect(packages()).toEqual([basename(folder)]);
  expect(unfinished()).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual([
    'cloudformation-template-create-stack.json',
    'cloudformation-template-update-stack.json',
    'listPartitions.zip',
    'serverless-state.json',
  ]);
  expect(readdirSync(service.serviceDirectory).filter((name) => name.startsWith('.'))).toEqual([]);
});

describe('a package', () => {
  let stack: Stack;
  beforeAll(() => {
    stack = readStack(folder, settings);
  });

  test('is read with resolved references', () => {
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

  test('lists resources that the twin does not deploy', () => {
    const types = new Set(stack.notDeployed.map(({ type }) => type));
    expect([...types].sort()).toEqual(['AWS::Logs::LogGroup', 'AWS::S3::Bucket']);
    const { Resources } = JSON.parse(
      readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'),
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

  test('has functions that run', async () => {
    const functions = await unpackFunctions(stack, folder, join(service.directory, 'code'));
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

test('unchanged sources are not packaged again', async () => {
  const told: string[] = [];
  const options = { ...service.options, onProgress: (text: string) => told.push(text) };
  expect(await packageService(options)).toBe(folder);
  expect(told).toEqual([]);
});

test('a failed packaging reports the reason and leaves the existing package', async () => {
  service.write('core/double.ts', 'export const double = (n: number): number => 2 *;');
  await expect(packageService(service.options)).rejects.toMatchObject({
    name: 'PackagingFailed',
    message: expect.stringMatching(
      /core\/double\.ts:1:\d+[^]*Unexpected ";"|Unexpected ";"[^]*core\/double\.ts:1/,
    ) as string,
  });
  expect(packages()).toEqual([basename(folder)]);
  expect(unfinished()).toEqual([]);
});

test('the system’s temporary folder has no leftovers', () => {
  // serverless-esbuild makes one there for each function, with the function's name, and leaves it.
  expect(builds()).toEqual(buildsBefore);
});

test('a change gets a package of its own, and the least recently used package is removed', async () => {
  const old = Array.from({ length: 20 }, (_, index) => String(index).padStart(64, '0'));
  for (const [index, name] of old.entries()) {
    mkdirSync(join(service.packagesDirectory, name));
    utimesSync(join(service.packagesDirectory, name), index + 1, index + 1);
  }
  service.write('core/double.ts', 'export const double = (n: number): number => n + n + 0;');
  const told: string[] = [];
  const onProgress = (text: string) => told.push(text);
  const changed = await packageService({ ...service.options, stage: 'other', onProgress });
  expect(told).toEqual([
    'Packaging the service',
    expect.stringMatching(/^Packaged the service in \d+\.\d s$/),
  ]);
  const stack = readStack(changed, { ...settings, stackName: 'scratch-other' });
  expect(stack.functions[0]).toMatchObject({
    name: 'scratch-other-listPartitions',
    environment: { STAGE: 'other' },
  });
  expect(unfinished()).toEqual([]);
  expect(packages().sort()).toEqual([...old.slice(1), basename(folder), basename(changed)].sort());
});
