import asl from 'asl-validator';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECRET_OUTPUT, STACK_OUTPUTS, USAGE_LIMIT_OUTPUT } from '../../../core/stack-outputs';
import { STEP_NAMES, stemOf } from '../../../core/steps';
import { packageService, readStack } from '../../../local/stack';
import { serviceOf } from '../../../resources/service';
import { parseSettings } from '../../../resources/settings';
import { readDatasets } from '../../../service/datasets';
import { PACKAGES_DIRECTORY } from '../../../testkit/packages';
import { ServiceCopy } from '../../../testkit/service-copy';
import { templateProblems, type Template, type TemplateResource } from '../../../testkit/template-check';
import { rightOf, statementsOf, textOf, trustOf } from '../../../testkit/template-text';
import { packageShapes, SHAPES, type Packaged } from '../../resources/shapes';

let packaged: ReadonlyMap<string, Packaged>;
const copies: ServiceCopy[] = [];

beforeAll(async () => {
  packaged = await packageShapes(copies);
});
afterAll(() => {
  for (const copy of copies) copy.remove();
});

const names = Object.keys(SHAPES);
const packagedAs = (name: string): Packaged => {
  const found = packaged.get(name);
  if (!found) throw new Error(`${name} was not packaged`);
  return found;
};
const templateOf = (name: string): Template => packagedAs(name).template;
const ofType = (name: string, type: string): [string, TemplateResource][] =>
  Object.entries(templateOf(name).Resources).filter(([, resource]) => resource.Type === type);
const properties = (name: string, logicalId: string): Record<string, unknown> => {
  const resource = templateOf(name).Resources[logicalId];
  if (!resource) throw new Error(`${name} has no ${logicalId}`);
  return { ...resource.Properties };
};
const ids = (name: string, type: string) =>
  ofType(name, type)
    .map(([id]) => id)
    .sort();

const topicOf = (name: string) => SHAPES[name]?.params.topicArn ?? { Ref: 'FailureTopic' };

const OF_STAGE = [
  'ExecutionsAborted',
  'ExecutionsFailed',
  'ExecutionsThrottled',
  'ExecutionsTimedOut',
  'ScheduleDeadLetters',
];
const OF_DATASET = ['ErrorRecords', 'Failing', 'Stale'];
const OF_STREAM = ['ConversionFailing', 'DeliveryFailing', 'DeliveryLate', 'Throttled', 'TransformFailing'];

describe.each(names)('%s', (name) => {
  test('is valid for CloudFormation, and every reference has a target', () => {
    expect(templateProblems(templateOf(name))).toEqual([]);
  });

  test('every function has nodejs24.x, arm64, its own role, traces and a log with a retention', () => {
    const functions = ofType(name, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(11);
    const roles = new Set<string>();
    for (const [id, { Properties: given = {} }] of functions) {
      const role = id.replace(/LambdaFunction$/, 'Role');
      expect(given).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Role: { 'Fn::GetAtt': [role, 'Arn'] },
        TracingConfig: { Mode: 'Active' },
      });
      expect(given.MemorySize).toBeGreaterThanOrEqual(512);
      expect(given.Timeout).toBeGreaterThanOrEqual(120);
      expect(given.Timeout).toBeLessThanOrEqual(900);
      roles.add(role);
      expect(properties(name, id.replace(/LambdaFunction$/, 'LogGroup'))).toMatchObject({
        RetentionInDays: 30,
      });
    }
    expect(roles.size).toBe(11);
  });

  test('the state machine has logs, traces and its own role, and the twin can run it', () => {
    const given = properties(name, 'LoadStateMachine');
    expect(given).toMatchObject({
      RoleArn: { 'Fn::GetAtt': ['LoadRole', 'Arn'] },
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: {
        Level: 'ERROR',
        Destinations: [
          { CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['LoadLogGroup', 'Arn'] } } },
        ],
      },
    });
    const { directory } = packaged.get(name)!;
    const stack = readStack(directory, {
      region: 'us-east-1',
      accountId: '123456789012',
      stackName: 'sluice-dev',
    });
    const definition = JSON.parse(stack.stateMachines[0]?.definition ?? '') as object;
    expect(asl(definition).errors).toEqual([]);
    const called = [...JSON.stringify(definition).matchAll(/function:sluice-dev-([a-z-]+)/g)].map(
      ([, stem]) => stem,
    );
    expect([...new Set(called)].sort()).toEqual(STEP_NAMES.map(stemOf).sort());
  });

  test('every alarm of the stage and of each dataset exists, explains itself and notifies the topic', () => {
    const alarms = ofType(name, 'AWS::CloudWatch::Alarm');
    const { datasets } = SHAPES[name]!;
    const streamed = !('trips.yml' in datasets);
    const stems = ['Trips', ...(name === 'three datasets' ? ['PageViews', 'Readings'] : [])];
    expect(alarms.map(([id]) => id.replace(/Alarm$/, '')).sort()).toEqual(
      [
        ...OF_STAGE,
        ...(streamed ? ['TransformErrors'] : []),
        ...stems.flatMap((stem) =>
          [...OF_DATASET, ...(streamed ? OF_STREAM : [])].map((alarm) => `${stem}${alarm}`),
        ),
      ].sort(),
    );
    for (const [, { Properties: given = {} }] of alarms) {
      const description = textOf(given.AlarmDescription);
      expect(description.length).toBeGreaterThan(120);
      // CloudWatch allows 1,024 characters. tests/runbook.test.ts looks at what references become.
      expect(description.length).toBeLessThanOrEqual(1_024);
      expect(given).toMatchObject({ AlarmActions: [topicOf(name)] });
    }
    expect(new Set(alarms.map(([, { Properties: given }]) => given?.AlarmName)).size).toBe(alarms.length);
  });

  test('the outputs contain what the command line needs', () => {
    const { Outputs = {} } = templateOf(name);
    const streams = ofType(name, 'AWS::KinesisFirehose::DeliveryStream').map(([id]) => ({ Ref: id }));
    const secret = name.includes('somebody else writes') ? [] : [SECRET_OUTPUT];
    expect(Object.keys(Outputs)).toEqual(
      expect.arrayContaining([...Object.values(STACK_OUTPUTS), ...secret]),
    );
    expect(Object.keys(Outputs).includes(SECRET_OUTPUT)).toBe(secret.length > 0);
    expect(Object.values(Outputs).map((output) => (output as { Value: unknown }).Value)).toEqual(
      expect.arrayContaining(streams),
    );
  });

  test('the dashboard is JSON, and its graphs do not overlap', () => {
    const { DashboardBody: body } = properties(name, 'Dashboard') as {
      DashboardBody: { 'Fn::Sub': [string] };
    };
    const { widgets } = JSON.parse(body['Fn::Sub'][0]) as {
      widgets: { x: number; y: number; width: number; height: number }[];
    };
    expect(widgets.length).toBeGreaterThan(8);
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from(
        { length: width * height },
        (_, cell) => `${x + (cell % width)}/${y + Math.floor(cell / width)}`,
      ),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBeLessThanOrEqual(24);
  });
});

test('the package contains what resources/ makes', () => {
  const { template } = serviceOf(
    parseSettings('sluice', 'dev', 'us-east-1', {}, (name) => name),
    readDatasets(packagedAs('one dataset').service.directory),
  );
  expect(templateOf('one dataset')).toMatchObject(template);
});

describe('the lake', () => {
  test('is encrypted, private, versioned, has a lifecycle, requires TLS, and stays when the stack is deleted', () => {
    const { LakeBucket, LakeBucketPolicy } = templateOf('one dataset').Resources;
    expect(LakeBucket).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: [
            { NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
            { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
          ],
        },
      },
    });
    expect(LakeBucketPolicy).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        PolicyDocument: {
          Statement: [
            { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
            // Redshift reads through URLs that are valid for an hour.
            { Effect: 'Deny', Condition: { NumericGreaterThan: { 's3:signatureAge': 3_600_000 } } },
          ],
        },
      },
    });
  });

  test('is not made if it exists', () => {
    const name = 'an existing bucket';
    expect(ids(name, 'AWS::S3::Bucket')).toEqual(['ServerlessDeploymentBucket']);
    expect(properties(name, 'ListPartitionsLambdaFunction')).toMatchObject({
      Environment: { Variables: { LAKE_BUCKET: 'my-lake' } },
    });
  });
});

describe('streams', () => {
  test('each dataset has one, with its own table, role, log, schedule and alarms', () => {
    const name = 'three datasets';
    const stems = ['PageViews', 'Readings', 'Trips'];
    expect(ids(name, 'AWS::KinesisFirehose::DeliveryStream')).toEqual(stems.map((stem) => `${stem}Stream`));
    expect(ids(name, 'AWS::Glue::Table')).toEqual(stems.map((stem) => `${stem}Table`));
    expect(ids(name, 'AWS::Scheduler::Schedule')).toEqual(stems.map((stem) => `${stem}Schedule`));
    for (const stem of stems) {
      expect(properties(name, `${stem}StaleAlarm`)).toMatchObject({ TreatMissingData: 'breaching' });
      expect(properties(name, `${stem}StreamRole`)).toBeDefined();
      expect(properties(name, `${stem}StreamLogGroup`)).toMatchObject({ RetentionInDays: 30 });
    }
    expect(properties(name, 'FailureSubscription')).toMatchObject({
      Protocol: 'email',
      Endpoint: 'on-call@example.com',
    });
  });

  test('convert with the dataset’s columns, by hour in UTC, within Firehose’s limits', () => {
    for (const name of names) {
      for (const [id, { Properties: given = {} }] of ofType(name, 'AWS::KinesisFirehose::DeliveryStream')) {
        const destination = given.ExtendedS3DestinationConfiguration as {
          BufferingHints: { SizeInMBs: number; IntervalInSeconds: number };
          ErrorOutputPrefix: string;
          Prefix: string;
        };
        expect(given.DeliveryStreamName).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
        // Conversion needs at least 64 MB, and the destination must not compress.
        expect(destination).toMatchObject({
          CompressionFormat: 'UNCOMPRESSED',
          CustomTimeZone: 'UTC',
          CloudWatchLoggingOptions: { Enabled: true },
          DataFormatConversionConfiguration: {
            Enabled: true,
            InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
            OutputFormatConfiguration: {
              Serializer: { ParquetSerDe: { Compression: 'SNAPPY', WriterVersion: 'V1' } },
            },
            SchemaConfiguration: { TableName: { Ref: id.replace(/Stream$/, 'Table') }, VersionId: 'LATEST' },
          },
          ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'Lambda' }] },
        });
        const { SizeInMBs: size, IntervalInSeconds: interval } = destination.BufferingHints;
        expect(size).toBeGreaterThanOrEqual(64);
        expect(size).toBeLessThanOrEqual(128);
        expect(interval).toBeGreaterThanOrEqual(60);
        expect(interval).toBeLessThanOrEqual(900);
        expect(destination.Prefix).toMatch(/!\{timestamp:yyyy\}.*!\{timestamp:HH\}.*\/$/);
        expect(destination.ErrorOutputPrefix).toContain('!{firehose:error-output-type}');
      }
    }
  });

  test.each([
    ['PageViews', 60],
    ['Trips', 900],
    ['Readings', 900],
  ])('%s buffers events for %i s, which is less than the settle time', (stem, interval) => {
    expect(properties('three datasets', `${stem}Stream`)).toMatchObject({
      ExtendedS3DestinationConfiguration: { BufferingHints: { IntervalInSeconds: interval } },
    });
  });

  test('are not made for files that something else writes', () => {
    const name = 'an existing warehouse, and files that somebody else writes';
    for (const type of ['AWS::KinesisFirehose::DeliveryStream', 'AWS::Glue::Table', 'AWS::Glue::Database']) {
      expect(ids(name, type)).toEqual([]);
    }
    expect(ids(name, 'AWS::Scheduler::Schedule')).toEqual(['TripsSchedule']);
    expect(ids(name, 'AWS::CloudWatch::Alarm')).toContain('TripsStaleAlarm');
    expect(
      ids(name, 'AWS::CloudWatch::Alarm').filter((id) => /Delivery|Conversion|Transform/.test(id)),
    ).toEqual([]);
  });
});

describe('the warehouse', () => {
  test('is private, has a managed password and the COPY role, and stays when the stack is deleted', () => {
    const { Namespace, Workgroup, CopyRole } = templateOf('three datasets').Resources;
    const retained = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
    const copyRole = { 'Fn::GetAtt': ['CopyRole', 'Arn'] };
    expect(Namespace).toMatchObject({
      ...retained,
      Properties: { ManageAdminPassword: true, IamRoles: [copyRole], DefaultIamRoleArn: copyRole },
    });
    expect(Namespace?.Properties).not.toHaveProperty('AdminUserPassword');
    expect(Workgroup).toMatchObject({
      ...retained,
      Properties: {
        PubliclyAccessible: false,
        BaseCapacity: 16,
        MaxCapacity: 64,
        SubnetIds: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d', 'subnet-2a1b2c3d'],
      },
    });
    expect(CopyRole).toMatchObject({
      ...retained,
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [
            { Principal: { Service: ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'] } },
          ],
        },
      },
    });
  });

  test('the COPY role reads the manifests and the datasets’ prefixes, and nothing else', () => {
    const [read, ...others] = statementsOf(templateOf('three datasets').Resources.CopyRole!);
    expect(read).toMatchObject({ Action: ['s3:GetObject'] });
    expect([read?.Resource].flat().map(textOf).sort()).toEqual([
      '${LakeBucket.Arn}/page_views/*',
      '${LakeBucket.Arn}/readings/*',
      '${LakeBucket.Arn}/sluice/*',
      '${LakeBucket.Arn}/trips/year=*',
    ]);
    expect(others.flatMap(({ Action }) => Action).sort()).toEqual(['s3:GetBucketLocation', 's3:ListBucket']);
  });

  test.each([
    ['one dataset', 'redshift!sluice-dev-sluice_admin', 'ReadUser'],
    [
      'an existing warehouse with a secret',
      SHAPES['an existing warehouse with a secret']?.params.secretArn,
      'ReadUser',
    ],
    ['an existing warehouse, and files that somebody else writes', '', 'ConnectAsRole'],
  ])('%s: the secret of the database user is %j', (name, secret, sid) => {
    expect(properties(name, 'MergeIntoTargetLambdaFunction')).toMatchObject({
      Environment: { Variables: { SECRET_ARN: secret } },
    });
    expect(statementsOf(templateOf(name).Resources.StatementsRole!).map(({ Sid }) => Sid)).toContain(sid);
  });

  test('is not made if it exists, and the COPY role is made only if none is named', () => {
    for (const name of names.filter((each) => each.includes('existing warehouse'))) {
      expect(ids(name, 'AWS::RedshiftServerless::Namespace')).toEqual([]);
      expect(ids(name, 'AWS::RedshiftServerless::Workgroup')).toEqual([]);
    }
    expect(ids('an existing warehouse with a secret', 'AWS::IAM::Role')).not.toContain('CopyRole');
    expect(ids('an existing warehouse, and files that somebody else writes', 'AWS::IAM::Role')).toContain(
      'CopyRole',
    );
  });
});

describe('schedules', () => {
  test.each([
    ['PageViews', 'cron(35 * * * ? *)', 3_000],
    ['Trips', 'cron(35 * * * ? *)', 3_000],
    ['Readings', 'cron(35 0,5,10,15,20 * * ? *)', 13_800],
  ])('%s starts at %s, is retried, and leaves a dead letter', (stem, expression, oldest) => {
    expect(properties('three datasets', `${stem}Schedule`)).toMatchObject({
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { Ref: 'LoadStateMachine' },
        RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: oldest },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['ScheduleDeadLetters', 'Arn'] } },
      },
    });
  });
});

describe('the topic', () => {
  test('without an e-mail has no subscription', () => {
    expect(ids('one dataset', 'AWS::SNS::Subscription')).toEqual([]);
  });

  test.each(names)(
    '%s: gets the notifications of the state machine, whose role may publish to it',
    (name) => {
      const { Resources, Outputs = {} } = templateOf(name);
      const notify = statementsOf(Resources.LoadRole!).find(({ Sid }) => Sid === 'Notify');
      expect(notify).toMatchObject({ Action: ['sns:Publish'], Resource: topicOf(name) });
      expect(Outputs[STACK_OUTPUTS.topicArn]).toMatchObject({ Value: topicOf(name) });
      const published = textOf(properties(name, 'LoadStateMachine').DefinitionString);
      expect(published).toContain(`"TopicArn": "${textOf(topicOf(name))}"`);
    },
  );

  test('is not made if it exists', () => {
    const types = ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'AWS::SNS::Subscription'];
    expect(types.flatMap((type) => ids('an existing warehouse with a secret', type))).toEqual([]);
    expect(types.flatMap((type) => ids('three datasets', type))).toHaveLength(3);
  });
});

test('the output says which usage limit is wanted, since CloudFormation cannot make one', () => {
  expect(templateOf('three datasets').Outputs).toMatchObject({ [USAGE_LIMIT_OUTPUT]: { Value: '20/day' } });
  expect(templateOf('one dataset').Outputs).not.toHaveProperty(USAGE_LIMIT_OUTPUT);
  // The day when it can, the parameter should become a resource.
  expect(templateProblems({ Resources: { Limit: { Type: 'AWS::RedshiftServerless::UsageLimit' } } })).toEqual(
    ['Limit: there is no resource type AWS::RedshiftServerless::UsageLimit'],
  );
});

/** Rights that only deployments with existing parts have, by the statement's Sid. */
const BROUGHT: Readonly<Record<string, RegExp>> = {
  LakeKey:
    /^(kms:Decrypt|kms:Decrypt kms:GenerateDataKey) on arn:aws:kms:us-east-1:123456789012:key\/[0-9-]+$/,
  SecretKey: /^kms:Decrypt on arn:aws:kms:us-east-1:123456789012:key\/secret$/,
  ConnectAsRole:
    /^redshift-serverless:GetCredentials on arn:aws:redshift-serverless:us-east-1:123456789012:workgroup\//,
};

describe('rights', () => {
  const actionsOf = (name: string) =>
    ofType(name, 'AWS::IAM::Role').flatMap(([role, resource]) =>
      statementsOf(resource).map((statement) => ({
        role: role.replace(/^[A-Z]\w*(?=StreamRole$)/, ''),
        statement,
        actions: [...statement.Action].sort().join(' '),
      })),
    );

  test.each(names)('%s: the same rights as one dataset needs, and those for existing parts', (name) => {
    const known = new Set(
      actionsOf('one dataset').map(({ role, statement: { Sid }, actions }) => `${role} ${Sid} ${actions}`),
    );
    for (const { role, statement, actions } of actionsOf(name)) {
      const brought = BROUGHT[statement.Sid];
      if (brought) expect(rightOf(statement)).toMatch(brought);
      else expect(known).toContain(`${role} ${statement.Sid} ${actions}`);
    }
  });

  test('a wildcard at the end is limited to a prefix, or to the executions, log streams or versions of one resource', () => {
    const texts = names
      .flatMap((name) => actionsOf(name))
      .flatMap(({ statement: { Resource } }) => [Resource].flat().map(textOf));
    const wild = [...new Set(texts.filter((text) => /[*?]/.test(text) && text !== '*'))];
    const allowed = [
      /^(\$\{LakeBucket\.Arn\}|arn:\$\{AWS::Partition\}:s3:::my-lake)\/[a-z_/-]+(year=)?\*$/,
      /:execution:sluice-dev-load:\*$/,
      /:log-group:\/aws\/lambda\/sluice-dev-[a-z-]+:\*$/,
      /:secret:redshift!sluice-dev-sluice_admin-\?{6}$/,
    ];
    expect(wild.length).toBeGreaterThan(10);
    expect(wild.filter((text) => !allowed.some((pattern) => pattern.test(text)))).toEqual([]);
  });

  test('for existing parts: the key of the lake, the key of the secret, and who may use the command line', () => {
    const withSid = (name: string, sid: string) =>
      ofType(name, 'AWS::IAM::Role')
        .filter(([, role]) => statementsOf(role).some(({ Sid }) => Sid === sid))
        .map(([id]) => id)
        .sort();
    expect(withSid('an existing bucket', 'LakeKey')).toEqual([
      'CopyRole',
      'CopyToStagingRole',
      'InspectFilesRole',
      'ListPartitionsRole',
      'MergeIntoTargetRole',
      'PrepareWarehouseRole',
      'RecordEmptyRole',
      'ReportLoadRole',
      'TripsStreamRole',
      'ValidateStagingRole',
    ]);
    const name = 'an existing warehouse with a secret';
    expect(withSid(name, 'SecretKey')).toEqual(['StatementsRole']);
    const [, commandLine] = trustOf(templateOf(name).Resources.StatementsRole!);
    expect(commandLine).toBe(`AWS=${SHAPES[name]?.params.operatorArns}`);
  });
});

/** Warnings of cfn-lint that are accepted, with the reason. */
const EXPLAINED: Readonly<Record<string, string>> = {
  W3005: 'Serverless writes a DependsOn in addition to every reference to a role.',
};
const cfnLint = spawnSync('cfn-lint', ['--version'], { encoding: 'utf8' }).status === 0;

(cfnLint ? test : test.skip)('cfn-lint finds only accepted warnings', () => {
  const templates = names.map((name) =>
    join(packaged.get(name)!.directory, 'cloudformation-template-update-stack.json'),
  );
  const { stdout, stderr } = spawnSync(
    'cfn-lint',
    ['--format', 'json', '--regions', 'us-east-1', '--', ...templates],
    { encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 },
  );
  expect(stderr).toBe('');
  const found = JSON.parse(stdout) as { Filename: string; Rule: { Id: string }; Message: string }[];
  // It checked every template: each has the accepted warning.
  expect(new Set(found.map(({ Filename }) => Filename)).size).toBe(templates.length);
  expect(found.filter(({ Rule }) => !(Rule.Id in EXPLAINED)).map(({ Message }) => Message)).toEqual([]);
});

describe('the check of the template itself finds', () => {
  const changed = (logicalId: string, change: (resource: TemplateResource) => object): string[] => {
    const template = templateOf('one dataset');
    const resource = template.Resources[logicalId];
    if (!resource) throw new Error(`There is no ${logicalId}.`);
    const Resources = { ...template.Resources, [logicalId]: { ...resource, ...change(resource) } };
    return templateProblems({ ...template, Resources });
  };
  const withProperty = (logicalId: string, name: string, value: unknown) =>
    changed(logicalId, ({ Properties }) => ({ Properties: { ...Properties, [name]: value } }));

  test.each<[string, () => string[], RegExp]>([
    [
      'a type that does not exist',
      () => changed('FailureTopic', () => ({ Type: 'AWS::SNS::Tropic' })),
      /no resource type AWS::SNS::Tropic/,
    ],
    [
      'a property that does not exist',
      () => withProperty('FailureTopic', 'Name', 'x'),
      /FailureTopic: there is no property Name/,
    ],
    [
      'a text instead of a list',
      () => withProperty('FailureTopic', 'Subscription', 'x'),
      /Subscription: "x" is not a list/,
    ],
    [
      'a member that a property does not have',
      () => withProperty('ListPartitionsLambdaFunction', 'TracingConfig', { mode: 'Active' }),
      /TracingConfig: there is no property mode/,
    ],
    [
      'a value that is not listed',
      () => withProperty('ListPartitionsLambdaFunction', 'PackageType', 'Tar'),
      /"Tar" is not one of/,
    ],
    [
      'a property that is missing',
      () => withProperty('ListPartitionsLambdaFunction', 'Role', undefined),
      /Role is missing/,
    ],
    [
      'a Ref without a target',
      () => withProperty('FailureTopic', 'DisplayName', { Ref: 'Nothing' }),
      /Ref Nothing leads nowhere/,
    ],
    [
      'an attribute that does not exist',
      () => withProperty('FailureTopic', 'DisplayName', { 'Fn::GetAtt': ['FailureTopic', 'Colour'] }),
      /no attribute Colour/,
    ],
    [
      'a variable of Fn::Sub that does not exist',
      () => withProperty('FailureTopic', 'DisplayName', { 'Fn::Sub': 'a ${Gone}' }),
      /Ref Gone leads nowhere/,
    ],
    [
      'a dependency that does not exist',
      () => changed('FailureTopic', () => ({ DependsOn: 'Gone' })),
      /DependsOn Gone/,
    ],
  ])('%s', (_, problems, expected) => {
    expect(problems().join('\n')).toMatch(expected);
  });
});

describe('refused at packaging', () => {
  async function refusalOf(change: (yaml: string) => string, stage = 'dev'): Promise<string> {
    const service = await ServiceCopy.make({});
    copies.push(service);
    const yaml = join(service.directory, 'serverless.yml');
    writeFileSync(yaml, change(readFileSync(yaml, 'utf8')));
    return packageService({
      serviceDirectory: service.directory,
      packagesDirectory: PACKAGES_DIRECTORY,
      stage,
    }).then(
      () => 'it was packaged',
      (error: Error) => error.message,
    );
  }

  test('a wrong parameter, with its line in serverless.yml and what is expected', async () => {
    const said = await refusalOf((yaml) => yaml.replace('default: {}', 'default:\n    lakeBucket: My_Lake'));
    expect(said).toMatch(
      /serverless\.yml:\d+:5: params\.default\.lakeBucket: "My_Lake" is not the name of an S3 bucket/,
    );
    expect(said).not.toMatch(/\bat .*settings\.ts/);
  });

  test('a wrong stage', async () => {
    expect(await refusalOf((yaml) => yaml, 'Production')).toContain(
      '--stage Production: a lower-case letter',
    );
  });
});
