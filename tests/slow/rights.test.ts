import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { sendEvents } from '../../cli/delivery/send-events';
import type { Account } from '../../local/iam/account';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = '2026-11-20T08';

let twin: TestTwin;
let account: Account;
beforeAll(async () => {
  twin = await TestTwin.shared();
  ({ account } = twin.twin);
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

/** The client settings of the function with this name. */
function asFunction(stem: string) {
  const { endpoint, region } = twin.connection;
  const name = `sluice-local-${stem}`;
  const session = account.serviceSession(
    `arn:aws:iam::${account.id}:role/${name}`,
    'lambda.amazonaws.com',
    name,
  );
  return { endpoint, region, credentials: session, maxAttempts: 1 };
}

test('a function is identified by its role', async () => {
  const sts = new STSClient(asFunction('report-load'));
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '000000000000',
    Arn: 'arn:aws:sts::000000000000:assumed-role/sluice-local-report-load/sluice-local-report-load',
  });
});

test('a function may do only what its role allows', async () => {
  const s3 = new S3Client(asFunction('copy-to-staging'));
  const { bucket: Bucket } = twin.connection;
  await twin.put('sluice/trips/plan.json', '{}');
  await twin.put('trips/year=2026/x', 'rows');
  expect(
    await s3
      .send(new GetObjectCommand({ Bucket, Key: 'sluice/trips/plan.json' }))
      .then(({ $metadata }) => $metadata.httpStatusCode),
  ).toBe(200);
  for (const forbidden of [
    new GetObjectCommand({ Bucket, Key: 'trips/year=2026/x' }),
    new PutObjectCommand({ Bucket, Key: 'sluice/trips/plan.json', Body: 'x' }),
  ]) {
    await expect(s3.send(forbidden)).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
  }
});

test('without the right to list a bucket, a missing key is not reported as missing', async () => {
  const missing = new GetObjectCommand({ Bucket: twin.connection.bucket, Key: 'sluice/trips/missing' });
  await expect(new S3Client(asFunction('copy-to-staging')).send(missing)).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  await expect(new S3Client(asFunction('inspect-files')).send(missing)).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
});

test('a request for several objects deletes only those that the role may delete', async () => {
  const { bucket: Bucket } = twin.connection;
  await twin.put('sluice/trips/a', '1');
  await twin.put('trips/b', '2');
  const answer = await new S3Client(asFunction('sweep-leftovers')).send(
    new DeleteObjectsCommand({
      Bucket,
      Delete: { Objects: [{ Key: 'sluice/trips/a' }, { Key: 'trips/b' }] },
    }),
  );
  expect(answer.Deleted).toEqual([{ Key: 'sluice/trips/a' }]);
  expect(answer.Errors).toMatchObject([{ Key: 'trips/b', Code: 'AccessDenied' }]);
});

test('only functions that use the warehouse assume the role of the statements', async () => {
  const RoleArn = twin.twin.description.statements_role_arn;
  const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'sluice' });
  await expect(new STSClient(asFunction('copy-to-staging')).send(assume)).resolves.toMatchObject({
    AssumedRoleUser: { Arn: 'arn:aws:sts::000000000000:assumed-role/sluice-local-statements/sluice' },
  });
  await expect(new STSClient(asFunction('transform-records')).send(assume)).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});

test('a statement is shown to its owner, not to another session of the same role', async () => {
  const { endpoint, region } = twin.connection;
  const RoleArn = twin.twin.description.statements_role_arn;
  const sts = new STSClient(asFunction('copy-to-staging'));
  const session = async (RoleSessionName: string) => {
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
    return new RedshiftDataClient({
      endpoint,
      region,
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken,
      },
    });
  };
  const [owner, other] = [await session('sluice'), await session('somebody')];
  const { workgroup, database, secret } = twin.connection;
  const { Id } = await owner.send(
    new ExecuteStatementCommand({
      WorkgroupName: workgroup,
      Database: database,
      SecretArn: secret,
      Sql: 'SELECT 1',
    }),
  );
  const describe = new DescribeStatementCommand({ Id });
  // Another function's session with that name has the same owner.
  for (const client of [owner, await session('sluice')]) {
    await expect(client.send(describe)).resolves.toMatchObject({ Id });
  }
  for (const client of [other, new RedshiftDataClient(asFunction('copy-to-staging'))]) {
    await expect(client.send(describe)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  }
});

/** Removes a statement from a role's policy while an action runs. */
async function without<Result>(role: string, sid: string, run: () => Promise<Result>): Promise<Result> {
  const found = account.role(`sluice-local-${role}`);
  const [name, document] = [...(found?.policies ?? [])][0] ?? [];
  if (!found || name === undefined || !document) throw new Error(`${role} has no policy`);
  const Statement = document.Statement.filter(({ Sid }) => Sid !== sid);
  expect(Statement).toHaveLength(document.Statement.length - 1);
  found.policies.set(name, { ...document, Statement });
  try {
    return await run();
  } finally {
    found.policies.set(name, document);
  }
}

describe('a missing right fails its partition with a named error, and nothing is half loaded', () => {
  test.each([
    [
      'inspect-files',
      'ReadHours',
      's3:GetObject on resource: arn:aws:s3:::sluice-local-lake-000000000000/trips/',
    ],
    [
      'inspect-files',
      'WritePlans',
      's3:PutObject on resource: arn:aws:s3:::sluice-local-lake-000000000000/sluice/',
    ],
    ['copy-to-staging', 'ReadPlans', 's3:GetObject'],
    ['copy', 'ReadFiles', 'S3ServiceException:Access Denied,Status 403'],
  ])('%s without %s', async (role, sid, words) => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    const { status, partitions } = await without(role, sid, () => twin.load({ partition: HOUR }));
    expect(status).toBe('FAILED');
    expect(partitions).toMatchObject([{ outcome: 'failed', error: 'AccessDenied', inserted: 0 }]);
    expect(partitions[0]?.cause).toContain(words);
    expect(await twin.stagingTables()).toEqual([]);
    expect(await twin.load({ partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
  });
});

test('COPY cannot read a bucket whose policy refuses signatures that last an hour', async () => {
  const { bucket } = twin.connection;
  const before = account.bucketPolicies.get(bucket)!;
  const limit = {
    Effect: 'Deny' as const,
    Principal: { AWS: ['*'], Service: [] },
    Action: ['s3:*'],
    Resource: [`arn:aws:s3:::${bucket}/*`],
    Condition: { NumericGreaterThan: { 's3:signatureAge': ['600000'] } },
  };
  account.bucketPolicies.set(bucket, { ...before, Statement: [...before.Statement, limit] });
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await twin.load({ partition: HOUR })).toMatchObject({ partitions: [{ error: 'AccessDenied' }] });
  account.bucketPolicies.set(bucket, before);
  expect(await twin.load({ partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
});

test('a state machine without its rights fails with a named error', async () => {
  const { status, error } = await without('load', 'CallFunctions', () => twin.load({ partition: HOUR }));
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'Lambda.AccessDeniedException' });
});

test('a stream without the right to call its transform keeps the events under its error prefix', async () => {
  const [dataset] = twin.connection.datasets;
  const source = [{ arrival: HOUR, event: { trip_id: 'a' } }];
  const written = await without('trips-stream', 'Transform', async () => {
    await sendEvents(twin.connection, dataset!, source);
    return twin.connection.deliver(dataset!);
  });
  expect(written).toMatchObject([
    { key: expect.stringContaining('processing-failed') as string, records: 1 },
  ]);
});
