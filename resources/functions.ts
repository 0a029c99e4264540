import type { Dataset } from '../core/dataset';
import { errorPrefixes, fixedPart } from '../core/prefix';
import { arnOf, attribute, role, sub, type Resources, type Statement, type Value } from './cloudformation';
import { lakeBucketArn, lakeKeyStatements, lakeObjects } from './lake';
import type { Settings } from './settings';

/** Plans and manifests. */
const PLANS = 'sluice/';

/** What each function may do beyond writing its log and its traces. */
type Rights = (rights: ReturnType<typeof rightsOf>) => readonly Statement[];
const RIGHTS: Readonly<Record<string, Rights>> = {
  'list-partitions': ({ listHours, statements }) => [listHours, statements],
  'inspect-files': ({ findFiles, readHours, readPlans, writePlans, writeKey, statements }) => [
    findFiles,
    readHours,
    readPlans,
    writePlans,
    ...writeKey,
    statements,
  ],
  'copy-to-staging': ({ readPlans, readKey, statements }) => [readPlans, ...readKey, statements],
  'await-statement': ({ statements }) => [statements],
  'validate-staging': ({ statements }) => [statements],
  'merge-into-target': ({ readPlans, readKey, statements }) => [readPlans, ...readKey, statements],
  'diagnose-failure': ({ statements }) => [statements],
  'sweep-leftovers': ({ listPlans, deletePlans, describeExecutions, statements }) => [
    listPlans,
    deletePlans,
    describeExecutions,
    statements,
  ],
  'report-load': () => [],
  'transform-records': () => [],
};

/** The functions, by their stems. */
export const FUNCTIONS: readonly string[] = Object.keys(RIGHTS);

/** The logical id of a function's role: `list-partitions` → `ListPartitionsRole`. */
export const functionRoleId = (stem: string): string =>
  `${stem
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}Role`;

/** The roles of the functions that talk to the warehouse. */
export function callersOfStatements(settings: Settings, datasets: readonly Dataset[]): readonly Value[] {
  const rights = rightsOf(settings, datasets);
  return Object.entries(RIGHTS)
    .filter(([, of]) => of(rights).includes(rights.statements))
    .map(([stem]) => attribute(functionRoleId(stem), 'Arn'));
}

/** A role for each function. */
export function functionRoles(settings: Settings, datasets: readonly Dataset[]): Resources {
  const rights = rightsOf(settings, datasets);
  const { service, stage } = settings;
  return Object.fromEntries(
    Object.entries(RIGHTS).map(([stem, of]) => {
      const name = `${service}-${stage}-${stem}`;
      return [
        functionRoleId(stem),
        role(
          name,
          `Function ${name} runs with it`,
          ['lambda.amazonaws.com'],
          [writeLog(name), TRACES, ...of(rights)],
        ),
      ];
    }),
  );
}

const writeLog = (functionName: string): Statement => ({
  Sid: 'WriteLog',
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: arnOf('logs', `log-group:/aws/lambda/${functionName}:*`),
});

/** X-Ray has no resources for these. Source: AWS Service Authorization Reference, "AWS X-Ray". */
export const TRACES: Statement = {
  Sid: 'WriteTraces',
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
};

function rightsOf(settings: Settings, datasets: readonly Dataset[]) {
  const { service, stage } = settings;
  const bucket = lakeBucketArn(settings);
  const hours = [
    ...new Set(
      datasets.flatMap(({ source }) => [source.prefix, ...errorPrefixes(source.error_prefix)].map(fixedPart)),
    ),
  ];
  const objects = (prefixes: readonly string[]) => prefixes.map((prefix) => lakeObjects(settings, prefix));
  const allow = (Sid: string, Action: readonly string[], Resource: Value): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource,
  });
  return {
    listHours: allow('ListHours', ['s3:ListBucket', 's3:GetBucketLocation'], bucket),
    /** Not by prefix: S3 answers a read of a missing key with 404 only to who may list the bucket, else with 403. */
    findFiles: allow('FindFiles', ['s3:ListBucket'], bucket),
    readHours: allow('ReadHours', ['s3:GetObject'], objects(hours)),
    readPlans: allow('ReadPlans', ['s3:GetObject'], lakeObjects(settings, PLANS)),
    writePlans: allow('WritePlans', ['s3:PutObject'], lakeObjects(settings, PLANS)),
    listPlans: {
      ...allow('ListPlans', ['s3:ListBucket'], bucket),
      Condition: { StringLike: { 's3:prefix': `${PLANS}*` } },
    } satisfies Statement,
    deletePlans: allow('DeletePlans', ['s3:DeleteObject'], lakeObjects(settings, PLANS)),
    describeExecutions: allow(
      'DescribeExecutions',
      ['states:DescribeExecution'],
      arnOf('states', `execution:${service}-${stage}-load:*`),
    ),
    /** By its name: the role itself names the functions' roles, and CloudFormation takes no circle. */
    statements: allow(
      'Statements',
      ['sts:AssumeRole'],
      sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${service}-${stage}-statements`),
    ),
    readKey: lakeKeyStatements(settings, ['kms:Decrypt']),
    writeKey: lakeKeyStatements(settings, ['kms:Decrypt', 'kms:GenerateDataKey']),
  };
}
