import type { Dataset } from '../core/dataset';
import { ledgerPrefix } from '../core/ledger';
import { errorPrefixes, fixedPart, OWN_PREFIX } from '../core/prefix';
import { FUNCTION_NAMES, FUNCTIONS, lakeKeyActionsOf, stemOf, type FunctionName } from '../core/steps';
import { arnOf, attribute, role, sub, type Resources, type Statement, type Value } from './cloudformation';
import { lakeBucketArn, lakeKeyStatements, lakeObjects } from './lake';
import { deployedName, stateMachineName, statementsRoleName, type Settings } from './settings';
import { workgroupArn } from './warehouse';

interface FunctionDefinition {
  /** What the function may do, in addition to writing its log and its traces. */
  readonly rights: (rights: ReturnType<typeof rightsOf>) => readonly Statement[];
  /** MB. Default: 512. */
  readonly memorySize?: number;
  /** Seconds, with room for the short statements of the function, which may take 150 seconds each. Default: 300. */
  readonly timeout?: number;
}

const DEFINITIONS: Readonly<Record<FunctionName, FunctionDefinition>> = {
  ListPartitions: {
    rights: ({ listHours, readLedger, describeExecutions, key }) => [
      listHours,
      readLedger,
      describeExecutions,
      ...key,
    ],
    timeout: 900,
  },
  InspectFiles: {
    rights: ({ findFiles, readHours, readPlans, writePlans, key }) => [
      findFiles,
      readHours,
      readPlans,
      writePlans,
      ...key,
    ],
    memorySize: 1_024,
    timeout: 600,
  },
  PrepareWarehouse: {
    rights: ({ listHours, useLedger, describeExecutions, key, statements }) => [
      listHours,
      useLedger,
      describeExecutions,
      ...key,
      statements,
    ],
    timeout: 900,
  },
  RecordEmpty: { rights: ({ readPlans, key, statements }) => [readPlans, ...key, statements] },
  CopyToStaging: {
    rights: ({ readPlans, key, statements }) => [readPlans, ...key, statements],
    timeout: 900,
  },
  ValidateStaging: {
    rights: ({ readPlans, key, statements }) => [readPlans, ...key, statements],
    timeout: 900,
  },
  MergeIntoTarget: {
    rights: ({ readPlans, key, statements }) => [readPlans, ...key, statements],
    timeout: 900,
  },
  DiagnoseFailure: { rights: ({ statements }) => [statements], timeout: 900 },
  SweepLeftovers: {
    rights: ({ listPlans, deletePlans, describeExecutions, statements }) => [
      listPlans,
      deletePlans,
      describeExecutions,
      statements,
    ],
    timeout: 600,
  },
  ReportLoad: {
    rights: ({ findFiles, useLedger, readCapacity, key, statements }) => [
      findFiles,
      useLedger,
      readCapacity,
      ...key,
      statements,
    ],
  },
  TransformRecords: { rights: () => [], timeout: 120 },
};

/** The logical id of a function's role: `ListPartitionsRole`. */
export const functionRoleId = (name: FunctionName): string => `${name}Role`;

export const functionName = (settings: Settings, name: FunctionName): string =>
  deployedName(settings, stemOf(name));

/** `functions` of serverless.yml. */
export type ServerlessFunctions = Readonly<
  Record<
    string,
    {
      readonly name: string;
      readonly role: Value;
      readonly handler: string;
      readonly description: string;
      readonly memorySize: number;
      readonly timeout: number;
    }
  >
>;

/** The `functions` of serverless.yml, by their names in camel case. */
export function functionDefinitions(settings: Settings): ServerlessFunctions {
  return Object.fromEntries(
    FUNCTION_NAMES.map((name) => {
      const { memorySize = 512, timeout = 300 } = DEFINITIONS[name];
      return [
        name.charAt(0).toLowerCase() + name.slice(1),
        {
          name: functionName(settings, name),
          role: attribute(functionRoleId(name), 'Arn'),
          handler: `functions/${stemOf(name)}.handler`,
          description: FUNCTIONS[name].description,
          memorySize,
          timeout,
        },
      ];
    }),
  );
}

/** The ARNs of the roles of all functions that use the warehouse. */
export function callersOfStatements(settings: Settings, datasets: readonly Dataset[]): readonly Value[] {
  return FUNCTION_NAMES.filter((name) => {
    const rights = rightsOf(name, settings, datasets);
    return DEFINITIONS[name].rights(rights).includes(rights.statements);
  }).map((name) => attribute(functionRoleId(name), 'Arn'));
}

/** A role for each function. */
export function functionRoles(settings: Settings, datasets: readonly Dataset[]): Resources {
  return Object.fromEntries(
    FUNCTION_NAMES.map((each) => {
      const name = functionName(settings, each);
      return [
        functionRoleId(each),
        role(
          name,
          `The role of function ${name}`,
          ['lambda.amazonaws.com'],
          [writeLog(name), TRACES, ...DEFINITIONS[each].rights(rightsOf(each, settings, datasets))],
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

/** X-Ray has no resource types for these actions. Source: AWS Service Authorization Reference, "AWS X-Ray". */
export const TRACES: Statement = {
  Sid: 'WriteTraces',
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
};

/** What a function may be allowed. */
function rightsOf(name: FunctionName, settings: Settings, datasets: readonly Dataset[]) {
  const bucket = lakeBucketArn(settings);
  const hours = [
    ...new Set(
      datasets.flatMap(({ source }) => [source.prefix, ...errorPrefixes(source.error_prefix)].map(fixedPart)),
    ),
  ];
  const objects = (prefixes: readonly string[]) => prefixes.map((prefix) => lakeObjects(settings, prefix));
  const ledgers = datasets.map(({ name: dataset }) => ledgerPrefix(dataset));
  const allow = (Sid: string, Action: readonly string[], Resource: Value): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource,
  });
  return {
    listHours: allow('ListHours', ['s3:ListBucket', 's3:GetBucketLocation'], bucket),
    /** Not limited to a prefix: S3 answers a read of a missing key with 403, not 404, if the caller may not list the bucket. */
    findFiles: allow('FindFiles', ['s3:ListBucket'], bucket),
    readHours: allow('ReadHours', ['s3:GetObject'], objects(hours)),
    readPlans: allow('ReadPlans', ['s3:GetObject'], lakeObjects(settings, OWN_PREFIX)),
    writePlans: allow('WritePlans', ['s3:PutObject'], lakeObjects(settings, OWN_PREFIX)),
    readLedger: allow('ReadLedger', ['s3:GetObject'], objects(ledgers)),
    useLedger: allow('UseLedger', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], objects(ledgers)),
    listPlans: {
      ...allow('ListPlans', ['s3:ListBucket'], bucket),
      Condition: { StringLike: { 's3:prefix': `${OWN_PREFIX}*` } },
    } satisfies Statement,
    deletePlans: allow('DeletePlans', ['s3:DeleteObject'], lakeObjects(settings, OWN_PREFIX)),
    describeExecutions: allow(
      'DescribeExecutions',
      ['states:DescribeExecution'],
      arnOf('states', `execution:${stateMachineName(settings)}:*`),
    ),
    readCapacity: allow('ReadCapacity', ['redshift-serverless:GetWorkgroup'], workgroupArn(settings)),
    /** The role is named by text: it refers to the functions' roles, and CloudFormation refuses circular references. */
    statements: allow(
      'Statements',
      ['sts:AssumeRole'],
      sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${statementsRoleName(settings)}`),
    ),
    key: lakeKeyStatements(settings, lakeKeyActionsOf(name)),
  };
}
