import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from '../../../local/faults/fault-injector';
import { WorkerLambdaRuntime } from '../../../local/lambda/worker-lambda-runtime';
import { ROOT } from '../../../testkit/root';
import { Twin } from './fixtures';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:lister';

let twin: Twin;
let lambda: WorkerLambdaRuntime;
let calls: Call[];

beforeEach(async () => {
  twin = new Twin({ callerOf: (traceId) => lambda.callerOf(traceId) });
  await twin.server.listen();
  calls = [];
  twin.faults.observe((call) => void calls.push(call));
  lambda = new WorkerLambdaRuntime({
    region: 'us-east-1',
    endpoint: () => twin.server.endpoint,
    logDirectory: join(twin.directory, 'logs'),
    faults: twin.faults,
    runtimeModules: ROOT,
  });
  const codeDirectory = join(twin.directory, 'code');
  mkdirSync(codeDirectory);
  // A stock client, which knows nothing about states.
  writeFileSync(
    join(codeDirectory, 'lister.js'),
    `const { S3Client, ListBucketsCommand } = require('@aws-sdk/client-s3');
     const client = new S3Client({ maxAttempts: 1 });
     exports.handler = async () => {
       const { Buckets } = await client.send(new ListBucketsCommand({}));
       return Buckets.length;
     };`,
  );
  lambda.deploy([
    {
      name: 'lister',
      arn: ARN,
      handler: 'lister.handler',
      runtime: 'nodejs24.x',
      codeDirectory,
      environment: {},
      timeoutSeconds: 20,
      memoryMB: 256,
    },
  ]);
});

afterEach(async () => {
  await lambda.close();
  await twin.close();
});

const inspecting = { state: 'InspectFiles', input: '{"partition":"2026-11-20T08"}' };

test('a function’s call is attributed to the state that invoked it', async () => {
  expect(await lambda.invoke(ARN, {}, undefined, inspecting)).toEqual({ outcome: 'returned', payload: 0 });
  expect(calls).toEqual([
    { service: 'lambda', operation: 'lister', subject: '{}', caller: inspecting },
    { service: 's3', operation: 'ListBuckets', subject: expect.any(String) as string, caller: inspecting },
  ]);
});

test('consecutive invocations of one environment have their own callers', async () => {
  await lambda.invoke(ARN, {}, undefined, inspecting);
  await lambda.invoke(ARN, {}, undefined, { state: 'ListPartitions', input: '{}' });
  await lambda.invoke(ARN, {});
  await twin.s3().send(new ListBucketsCommand());
  expect(calls.filter(({ service }) => service === 's3').map(({ caller }) => caller?.state)).toEqual([
    'InspectFiles',
    'ListPartitions',
    undefined,
    undefined,
  ]);
});

test('a rule for a state hits only the calls of its function', async () => {
  twin.faults.set([
    { service: 's3', state: 'InspectFiles', times: 9, fault: { type: 'error', code: 'SlowDown' } },
  ]);
  expect(await lambda.invoke(ARN, {}, undefined, { state: 'ListPartitions', input: '{}' })).toMatchObject({
    outcome: 'returned',
  });
  expect(await lambda.invoke(ARN, {}, undefined, inspecting)).toMatchObject({
    outcome: 'raised',
    error: 'SlowDown',
  });
});
