import { join } from 'node:path';
import { FUNCTION_NAMES } from '../../core/steps';
import { functionRoleId } from '../../resources/functions';
import { serviceOf } from '../../resources/service';
import { parseSettings } from '../../resources/settings';
import { readDatasets } from '../../service/datasets';
import type { TemplateResource } from '../../testkit/template-check';
import { conditionOfAlarm, rightOf, statementsOf, trustOf } from '../../testkit/template-text';

/** What resources/ makes for the dataset trips. deployments.test.ts shows that the package contains it. */
const { Resources } = serviceOf(
  parseSettings('sluice', 'dev', 'us-east-1', {}, (name) => name),
  readDatasets(join(__dirname, '../..')),
).template;
const template = Resources as unknown as Readonly<Record<string, TemplateResource>>;

/** The name of a function by its role: `ListPartitionsRole` → `list-partitions`. */
const functionOf = (role: string) =>
  role
    .replace(/Role$/, '')
    .replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase();

/** The rights of every function: write its own log and its traces. */
const OF_FUNCTIONS = (role: string) => ({
  WriteLog: `logs:CreateLogStream logs:PutLogEvents on ${HERE('logs')}:log-group:/aws/lambda/sluice-dev-${functionOf(role)}:*`,
  WriteTraces: 'xray:PutTelemetryRecords xray:PutTraceSegments on *',
});
const HERE = (service: string) => `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}`;
const STATEMENTS = {
  Statements: 'sts:AssumeRole on arn:${AWS::Partition}:iam::${AWS::AccountId}:role/sluice-dev-statements',
};
const LEDGER = 's3:DeleteObject s3:GetObject s3:PutObject on ${LakeBucket.Arn}/sluice/trips/ledger/*';
const ERRORS = '${LakeBucket.Arn}/errors/trips';
const FILES = `${ERRORS}/format-conversion-failed/year=* ${ERRORS}/processing-failed/year=* \${LakeBucket.Arn}/trips/year=*`;

/** All rights of every role. A right that is added or widened must be listed here. */
const RIGHTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  TripsStreamRole: {
    WriteObjects: `s3:AbortMultipartUpload s3:GetObject s3:PutObject on ${FILES}`,
    FindBucket: 's3:GetBucketLocation s3:ListBucket s3:ListBucketMultipartUploads on ${LakeBucket.Arn}',
    Transform:
      'lambda:GetFunctionConfiguration lambda:InvokeFunction on ${TransformRecordsLambdaFunction.Arn} ${TransformRecordsLambdaFunction.Arn}:$LATEST',
    ReadColumns: `glue:GetTable glue:GetTableVersion glue:GetTableVersions on ${HERE('glue')}:catalog ${HERE('glue')}:database/\${LakeDatabase} ${HERE('glue')}:table/\${LakeDatabase}/\${TripsTable}`,
    WriteLog: 'logs:PutLogEvents on ${TripsStreamLogGroup.Arn}',
  },
  CopyRole: {
    ReadFiles: 's3:GetObject on ${LakeBucket.Arn}/sluice/* ${LakeBucket.Arn}/trips/year=*',
    FindFiles: 's3:GetBucketLocation s3:ListBucket on ${LakeBucket.Arn}',
  },
  StatementsRole: {
    SubmitStatements:
      'redshift-data:BatchExecuteStatement redshift-data:ExecuteStatement on ${Workgroup.Workgroup.WorkgroupArn}',
    FollowStatements:
      'redshift-data:CancelStatement redshift-data:DescribeStatement redshift-data:GetStatementResult redshift-data:ListStatements on * if StringEquals redshift-data:statement-owner-iam-userid=${aws:userid}',
    ReadUser: `secretsmanager:GetSecretValue on ${HERE('secretsmanager')}:secret:redshift!sluice-dev-sluice_admin-??????`,
  },
  ListPartitionsRole: {
    ...OF_FUNCTIONS('ListPartitionsRole'),
    ListHours: 's3:GetBucketLocation s3:ListBucket on ${LakeBucket.Arn}',
    ReadLedger: LEDGER.replace(/s3:DeleteObject | s3:PutObject/g, ''),
    DescribeExecutions: `states:DescribeExecution on ${HERE('states')}:execution:sluice-dev-load:*`,
  },
  InspectFilesRole: {
    ...OF_FUNCTIONS('InspectFilesRole'),
    FindFiles: 's3:ListBucket on ${LakeBucket.Arn}',
    ReadHours: `s3:GetObject on ${FILES}`,
    ReadPlans: 's3:GetObject on ${LakeBucket.Arn}/sluice/*',
    WritePlans: 's3:PutObject on ${LakeBucket.Arn}/sluice/*',
  },
  PrepareWarehouseRole: {
    ...OF_FUNCTIONS('PrepareWarehouseRole'),
    ListHours: 's3:GetBucketLocation s3:ListBucket on ${LakeBucket.Arn}',
    UseLedger: LEDGER,
    DescribeExecutions: `states:DescribeExecution on ${HERE('states')}:execution:sluice-dev-load:*`,
    ...STATEMENTS,
  },
  RecordEmptyRole: {
    ...OF_FUNCTIONS('RecordEmptyRole'),
    ReadPlans: 's3:GetObject on ${LakeBucket.Arn}/sluice/*',
    ...STATEMENTS,
  },
  CopyToStagingRole: {
    ...OF_FUNCTIONS('CopyToStagingRole'),
    ReadPlans: 's3:GetObject on ${LakeBucket.Arn}/sluice/*',
    ...STATEMENTS,
  },
  ValidateStagingRole: {
    ...OF_FUNCTIONS('ValidateStagingRole'),
    ReadPlans: 's3:GetObject on ${LakeBucket.Arn}/sluice/*',
    ...STATEMENTS,
  },
  MergeIntoTargetRole: {
    ...OF_FUNCTIONS('MergeIntoTargetRole'),
    ReadPlans: 's3:GetObject on ${LakeBucket.Arn}/sluice/*',
    ...STATEMENTS,
  },
  DiagnoseFailureRole: {
    ...OF_FUNCTIONS('DiagnoseFailureRole'),
    ...STATEMENTS,
  },
  SweepLeftoversRole: {
    ...OF_FUNCTIONS('SweepLeftoversRole'),
    ListPlans: 's3:ListBucket on ${LakeBucket.Arn} if StringLike s3:prefix=sluice/*',
    DeletePlans: 's3:DeleteObject on ${LakeBucket.Arn}/sluice/*',
    DescribeExecutions: `states:DescribeExecution on ${HERE('states')}:execution:sluice-dev-load:*`,
    ...STATEMENTS,
  },
  ReportLoadRole: {
    ...OF_FUNCTIONS('ReportLoadRole'),
    FindFiles: 's3:ListBucket on ${LakeBucket.Arn}',
    UseLedger: LEDGER,
    ReadCapacity: 'redshift-serverless:GetWorkgroup on ${Workgroup.Workgroup.WorkgroupArn}',
    ...STATEMENTS,
  },
  TransformRecordsRole: {
    ...OF_FUNCTIONS('TransformRecordsRole'),
  },
  LoadRole: {
    CallFunctions:
      'lambda:InvokeFunction on ${CopyToStagingLambdaFunction.Arn} ${DiagnoseFailureLambdaFunction.Arn} ${InspectFilesLambdaFunction.Arn} ${ListPartitionsLambdaFunction.Arn} ${MergeIntoTargetLambdaFunction.Arn} ${PrepareWarehouseLambdaFunction.Arn} ${RecordEmptyLambdaFunction.Arn} ${ReportLoadLambdaFunction.Arn} ${SweepLeftoversLambdaFunction.Arn} ${ValidateStagingLambdaFunction.Arn}',
    Notify: 'sns:Publish on ${FailureTopic}',
    DeliverLogs:
      'logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups logs:DescribeResourcePolicies logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:UpdateLogDelivery on *',
    WriteTraces: 'xray:PutTelemetryRecords xray:PutTraceSegments on *',
    SampleTraces: 'xray:GetSamplingRules xray:GetSamplingTargets on *',
  },
  ScheduleRole: {
    StartExecutions: 'states:StartExecution on ${LoadStateMachine}',
    KeepDeadLetters: 'sqs:SendMessage on ${ScheduleDeadLetters.Arn}',
  },
};

/** Why AWS allows nothing narrower than `*`, by the statement’s Sid. */
const WIDE: Readonly<Record<string, string>> = {
  WriteTraces: 'X-Ray has no resources for segments.',
  SampleTraces: 'X-Ray has no resources for sampling rules.',
  DeliverLogs: 'Log deliveries belong to the account, not to a log group.',
  FollowStatements: 'Statements have no ARN: the condition allows only the caller’s own.',
};

/** Who may assume each role. */
const FUNCTIONS = 'Service=lambda.amazonaws.com';
const TRUST: Readonly<Record<string, readonly string[]>> = {
  TripsStreamRole: ['Service=firehose.amazonaws.com'],
  CopyRole: ['Service=redshift.amazonaws.com, redshift-serverless.amazonaws.com'],
  // The functions that submit statements; and, for the command line, everybody in the account whose policy allows it.
  StatementsRole: [
    'AWS=${PrepareWarehouseRole.Arn}, ${RecordEmptyRole.Arn}, ${CopyToStagingRole.Arn}, ${ValidateStagingRole.Arn}, ${MergeIntoTargetRole.Arn}, ${DiagnoseFailureRole.Arn}, ${SweepLeftoversRole.Arn}, ${ReportLoadRole.Arn}',
    'AWS=arn:${AWS::Partition}:iam::${AWS::AccountId}:root',
  ],
  LoadRole: ['Service=states.amazonaws.com'],
  ScheduleRole: ['Service=scheduler.amazonaws.com if StringEquals aws:SourceAccount=${AWS::AccountId}'],
};

/** The condition of each alarm. */
const ALARMS: Readonly<Record<string, string>> = {
  ExecutionsFailedAlarm:
    'AWS/States ExecutionsFailed (StateMachineArn=${LoadStateMachine}): Sum > 0 in 1 of 1 × 300 s, no data is notBreaching',
  ExecutionsTimedOutAlarm:
    'AWS/States ExecutionsTimedOut (StateMachineArn=${LoadStateMachine}): Sum > 0 in 1 of 1 × 300 s, no data is notBreaching',
  ExecutionsAbortedAlarm:
    'AWS/States ExecutionsAborted (StateMachineArn=${LoadStateMachine}): Sum > 0 in 1 of 1 × 300 s, no data is notBreaching',
  ExecutionsThrottledAlarm:
    'AWS/States ExecutionThrottled (StateMachineArn=${LoadStateMachine}): Sum > 0 in 1 of 1 × 300 s, no data is notBreaching',
  ScheduleDeadLettersAlarm:
    'AWS/SQS ApproximateNumberOfMessagesVisible (QueueName=${ScheduleDeadLetters.QueueName}): Maximum > 0 in 1 of 1 × 300 s, no data is notBreaching',
  TransformErrorsAlarm:
    'AWS/Lambda Errors (FunctionName=sluice-dev-transform-records): Sum > 0 in 1 of 1 × 300 s, no data is notBreaching',
  TripsStaleAlarm:
    'Sluice LagHours (service=sluice-dev, dataset=trips): Minimum >= 6 in 2 of 2 × 3600 s, no data is breaching',
  TripsErrorRecordsAlarm:
    'Sluice ErrorRecords (service=sluice-dev, dataset=trips): Sum > 0 in 1 of 1 × 300 s, no data is notBreaching',
  TripsFailingAlarm:
    'Sluice HoursFailing (service=sluice-dev, dataset=trips): Maximum > 0 in 1 of 1 × 3600 s, no data is ignore',
  TripsDeliveryLateAlarm:
    'AWS/Firehose DeliveryToS3.DataFreshness (DeliveryStreamName=sluice-dev-trips): Maximum > 1800 in 3 of 3 × 300 s, no data is notBreaching',
  TripsDeliveryFailingAlarm:
    'AWS/Firehose DeliveryToS3.Success (DeliveryStreamName=sluice-dev-trips): Average < 1 in 3 of 12 × 300 s, no data is notBreaching',
  TripsTransformFailingAlarm:
    'AWS/Firehose ExecuteProcessing.Success (DeliveryStreamName=sluice-dev-trips): Average < 1 in 1 of 1 × 300 s, no data is notBreaching',
  TripsConversionFailingAlarm:
    'AWS/Firehose FailedConversion.Records (DeliveryStreamName=sluice-dev-trips): Sum > 0 in 1 of 1 × 300 s, no data is notBreaching',
  TripsThrottledAlarm:
    'AWS/Firehose ThrottledRecords (DeliveryStreamName=sluice-dev-trips): Sum > 0 in 1 of 1 × 300 s, no data is notBreaching',
};

describe('rights', () => {
  const roles = () => Object.entries(template).filter(([, { Type }]) => Type === 'AWS::IAM::Role');

  test('each role has exactly the rights in this list', () => {
    const found = roles().map(([id, role]) => [
      id,
      Object.fromEntries(statementsOf(role).map((statement) => [statement.Sid, rightOf(statement)])),
    ]);
    expect(Object.fromEntries(found)).toEqual(RIGHTS);
  });

  test('a right on every resource has a reason, and no right allows every action', () => {
    const all = roles().flatMap(([, role]) => statementsOf(role));
    const wide = all.filter(({ Resource }) => [Resource].flat().includes('*')).map(({ Sid }) => Sid);
    expect([...new Set(wide)].sort()).toEqual(Object.keys(WIDE).sort());
    expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('each role can be assumed exactly as listed here', () => {
    const functions = FUNCTION_NAMES.map(functionRoleId);
    expect(functions).toHaveLength(11);
    expect(Object.fromEntries(roles().map(([id, role]) => [id, trustOf(role)]))).toEqual({
      ...TRUST,
      ...Object.fromEntries(functions.map((id) => [id, [FUNCTIONS]])),
    });
  });

  test('no role has another policy', () => {
    for (const [, { Properties = {} }] of roles()) {
      expect(Object.keys(Properties).sort()).toEqual([
        'AssumeRolePolicyDocument',
        'Description',
        'Policies',
        'RoleName',
      ]);
    }
    const others = Object.values(template).filter(({ Type }) => /^AWS::IAM::.*Policy$/.test(Type));
    expect(others).toEqual([]);
  });
});

test('each alarm has exactly the condition in this list', () => {
  const alarms = Object.entries(template).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  expect(Object.fromEntries(alarms.map(([id, alarm]) => [id, conditionOfAlarm(alarm)]))).toEqual(ALARMS);
  // The end of a condition that lasts is notified too. An event that happened once has no end.
  const tellsEnd = alarms.filter(([, { Properties = {} }]) => 'OKActions' in Properties).map(([id]) => id);
  expect(tellsEnd.sort()).toEqual([
    'TripsDeliveryFailingAlarm',
    'TripsDeliveryLateAlarm',
    'TripsFailingAlarm',
    'TripsStaleAlarm',
    'TripsTransformFailingAlarm',
  ]);
});
