import {
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  PutRecordBatchCommand,
} from '@aws-sdk/client-firehose';
import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { TestTwin } from '../../../testkit/test-twin';

/** Clients as others install them, with nothing set but what `sluice local` prints. */

const isThere = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
/** A test that is reported as skipped, with the reason in its name, where the client is missing. */
const where = (there: boolean, what: string) =>
  there
    ? test
    : (name: string, body: () => Promise<void>) => test.skip(`${name} (${what} is not installed)`, body);
const withBoto3 = where(isThere('python3', '-c', 'import boto3'), 'boto3 for python3');
const withCommandLine = where(isThere('aws', '--version'), 'the AWS CLI');

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.start();
});
afterAll(() => twin.remove());

async function run(command: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...twin.twin.description.env };
  return (await promisify(execFile)(command, args, { env })).stdout;
}

withBoto3('boto3', async () => {
  const output = await run(
    'python3',
    join(__dirname, 'stock-clients/session.py'),
    JSON.stringify(twin.twin.description),
  );
  expect(JSON.parse(output)).toEqual({
    objects: {
      read: 'hello',
      metadata: { from: 'boto3' },
      encryption: 'AES256',
      copied: true,
      listed: ['a folder/Zürich+1.txt', 'continued', 'copied', 'parts', 'signed-default', 'signed-s3v4'],
      buckets: expect.arrayContaining(['boto3', twin.connection.bucket]) as string[],
      signed: { default: 'body', s3v4: 'body' },
    },
    stream: [0, 'ACTIVE'],
    // JSON.parse rounds the first one here: what arrived is compared below.
    query: [
      [
        { longValue: 9007199254740992 },
        { stringValue: 'x' },
        { isNull: true },
        { doubleValue: 1.5 },
        { booleanValue: true },
      ],
    ],
    execution: 'ExecutionSucceeded',
    unknown: ['UnknownOperationException', true],
  });
  expect(output).toContain('9007199254740993');
});

withCommandLine('the AWS CLI', async () => {
  const { stream, workgroup, database, state_machine_arn: machine } = twin.twin.description;
  const aws = (...args: string[]) => run('aws', ...args);
  const json = async (...args: string[]) => JSON.parse(await aws(...args, '--output', 'json')) as unknown;
  const folder = temporaryFolder('aws-cli-');
  const [large, back] = [join(folder, 'large'), join(folder, 'back')];
  // More than 8 MiB go in parts.
  writeFileSync(large, Buffer.alloc(9 * 1024 ** 2, 'sluice'));

  await aws('s3', 'mb', 's3://cli');
  await aws('s3', 'cp', large, 's3://cli/a/large', '--acl', 'private', '--sse', 'AES256', '--no-progress');
  await aws('s3', 'cp', 's3://cli/a/large', 's3://cli/a/copy', '--no-progress');
  await aws('s3', 'mv', 's3://cli/a/copy', back, '--no-progress');
  expect(readFileSync(back).equals(readFileSync(large))).toBe(true);
  expect(await aws('s3', 'ls', 's3://cli', '--recursive')).toMatch(/ 9437184 a\/large\n$/);
  const url = (await aws('s3', 'presign', 's3://cli/a/large')).trim();
  expect((await fetch(url)).headers.get('content-length')).toBe('9437184');
  await aws('s3', 'rb', 's3://cli', '--force');
  expect(await aws('s3', 'ls')).not.toContain('cli\n');

  expect(await json('firehose', 'list-delivery-streams')).toMatchObject({ DeliveryStreamNames: [stream] });
  const statement = (await json(
    ...['redshift-data', 'execute-statement', '--sql', 'SELECT 1'],
    ...['--workgroup-name', workgroup, '--database', database],
  )) as { Id: string };
  expect(await json('redshift-data', 'describe-statement', '--id', statement.Id)).toMatchObject({
    QueryString: 'SELECT 1',
  });
  expect(await json('stepfunctions', 'describe-state-machine', '--state-machine-arn', machine)).toMatchObject(
    { status: 'ACTIVE' },
  );
  await expect(aws('logs', 'describe-log-groups')).rejects.toThrow('no service "logs"');
});

test('the AWS SDK for JavaScript', async () => {
  const { stream, workgroup, database, state_machine_arn: stateMachineArn, env } = twin.twin.description;
  const settings = {
    endpoint: env.AWS_ENDPOINT_URL,
    region: env.AWS_REGION,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  };
  const [s3, firehose] = [new S3Client(settings), new FirehoseClient(settings)];
  const [redshift, stepFunctions] = [new RedshiftDataClient(settings), new SFNClient(settings)];

  const at = { Bucket: 'javascript', Key: 'a' };
  await s3.send(new CreateBucketCommand(at));
  await s3.send(
    new PutObjectCommand({
      ...at,
      Body: 'hello',
      ACL: 'private',
      StorageClass: 'STANDARD',
      ServerSideEncryption: 'AES256',
    }),
  );
  const { Body, ServerSideEncryption } = await s3.send(new GetObjectCommand(at));
  expect([await Body?.transformToString(), ServerSideEncryption]).toEqual(['hello', 'AES256']);

  const Records = [{ Data: Buffer.from('{"trip_id":"javascript"}') }];
  const put = await firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: stream, Records }));
  expect(put.FailedPutCount).toBe(0);
  await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: stream }));

  const { Id } = await redshift.send(
    new ExecuteStatementCommand({
      WorkgroupName: workgroup,
      Database: database,
      Sql: 'SELECT 1',
      WaitTimeSeconds: 30,
    }),
  );
  expect(await redshift.send(new DescribeStatementCommand({ Id }))).toMatchObject({ Status: 'FINISHED' });
  const { Records: rows } = await redshift.send(new GetStatementResultCommand({ Id }));
  expect(rows).toEqual([[{ longValue: 1 }]]);

  const started = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ plan: true }) }),
  );
  const { executionArn } = started;
  let status: string | undefined = 'RUNNING';
  while (status === 'RUNNING')
    ({ status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn })));
  expect(status).toBe('SUCCEEDED');
});
