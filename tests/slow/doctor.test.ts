import {
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import {
  RedshiftServerlessClient,
  GetNamespaceCommand,
  UpdateNamespaceCommand,
  UpdateWorkgroupCommand,
} from '@aws-sdk/client-redshift-serverless';
import {
  CopyObjectCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import {
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
  type Target,
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
import { executionsSucceed } from '../../cli/doctor/executions';
import type { Finding } from '../../cli/doctor/finding';
import { eventsArrive, hoursLoaded } from '../../cli/doctor/hours';
import type { Connection, TwinConnection } from '../../cli/shared/connection';
import { Output } from '../../cli/shared/output';
import { parseDataset, type Dataset } from '../../core/dataset';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
import { TestTwin } from '../../testkit/test-twin';

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
/** Undoes what a test broke, also after a failure. */
let restore: () => Promise<void>;
beforeEach(async () => {
  const { account } = twin.twin;
  const roles = ['copy', 'statements'].map((name) => account.role(`sluice-local-${name}`)!);
  const before = roles.map(({ trust, policies }) => ({ trust, policies: [...policies] }));
  const bucketPolicies = [...account.bucketPolicies];
  const { namespace } = await redshift.send(new GetNamespaceCommand({ namespaceName: NAMESPACE }));
  restore = async () => {
    for (const [index, role] of roles.entries()) {
      role.trust = before[index]!.trust;
      role.policies.clear();
      for (const [name, document] of before[index]!.policies) role.policies.set(name, document);
    }
    account.bucketPolicies.clear();
    for (const [bucket, document] of bucketPolicies) account.bucketPolicies.set(bucket, document);
    const iamRoles = (namespace?.iamRoles ?? []).map((text) => /arn:[^)]+/.exec(text)![0]);
    await redshift.send(new UpdateNamespaceCommand({ namespaceName: NAMESPACE, iamRoles }));
    await twin.reset();
  };
});
afterEach(() => restore());
afterAll(() => twin.remove());

const doctor = (changes: Partial<TwinConnection> = {}) => doctorOf({ ...twin.connection, ...changes });

async function doctorOf(
  connection: Connection,
  options: { dataset?: string } = {},
): Promise<{ code: number; findings: readonly Finding[] }> {
  let text = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  await runDoctor(connection, new Output(true, stdout, stdout), options);
  const { findings } = JSON.parse(text) as DoctorDocument;
  // These tell of earlier loads, which other tests let fail: tests/cli/doctor/hours has them.
  const happened = [executionsSucceed, hoursLoaded, eventsArrive].map(({ title }) => title);
  const deployed = findings.map((each) => (happened.includes(each.check) ? { ...each, ok: true } : each));
  return { code: deployed.every(({ ok }) => ok) ? 0 : 1, findings: deployed };
}

/** The failed findings, which must be the only ones. */
async function wrong(changes?: Partial<TwinConnection>): Promise<Finding> {
  const { code, findings } = await doctor(changes);
  const [only, ...others] = findings.filter(({ ok }) => !ok);
  expect({ code, others }).toEqual({ code: 1, others: [] });
  if (!only) throw new Error('nothing is wrong');
  expect(only.fix).not.toBeNull();
  return only;
}

/** The same deployment, checked as on AWS. */
function asStage(): Connection {
  const entries = Object.entries(twin.connection).filter(([name]) => name !== 'deliver');
  return Object.fromEntries(entries) as unknown as Connection;
}

const TWIN_AGAIN = 'Restart the twin (npx sluice local): it deploys the files when it starts.';

const healthy = async () => {
  const { code, findings } = await doctor();
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
};

/** The arguments of a printed command, as the shell splits them. */
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

test('a sound deployment passes every check, and the doctor changes nothing', async () => {
  const { code, findings } = await doctor();
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
  expect([...new Set(findings.map(({ check }) => check))]).toEqual(CHECKS.map(({ title }) => title));
  expect(new Set(CHECKS.map(({ title }) => title)).size).toBe(CHECKS.length);
  // The table does not exist yet: the first load creates it.
  expect(findings.find(({ check }) => check.startsWith('target'))?.text).toContain(
    'the first load creates it',
  );
});

describe('the COPY role', () => {
  test('in another account is reported', async () => {
    const other = 'arn:aws:states:us-east-1:111122223333:stateMachine:sluice-local-load';
    const { findings } = await doctor({ stateMachineArn: other });
    expect(findings.find(({ check }) => check.startsWith('COPY role of'))).toMatchObject({
      ok: false,
      text: `it belongs to account ${ACCOUNT}, the warehouse to account 111122223333: Redshift accepts only roles of its own account`,
    });
    expect(findings.find(({ check }) => check.startsWith('credentials'))).toMatchObject({ ok: false });
  });

  test('that does not trust both Redshift services is fixed by the printed command, which keeps all other trust', async () => {
    const theirs = [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/analyst` },
        Action: 'sts:AssumeRole',
      },
      {
        Effect: 'Allow',
        Principal: { Service: 'redshift.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      },
    ];
    const trust = (PolicyDocument: string | undefined) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'sluice-local-copy', PolicyDocument }));
    await trust(JSON.stringify({ Version: '2012-10-17', Statement: theirs }));
    const { check, text, fix } = await wrong();
    expect(check).toBe('COPY role trusts Redshift');
    expect(text).toContain('does not trust redshift-serverless.amazonaws.com');
    // The finding is true: Redshift refuses COPY, and the failure is diagnosed.
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load({ partition: HOUR })).toMatchObject({ error: 'RoleNotAssumable' });
    expect(words(fix ?? '').slice(0, 3)).toEqual(['aws', 'iam', 'update-assume-role-policy']);
    expect(option(fix ?? '', 'role-name')).toEqual(['sluice-local-copy']);
    const [printed = ''] = option(fix ?? '', 'policy-document');
    expect((JSON.parse(printed) as { Statement: object[] }).Statement).toHaveLength(theirs.length + 1);
    expect(printed).toContain('role/analyst');
    expect(printed).toContain(`"aws:SourceAccount":["${ACCOUNT}"]`);
    await trust(printed);
    await healthy();
    expect(await twin.load({ partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('that is not attached is attached by the printed command, which keeps the other roles', async () => {
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

  test('that may not read a prefix is reported with the policy that allows it', async () => {
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

  test('with its own Deny is reported with that statement to remove', async () => {
    const added = { RoleName: 'sluice-local-copy', PolicyName: 'theirs' };
    const Statement = [{ Effect: 'Deny', Action: 's3:ListBucket', Resource: '*' }];
    await iam.send(
      new PutRolePolicyCommand({
        ...added,
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
    const { text, fix } = await wrong();
    expect(text).toBe('sluice-local-copy may not s3:ListBucket (explicitDeny)');
    expect(fix).toContain('remove that statement');
    await iam.send(new DeleteRolePolicyCommand(added));
    await healthy();
  });
});

describe('a lake that a KMS key encrypts', () => {
  const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`;
  const encryptWith = (rule: { SSEAlgorithm: 'aws:kms' | 'AES256'; KMSMasterKeyID?: string }) =>
    twin.connection.s3.send(
      new PutBucketEncryptionCommand({
        Bucket: twin.connection.bucket,
        ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: rule }] },
      }),
    );
  afterEach(() => encryptWith({ SSEAlgorithm: 'AES256' }));

  test('needs rights on the key for every role that reads or writes, and the printed commands grant them', async () => {
    await encryptWith({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY });
    const { code, findings } = await doctor();
    const found = findings.filter(({ ok }) => !ok);
    expect(code).toBe(1);
    expect(new Set(found.map(({ check, subject }) => `${check}: ${subject}`))).toEqual(
      new Set([`roles may use the lake’s key: ${KEY}`]),
    );
    expect(found.map(({ text }) => text).sort()).toEqual([
      'sluice-local-copy may not kms:Decrypt (implicitDeny)',
      'sluice-local-copy-to-staging may not kms:Decrypt (implicitDeny)',
      'sluice-local-inspect-files may not kms:Decrypt (implicitDeny)',
      'sluice-local-inspect-files may not kms:GenerateDataKey (implicitDeny)',
      'sluice-local-list-partitions may not kms:Decrypt (implicitDeny)',
      'sluice-local-merge-into-target may not kms:Decrypt (implicitDeny)',
      'sluice-local-prepare-warehouse may not kms:Decrypt (implicitDeny)',
      'sluice-local-prepare-warehouse may not kms:GenerateDataKey (implicitDeny)',
      'sluice-local-record-empty may not kms:Decrypt (implicitDeny)',
      'sluice-local-report-load may not kms:Decrypt (implicitDeny)',
      'sluice-local-report-load may not kms:GenerateDataKey (implicitDeny)',
      'sluice-local-trips-stream may not kms:GenerateDataKey (implicitDeny)',
      'sluice-local-validate-staging may not kms:Decrypt (implicitDeny)',
    ]);
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load({ partition: HOUR })).toMatchObject({ partitions: [{ error: 'AccessDenied' }] });

    // The rights that a deployment with lakeKeyArn adds; the template's test checks them.
    const document = (Action: string[]) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: 'LakeKey', Effect: 'Allow', Action, Resource: KEY }],
      });
    const roles = {
      'sluice-local-copy': ['kms:Decrypt'],
      'sluice-local-copy-to-staging': ['kms:Decrypt'],
      'sluice-local-inspect-files': ['kms:Decrypt', 'kms:GenerateDataKey'],
      'sluice-local-list-partitions': ['kms:Decrypt'],
      'sluice-local-merge-into-target': ['kms:Decrypt'],
      'sluice-local-prepare-warehouse': ['kms:Decrypt', 'kms:GenerateDataKey'],
      'sluice-local-record-empty': ['kms:Decrypt'],
      'sluice-local-report-load': ['kms:Decrypt', 'kms:GenerateDataKey'],
      'sluice-local-trips-stream': ['kms:Decrypt', 'kms:GenerateDataKey'],
      'sluice-local-validate-staging': ['kms:Decrypt'],
    };
    for (const [RoleName, actions] of Object.entries(roles)) {
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName: 'key', PolicyDocument: document(actions) }),
      );
    }
    await healthy();
    expect(await twin.load({ partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
    for (const RoleName of Object.keys(roles)) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'key' }));
    }
  });

  test('must name the key by its ARN, not by an alias', async () => {
    await encryptWith({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/lake' });
    const { text, fix } = await wrong();
    expect(text).toContain('by the alias alias/lake');
    expect(fix).toContain('aws kms describe-key --region us-east-1 --key-id alias/lake');
  });
});

describe('the lake', () => {
  test('with a policy that refuses presigned reads is reported', async () => {
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
    // The finding is true: COPY is refused.
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load({ partition: HOUR })).toMatchObject({ partitions: [{ error: 'AccessDenied' }] });
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await healthy();
    twin.twin.account.bucketPolicies.set(Bucket, before);
  });

  test('with a policy that refuses the COPY role by name, or by a condition that only AWS can evaluate', async () => {
    const { s3, bucket: Bucket } = twin.connection;
    const before = twin.twin.account.bucketPolicies.get(Bucket)!;
    const put = (statement: object) =>
      s3.send(
        new PutBucketPolicyCommand({
          Bucket,
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Deny', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*`, ...statement },
            ],
          }),
        }),
      );
    await put({ Sid: 'NoCopy', Principal: { AWS: COPY_ROLE } });
    expect((await wrong()).text).toBe(`statement NoCopy refuses s3:GetObject to ${COPY_ROLE}`);
    await put({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/other` } });
    await healthy();
    twin.twin.account.bucketPolicies.set(Bucket, before);
  });

  test('in another Region than the warehouse is reported', async () => {
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

describe('files of no hour', () => {
  const now = new Date(Date.now() - 3 * 3_600_000).toISOString();
  const [year = '', month = '', day = ''] = now.slice(0, 10).split('-');
  const ofMonth = `trips/year=${year}/month=${month}/`;

  test('of another layout are reported with the nearest template, and the printed commands load them', async () => {
    const key = `${ofMonth}day=0/hour=8/a.parquet`;
    await twin.put(
      `trips/year=${year}/${month}/${day}/1/a.parquet`,
      await parquetOf(tripsSelect([{ trip_id: 'a' }])),
    );
    const { check, subject, text, fix } = await wrong();
    expect({ check, subject }).toEqual({
      check: 'every file belongs to an hour',
      subject: `s3://${twin.connection.bucket}/trips/year=${year}/${month}/${day}/1/a.parquet`,
    });
    expect(text).toBe(
      'it belongs to no hour of dataset trips, so no load reads it: its folders look like ' +
        'trips/year={yyyy}/{MM}/{dd}/{H}/, and source.prefix of the dataset is ' +
        'trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/',
    );
    const [, from, to, hour] =
      /mv --recursive '(\S+)' '(\S+)' && npx sluice load (\S+) /.exec(fix ?? '') ?? [];
    expect([from, to, hour]).toEqual([
      `s3://${twin.connection.bucket}/trips/year=${year}/${month}/${day}/1/`,
      `s3://${twin.connection.bucket}/${ofMonth}day=${day}/hour=01/`,
      `${year}-${month}-${day}T01`,
    ]);
    const { s3, bucket: Bucket } = twin.connection;
    const keyIn = (url = '') => `${url.slice(`s3://${Bucket}/`.length)}a.parquet`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: keyIn(to), CopySource: `${Bucket}/${keyIn(from)}` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: keyIn(from) }));
    await healthy();
    expect(await twin.load({ partition: hour })).toMatchObject({ partitions: [{ inserted: 1 }] });

    await twin.put(key, 'x');
    expect((await wrong()).fix).toContain('If it is data, move it under the hour in which it arrived');
  });

  test('of a layout that a dataset file can name', async () => {
    await twin.put(`trips/${year}/${month}/${day}/01/a.parquet`, 'x');
    expect((await wrong()).fix).toContain(
      'set source.prefix in datasets/trips.yml to trips/{yyyy}/{MM}/{dd}/{HH}/ instead',
    );
  });

  test('are named up to five, and their keys forge nothing', async () => {
    for (let index = 0; index < 7; index += 1)
      await twin.put(`trips/${index}\n    Fix: drop it \u001b[2J/${now.slice(0, 13)}/a`, 'x');
    const { code, findings } = await doctor();
    const bad = findings.filter(({ ok }) => !ok);
    expect({ code, count: bad.length, last: bad.at(-1)?.text }).toEqual({
      code: 1,
      count: 6,
      last: '2 more folders or files belong to no hour',
    });
    // eslint-disable-next-line no-control-regex
    const controls = /[\u0000-\u001f]/;
    const said = bad.flatMap(({ subject, text, fix }) => [subject, text, fix ?? '']);
    expect(said.join('')).not.toMatch(controls);
    expect(said[2]).toContain('aws s3 mv');
  });

  test('are none of one dataset if they belong to an hour of another one', async () => {
    const [trips] = twin.connection.datasets as [Dataset];
    const nested = {
      ...trips,
      name: 'clicks',
      source: { ...trips.source, prefix: 'trips/clicks/{yyyy}/{MM}/{dd}/{HH}/' },
    };
    await twin.put(`trips/clicks/${year}/${month}/${day}/01/a.parquet`, 'x');
    const { findings } = await doctorOf(
      { ...twin.connection, datasets: [trips, nested] },
      { dataset: 'trips' },
    );
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect((await wrong()).subject).toContain('trips/clicks/');
  });
});

describe('a dataset file that differs from its deployment', () => {
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

  test('a new column is missing in the target and in the Glue table, and reported for both', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.load({ partition: HOUR });
    const datasets = changed('columns:', "columns:\n  - { name: tip, type: 'decimal(8,2)' }");
    const { findings } = await doctor({ datasets });
    expect(findings.filter(({ ok }) => !ok)).toMatchObject([
      {
        check: 'target has the dataset’s columns',
        text: 'it lacks tip',
        fix: `npx sluice migrate --dataset trips --state-dir ${twin.stateDirectory}`,
      },
      {
        check: 'Glue table has the dataset’s columns',
        text: 'it lacks tip string',
        fix: TWIN_AGAIN,
      },
    ]);
    // On a stage, a deployment fixes it.
    const onStage = await doctorOf({ ...asStage(), datasets });
    expect(onStage.findings.filter(({ ok }) => !ok).map(({ fix }) => fix)).toEqual([
      'npx sluice migrate --dataset trips --stage local --region us-east-1',
      expect.stringMatching(
        /^npx serverless deploy --stage local --region us-east-1; if that changes nothing/,
      ),
    ]);
  });

  test('another column type', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.load({ partition: HOUR });
    const { findings } = await doctor({
      datasets: changed('vendor_id, type: integer', 'vendor_id, type: bigint'),
    });
    const [target] = findings.filter(({ ok }) => !ok);
    // migrate cannot fix it, so the fix is that of the refused change.
    expect(target?.fix).toContain('Set the type in the dataset file back');
    expect(findings.filter(({ ok }) => !ok).map(({ text }) => text)).toEqual([
      'vendor_id is BIGINT in the dataset file and INTEGER in the target',
      'it lacks vendor_id bigint; has vendor_id int, which the dataset does not have',
    ]);
  });

  test('another prefix than the stream’s', async () => {
    const { check, text } = await wrong({ datasets: changed('prefix: trips/year=', 'prefix: trips/year=x') });
    expect(check).toBe('stream writes where the dataset reads');
    expect(text).toMatch(
      /^its prefix is trips\/year=!\{timestamp:yyyy\}.*, and it should be trips\/year=x!\{timestamp.*\(datasets\/trips\.yml\)$/,
    );
  });

  test('another error prefix and another bucket', async () => {
    const errors = '  error_prefix: bad/{type}/{yyyy}/{MM}/{dd}/{HH}/\ntarget:';
    expect((await wrong({ datasets: changed('target:', errors) })).text).toMatch(
      /^its error prefix is errors\/trips\/.*, and it should be bad\/!\{firehose:error-output-type\}/,
    );
    const { findings } = await doctor({ bucket: 'another-lake' });
    expect(findings.map(({ text }) => text)).toContain(
      `its bucket is ${twin.connection.bucket}, and it should be another-lake (datasets/trips.yml)`,
    );
  });

  test('a dataset that is not deployed is reported, and hides no finding about the others', async () => {
    const [trips] = twin.connection.datasets;
    const datasets = [{ ...trips!, name: 'rides' }, trips!];
    const { findings } = await doctor({ datasets });
    expect(findings.filter(({ ok }) => !ok)).toEqual([
      ...['Glue table has the dataset’s columns', 'stream writes where the dataset reads'].map((check) => ({
        check,
        subject: 'dataset rides',
        ok: false,
        text: 'it has no stream in this deployment',
        fix: TWIN_AGAIN,
      })),
      {
        check: 'schedule enabled',
        subject: 'sluice-local/sluice-local-rides',
        ok: false,
        text: 'there is no such schedule in this deployment',
        fix: TWIN_AGAIN,
      },
    ]);
    expect(findings.some(({ ok, subject }) => ok && subject === 'sluice-local-trips')).toBe(true);
    // The doctor skips it if another dataset is named.
    expect(await doctorOf({ ...twin.connection, datasets }, { dataset: 'trips' })).toMatchObject({ code: 0 });
  });

  test('a staging table that another version of the file created', async () => {
    const table = 'sluice.staging_trips_2026112008_0123456789abcdef_1';
    await twin.sql(`CREATE TABLE ${table} (trip_id VARCHAR(64), tip INTEGER)`);
    const { check, text } = await wrong();
    expect(check).toBe('staging tables have only the dataset’s columns');
    expect(text).toContain('staging_trips_2026112008_0123456789abcdef_1 has other columns');
    await twin.sql(`DROP TABLE ${table}`);
    await healthy();
  });
});

test('a disabled schedule is restored by the printed command', async () => {
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
    text: 'it is disabled: no hour is loaded on schedule',
  });
  expect(words(fix ?? '').slice(0, 3)).toEqual(['aws', 'scheduler', 'update-schedule']);
  const input = JSON.parse(option(fix ?? '', 'cli-input-json')[0] ?? '') as UpdateScheduleCommandInput;
  await scheduler.send(new UpdateScheduleCommand(input));
  expect(await read()).toMatchObject(before);
  await healthy();
});

test('a schedule that starts something else, or another dataset', async () => {
  const { Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target } = await scheduler.send(
    new GetScheduleCommand({ GroupName: 'sluice-local', Name: 'sluice-local-trips' }),
  );
  const machine = twin.connection.stateMachineArn;
  await scheduler.send(
    new UpdateScheduleCommand({
      Name,
      GroupName,
      ScheduleExpression,
      FlexibleTimeWindow,
      Target: { ...Target, Arn: `${machine}-old`, Input: '{}' } as Target,
    }),
  );
  const { text, fix } = await wrong();
  expect(text).toBe(
    `it starts ${machine}-old, not this state machine; its input is {}, not {"dataset":"trips"}`,
  );
  const input = JSON.parse(option(fix ?? '', 'cli-input-json')[0] ?? '') as UpdateScheduleCommandInput;
  await scheduler.send(new UpdateScheduleCommand(input));
  await healthy();
});

describe('the workgroup', () => {
  const open = (publiclyAccessible: boolean) =>
    redshift.send(new UpdateWorkgroupCommand({ workgroupName: NAMESPACE, publiclyAccessible }));

  test('that can be reached from the Internet is closed by the printed command', async () => {
    await open(true);
    const { text, fix } = await wrong();
    expect(text).toBe('it can be reached from the Internet');
    expect(words(fix ?? '').slice(0, 3)).toEqual(['aws', 'redshift-serverless', 'update-workgroup']);
    expect(words(fix ?? '').slice(-2)).toEqual([NAMESPACE, '--no-publicly-accessible']);
    await open(false);
    await healthy();
  });
});

describe('the database user', () => {
  /** Lets the statements' role connect as its own user, as in a deployment without a secret. */
  const connectAsRole = () => {
    const connect = { Effect: 'Allow', Action: 'redshift-serverless:GetCredentials', Resource: '*' };
    return iam.send(
      new PutRolePolicyCommand({
        RoleName: 'sluice-local-statements',
        PolicyName: 'connect',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [connect] }),
      }),
    );
  };

  test('who lacks a privilege is reported with the statements that grant it', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.load({ partition: HOUR });
    // Without the secret, the user is that of the statements' role. Until now the administrator has made everything.
    await connectAsRole();
    const user = '"IAMR:sluice-local-statements"';
    const found = async () => {
      const { findings } = await doctor({ secret: undefined });
      return findings.find(({ check }) => check === 'database user may load');
    };
    await twin.sql('REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL');
    const rounds = [
      `GRANT USAGE, CREATE ON SCHEMA "sluice" TO ${user}; GRANT SELECT, INSERT, DELETE ON "public"."trips" TO ${user}; GRANT ASSUMEROLE ON '${COPY_ROLE}' TO ${user} FOR COPY;`,
      // What the user may do with the tables of a schema shows only with USAGE on it.
      `GRANT SELECT, INSERT ON "sluice"."load_history" TO ${user}; GRANT SELECT, INSERT, UPDATE ON "sluice"."mutex_trips" TO ${user};`,
    ];
    for (const [round, printed] of rounds.entries()) {
      const finding = await found();
      expect(finding).toMatchObject({ ok: false, subject: 'public.trips' });
      const [grants = '', again] = (finding?.fix ?? '').split(' Then run doctor again: ');
      expect(grants).toBe(`As an administrator of the database: ${printed}`);
      expect(again === undefined).toBe(round === rounds.length - 1);
      for (const grant of printed.split(/;\s*/).filter((each) => each !== '')) await twin.sql(grant);
    }
    expect(await found()).toMatchObject({ ok: true });
  });

  test('who may not even see the target is told so', async () => {
    await twin.sql('CREATE SCHEMA closed');
    await twin.sql('CREATE TABLE closed.trips (trip_id VARCHAR(64))');
    const [dataset] = twin.connection.datasets;
    const closed: Dataset = { ...dataset!, target: { ...dataset!.target, schema: 'closed' } };
    await connectAsRole();
    const { findings } = await doctor({ secret: undefined, datasets: [closed] });
    expect(findings.find(({ check }) => check.startsWith('target has'))).toMatchObject({
      ok: false,
      text: expect.stringContaining(
        'Table closed.trips exists, but the database user has no privilege on it',
      ) as string,
    });
  });
});

describe('the Data API', () => {
  const RIGHTS = {
    SubmitStatements: 'redshift-data:ExecuteStatement',
    FollowStatements: 'redshift-data:DescribeStatement',
    ReadUser: 'secretsmanager:GetSecretValue',
  };

  test.each(Object.entries(RIGHTS))('without %s gets it by the printed command', async (sid, action) => {
    const name = 'sluice-local-statements';
    const role = twin.twin.account.role(name)!;
    const [policy, document] = [...role.policies][0]!;
    role.policies.set(policy, {
      ...document,
      Statement: document.Statement.filter(({ Sid }) => Sid !== sid),
    });
    const { findings } = await doctor();
    const of = (title: string) => findings.find(({ check }) => check.startsWith(title));
    expect(of('Data API')).toMatchObject({
      ok: false,
      text: expect.stringMatching(new RegExp(`AccessDenied.*${action}`)) as string,
      fix: TWIN_AGAIN,
    });
    // A check that depends on it is not reported as a failure of its own.
    for (const title of ['database user', 'target', 'staging']) {
      expect(of(title)).toMatchObject({
        text: 'could not be checked: "Data API reachable and permitted" has to pass first',
        fix: 'Fix that first.',
      });
    }
    const onStage = await doctorOf(asStage());
    const fix = onStage.findings.find(({ check }) => check.startsWith('Data API'))?.fix ?? '';
    const [again = '', byHand = ''] = fix.split(
      '; if that changes nothing, the resource was changed by hand: ',
    );
    expect(again).toBe('npx serverless deploy --stage local --region us-east-1');
    expect(option(byHand, 'role-name')).toEqual([name]);
    const [printed = ''] = option(byHand, 'policy-document');
    expect(JSON.parse(printed)).toMatchObject({ Statement: [{ Effect: 'Allow', Action: action }] });
    role.policies.set(policy, document);
    await healthy();
  });
});

test('a topic without a subscriber gets one by the printed command', async () => {
  const sns = new SNSClient(twin.connection.settings);
  const TopicArn = twin.twin.description.topic_arn;
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  for (const { SubscriptionArn } of Subscriptions)
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  const { check, text, fix } = await wrong();
  expect({ check, text }).toEqual({
    check: 'somebody is notified of failures',
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

test('a check that cannot run is reported, and the other checks go on', async () => {
  const { code, findings } = await doctor({ workgroup: 'gone' });
  expect(code).toBe(1);
  expect([...new Set(findings.map(({ check }) => check))]).toEqual(CHECKS.map(({ title }) => title));
  expect(findings.find(({ check }) => check === 'workgroup available')).toMatchObject({
    ok: false,
    text: expect.stringContaining('could not be checked: ResourceNotFoundException') as string,
    fix: expect.stringContaining('redshift-serverless:GetWorkgroup') as string,
  });
});
