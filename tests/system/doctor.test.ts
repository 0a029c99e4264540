import {
  DeleteBucketPolicyCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import {
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { RedshiftServerlessClient, UpdateNamespaceCommand } from '@aws-sdk/client-redshift-serverless';
import {
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import {
  ListSubscriptionsByTopicCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { spawnSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { CHECKS, runDoctor, type DoctorDocument } from '../../cli/doctor';
import type { Finding } from '../../cli/doctor/finding';
import type { TwinConnection } from '../../cli/shared/connection';
import { Output } from '../../cli/shared/output';
import { parseDataset, type Dataset } from '../../core/dataset';
import { TestTwin } from '../support/test-twin';

const ACCOUNT = '000000000000';
const COPY_ROLE = `arn:aws:iam::${ACCOUNT}:role/sluice-local-copy`;
const NAMESPACE = 'sluice-local';
const HOUR = '2026-11-20T08';

let twin: TestTwin;
let iam: IAMClient;
let redshift: RedshiftServerlessClient;
let scheduler: SchedulerClient;
beforeAll(async () => {
  twin = await TestTwin.start();
  const { settings } = twin.connection;
  iam = new IAMClient(settings);
  redshift = new RedshiftServerlessClient(settings);
  scheduler = new SchedulerClient(settings);
});
afterAll(() => twin.remove());

async function doctor(
  changes: Partial<TwinConnection> = {},
): Promise<{ code: number; findings: readonly Finding[] }> {
  let text = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const code = await runDoctor({ ...twin.connection, ...changes }, new Output(true, stdout, stdout));
  return { code, findings: (JSON.parse(text) as DoctorDocument).findings };
}

/** What is wrong, and nothing else is. */
async function wrong(changes?: Partial<TwinConnection>): Promise<Finding> {
  const { code, findings } = await doctor(changes);
  const [only, ...others] = findings.filter(({ ok }) => !ok);
  expect({ code, others }).toEqual({ code: 1, others: [] });
  if (!only) throw new Error('nothing is wrong');
  expect(only.fix).not.toBeNull();
  return only;
}

const healthy = async () => {
  const { code, findings } = await doctor();
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
};

/** The values of a command that is to be run as it is printed: the shell itself takes it apart. */
function words(command: string): string[] {
  const { stdout } = spawnSync('bash', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}
const option = (command: string, name: string): string[] => {
  const all = words(command);
  const from = all.indexOf(`--${name}`) + 1;
  const to = all.findIndex((word, index) => index >= from && word.startsWith('--'));
  return all.slice(from, to < 0 ? undefined : to);
};

test('a deployment where all is well: every check has looked, and nothing was changed', async () => {
  const { code, findings } = await doctor();
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
  expect([...new Set(findings.map(({ check }) => check))]).toEqual(CHECKS.map(({ title }) => title));
  expect(new Set(CHECKS.map(({ title }) => title)).size).toBe(CHECKS.length);
  // There is still no table: it is the first load that makes it.
  expect(findings.find(({ check }) => check.startsWith('target'))?.text).toContain('the first load makes it');
});

describe('the COPY role', () => {
  test('of another account', async () => {
    const other = 'arn:aws:states:us-east-1:111122223333:stateMachine:sluice-local-load';
    const { findings } = await doctor({ stateMachineArn: other });
    expect(findings.find(({ check }) => check.startsWith('COPY role of'))).toMatchObject({
      ok: false,
      text: `it is of account ${ACCOUNT}, the warehouse of account 111122223333: Redshift takes only roles of its own account`,
    });
    expect(findings.find(({ check }) => check.startsWith('credentials'))).toMatchObject({ ok: false });
  });

  test('that does not trust both of Redshift’s services is mended by the command that is printed', async () => {
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: ['redshift.amazonaws.com'] }, Action: 'sts:AssumeRole' },
      ],
    });
    await iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: 'sluice-local-copy', PolicyDocument: document }),
    );
    const { check, text, fix } = await wrong();
    expect(check).toBe('COPY role trusts Redshift');
    expect(text).toContain('does not trust redshift-serverless.amazonaws.com');
    expect(words(fix ?? '').slice(0, 3)).toEqual(['aws', 'iam', 'update-assume-role-policy']);
    await iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: option(fix ?? '', 'role-name')[0],
        PolicyDocument: option(fix ?? '', 'policy-document')[0],
      }),
    );
    await healthy();
  });

  test('that is not attached is attached by the command that is printed, beside those that are', async () => {
    const others = [`arn:aws:iam::${ACCOUNT}:role/theirs`];
    await redshift.send(new UpdateNamespaceCommand({ namespaceName: NAMESPACE, iamRoles: others }));
    const { check, text, fix } = await wrong();
    expect({ check, text }).toEqual({
      check: 'COPY role attached to the namespace',
      text: `${COPY_ROLE} is not attached to it`,
    });
    const iamRoles = option(fix ?? '', 'iam-roles');
    expect(iamRoles).toEqual([...others, COPY_ROLE]);
    await redshift.send(
      new UpdateNamespaceCommand({ namespaceName: option(fix ?? '', 'namespace-name')[0], iamRoles }),
    );
    await healthy();
  });

  test('that may not read a prefix, with the policy that lets it', async () => {
    const role = twin.twin.account.role('sluice-local-copy')!;
    const [name, document] = [...role.policies][0]!;
    const limited = document.Statement.map((statement) =>
      statement.Sid === 'ReadFiles'
        ? { ...statement, Resource: statement.Resource?.filter((resource) => !resource.includes('trips/')) }
        : statement,
    );
    role.policies.set(name, { ...document, Statement: limited });
    const { check, subject, text, fix } = await wrong();
    expect({ check, subject }).toEqual({
      check: 'COPY role reads the lake',
      subject: `s3://${twin.connection.bucket}/trips/year=`,
    });
    expect(text).toContain('may not s3:GetObject');
    const added = {
      RoleName: option(fix ?? '', 'role-name')[0],
      PolicyName: option(fix ?? '', 'policy-name')[0],
    };
    await iam.send(
      new PutRolePolicyCommand({ ...added, PolicyDocument: option(fix ?? '', 'policy-document')[0] }),
    );
    await healthy();
    await iam.send(new DeleteRolePolicyCommand(added));
    role.policies.set(name, document);
    await healthy();
  });

  test('that may not use the key that the bucket is encrypted with', async () => {
    const { s3, bucket: Bucket } = twin.connection;
    const encryptWith = (rule: { SSEAlgorithm: 'aws:kms' | 'AES256'; KMSMasterKeyID?: string }) =>
      s3.send(
        new PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: rule }] },
        }),
      );
    await encryptWith({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '11111111-2222-3333-4444-555555555555' });
    const { subject, text } = await wrong();
    expect(subject).toBe(`arn:aws:kms:us-east-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`);
    expect(text).toContain('may not kms:Decrypt');
    await encryptWith({ SSEAlgorithm: 'AES256' });
    await healthy();
  });
});

describe('the lake', () => {
  test('whose policy refuses presigned reads', async () => {
    const { s3, bucket: Bucket } = twin.connection;
    const before = twin.twin.account.bucketPolicies.get(Bucket)!;
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ShortLived',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: `arn:aws:s3:::${Bucket}/*`,
          Condition: { NumericGreaterThan: { 's3:signatureAge': 600000 } },
        },
      ],
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const { check, text, fix } = await wrong();
    expect(check).toBe('bucket policy allows presigned reads');
    expect(text).toContain('statement ShortLived refuses signatures older than 600000 ms');
    expect(fix).toContain('3600000');
    // And so it is: COPY is refused.
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load({ partition: HOUR })).toMatchObject({ partitions: [{ error: 'AccessDenied' }] });
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await healthy();
    twin.twin.account.bucketPolicies.set(Bucket, before);
  });

  test('in another Region than the warehouse', async () => {
    const elsewhere = await TestTwin.start({ bucketRegion: 'eu-west-1' });
    try {
      const { s3 } = elsewhere.connection;
      const { code, findings } = await doctor({ ...elsewhere.connection, s3 });
      expect(code).toBe(1);
      const [region] = findings.filter(({ check }) => check.includes('one Region'));
      expect(region).toMatchObject({
        ok: false,
        text: 'the bucket is in eu-west-1, the workgroup in us-east-1: COPY reads Parquet only within one Region',
      });
      expect(region?.fix).toContain('--region eu-west-1');
    } finally {
      await elsewhere.remove();
    }
  });
});

describe('the dataset file against what is deployed', () => {
  const changed = (from: string, to: string): readonly Dataset[] => {
    const [dataset] = twin.connection.datasets;
    const file = TRIPS.replace(from, to);
    expect(file).not.toBe(TRIPS);
    expect(dataset?.name).toBe('trips');
    return [parseDataset(file, 'trips.yml')];
  };
  const TRIPS = `
dataset: trips
source:
  prefix: trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/
target:
  table: trips
  key: [trip_id]
  version: updated_at
  event_time: pickup_datetime
columns:
  - { name: trip_id, type: varchar(64), required: true }
  - { name: vendor_id, type: integer }
  - { name: pickup_datetime, type: timestamp, required: true }
  - { name: dropoff_datetime, type: timestamp }
  - { name: passenger_count, type: integer }
  - { name: trip_distance, type: double precision }
  - { name: total_amount, type: 'decimal(10,2)' }
  - { name: updated_at, type: timestamp, required: true }
`;

  test('a column that is new is missing in target and Glue table, and told of in both', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.load({ partition: HOUR });
    const datasets = changed('columns:', "columns:\n  - { name: tip, type: 'decimal(8,2)' }");
    const { findings } = await doctor({ datasets });
    expect(findings.filter(({ ok }) => !ok)).toMatchObject([
      {
        check: 'target has the dataset’s columns',
        text: 'tip is not in it',
        fix: expect.stringContaining('sluice migrate') as string,
      },
      {
        check: 'Glue table has the dataset’s columns',
        text: 'it lacks tip decimal(8,2)',
        fix: expect.stringContaining('npx serverless deploy') as string,
      },
    ]);
  });

  test('another type', async () => {
    const { findings } = await doctor({
      datasets: changed('vendor_id, type: integer', 'vendor_id, type: bigint'),
    });
    expect(findings.filter(({ ok }) => !ok).map(({ text }) => text)).toEqual([
      'vendor_id is BIGINT in the dataset file and INTEGER in the target',
      'it lacks vendor_id bigint; has vendor_id int, which the dataset has not',
    ]);
  });

  test('another prefix than the stream’s', async () => {
    const { check, text } = await wrong({ datasets: changed('prefix: trips/year=', 'prefix: trips/year=x') });
    expect(check).toBe('stream writes where the dataset reads');
    expect(text).toMatch(
      /^its prefix is trips\/year=!\{timestamp:yyyy\}.*, and datasets\/trips.yml says trips\/year=x!\{timestamp/,
    );
  });

  test('a staging table of another version of the file', async () => {
    const table = 'sluice.staging_trips_2026112008_0123456789abcdef';
    await twin.sql(`CREATE TABLE ${table} (trip_id VARCHAR(64))`);
    const { check, text } = await wrong();
    expect(check).toBe('staging tables have the dataset’s columns');
    expect(text).toContain('staging_trips_2026112008_0123456789abcdef has other columns');
    await twin.sql(`DROP TABLE ${table}`);
    await healthy();
  });
});

test('a schedule that is disabled, and as it was by the command that is printed', async () => {
  const read = () =>
    scheduler.send(new GetScheduleCommand({ GroupName: 'sluice-local', Name: 'sluice-local-trips' }));
  const { $metadata, Arn, ...before } = await read();
  expect({ $metadata, Arn }).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  expect(before.Target?.RetryPolicy?.MaximumRetryAttempts).toBeGreaterThan(0);
  await scheduler.send(
    new UpdateScheduleCommand({ ...before, State: 'DISABLED' } as UpdateScheduleCommandInput),
  );
  const { check, text, fix } = await wrong();
  expect({ check, text }).toEqual({
    check: 'schedule enabled',
    text: 'it is disabled: nothing is loaded by itself',
  });
  expect(words(fix ?? '').slice(0, 3)).toEqual(['aws', 'scheduler', 'update-schedule']);
  const input = JSON.parse(option(fix ?? '', 'cli-input-json')[0] ?? '') as UpdateScheduleCommandInput;
  await scheduler.send(new UpdateScheduleCommand(input));
  expect(await read()).toMatchObject(before);
  await healthy();
});

describe('the Data API', () => {
  const RIGHTS = ['SubmitStatements', 'FollowStatements', 'ReadUser'];

  test.each(RIGHTS)('without %s', async (sid) => {
    const role = twin.twin.account.role('sluice-local-statements')!;
    const [name, document] = [...role.policies][0]!;
    role.policies.set(name, { ...document, Statement: document.Statement.filter(({ Sid }) => Sid !== sid) });
    const { findings } = await doctor();
    expect(findings.find(({ check }) => check.startsWith('Data API'))).toMatchObject({
      ok: false,
      text: expect.stringContaining('AccessDenied') as string,
      fix: expect.stringContaining('sts:AssumeRole') as string,
    });
    role.policies.set(name, document);
    await healthy();
  });
});

test('nobody who hears of failures, and somebody by the command that is printed', async () => {
  const sns = new SNSClient(twin.connection.settings);
  const TopicArn = twin.twin.description.topic_arn;
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  for (const { SubscriptionArn } of Subscriptions)
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  const { check, text, fix } = await wrong();
  expect({ check, text }).toEqual({
    check: 'somebody hears of failures',
    text: 'nobody is subscribed to it',
  });
  const command = (fix ?? '').split(';')[0]?.replace('<address>', 'on-call@example.com') ?? '';
  await sns.send(
    new SubscribeCommand({
      TopicArn: option(command, 'topic-arn')[0],
      Protocol: option(command, 'protocol')[0],
      Endpoint: option(command, 'notification-endpoint')[0],
    }),
  );
  await healthy();
});

test('what cannot be looked at is told, and ends no other check', async () => {
  const { code, findings } = await doctor({ workgroup: 'gone' });
  expect(code).toBe(1);
  expect([...new Set(findings.map(({ check }) => check))]).toEqual(CHECKS.map(({ title }) => title));
  expect(findings.find(({ check }) => check === 'workgroup available')).toMatchObject({
    ok: false,
    text: expect.stringContaining('could not be looked at: ResourceNotFoundException') as string,
    fix: expect.stringContaining('redshift-serverless:GetWorkgroup') as string,
  });
});
