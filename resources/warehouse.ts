import type { Dataset } from '../core/dataset';
import { fixedPart, OWN_PREFIX } from '../core/prefix';
import {
  arnOf,
  attribute,
  logGroup,
  ref,
  retained,
  role,
  sub,
  type Resources,
  type Statement,
  type Value,
} from './cloudformation';
import { lakeBucketArn, lakeKeyStatements, lakeObjects } from './lake';
import { deployedName, statementsRoleName, type Settings } from './settings';

const NAMESPACE = 'Namespace';
/** The logical id of the workgroup that the stack makes. */
export const WORKGROUP = 'Workgroup';
const COPY_ROLE = 'CopyRole';
const STATEMENTS_ROLE = 'StatementsRole';

/** IAM's `${aws:userid}`. It is joined from two parts, so that Serverless and CloudFormation do not replace it. */
const CALLER: Value = { 'Fn::Join': ['', ['$', '{aws:userid}']] };

export const workgroupName = ({ workgroup }: Settings): Value => workgroup ?? ref(WORKGROUP);

export const workgroupArn = ({ workgroupArn: given }: Settings): Value =>
  given ?? attribute(WORKGROUP, 'Workgroup.WorkgroupArn');

export const copyRoleArn = ({ copyRoleArn: given }: Settings): Value => given ?? attribute(COPY_ROLE, 'Arn');

const ADMIN = 'sluice_admin';

/**
 * ARN or name of the secret with the database user (the Data API accepts both); undefined for the user of the statements'
 * role. Redshift creates and names the secret of a new namespace. CloudFormation does not return its ARN, which ends in
 * six random letters (cloudformation-coverage-roadmap, issue 2021).
 */
export function secretArn(settings: Settings): string | undefined {
  return settings.workgroup === undefined ? `redshift!${deployedName(settings, ADMIN)}` : settings.secretArn;
}

/** The resource of the secret in a policy. */
function secretResource(settings: Settings, secret: string): Value {
  return settings.workgroup === undefined ? arnOf('secretsmanager', `secret:${secret}-??????`) : secret;
}

export const statementsRoleArn = attribute(STATEMENTS_ROLE, 'Arn');

/** Namespace and workgroup, unless the parameters name an existing workgroup; the roles of COPY and of the statements. */
export function warehouseResources(
  settings: Settings,
  datasets: readonly Dataset[],
  /** The ARNs of the roles of all functions that use the warehouse. */
  callers: readonly Value[],
): Resources {
  return {
    ...(settings.workgroup === undefined ? newWarehouse(settings) : {}),
    ...(settings.copyRoleArn === undefined ? { [COPY_ROLE]: copyRole(settings, datasets) } : {}),
    [STATEMENTS_ROLE]: statementsRole(settings, callers),
  };
}

/** The logs of a namespace, with the logical ids of their groups. */
const LOGS = {
  userlog: 'UserLogGroup',
  connectionlog: 'ConnectionLogGroup',
  useractivitylog: 'UserActivityLogGroup',
} as const;

/**
 * Redshift writes to the log groups that it finds, and makes those that it does not find. They stay with the namespace,
 * which goes on writing.
 * Source: Amazon Redshift Management Guide, "Audit logging for Amazon Redshift Serverless".
 */
const namespaceLogs = (namespace: string): Resources =>
  Object.fromEntries(
    Object.entries(LOGS).map(([log, id]) => [
      id,
      { ...logGroup(`/aws/redshift/${namespace}/${log}`), ...retained },
    ]),
  );

function newWarehouse(settings: Settings): Resources {
  const name = deployedName(settings);
  // Redshift makes the ids of both, so that a policy can tell them from others only by a tag: docs/deployer-data-policy.json.
  // CloudFormation has not always given a stack's tags to them (cloudformation-coverage-roadmap, issue 1461), and may
  // replace a namespace whose tags change (issue 1819).
  const tags = { Tags: [{ Key: 'stack', Value: name }] };
  return {
    ...namespaceLogs(name),
    [NAMESPACE]: {
      Type: 'AWS::RedshiftServerless::Namespace',
      // Redshift finds its log groups by their names, so CloudFormation does not see this dependency.
      DependsOn: Object.values(LOGS),
      ...retained,
      Properties: {
        NamespaceName: name,
        DbName: settings.database,
        AdminUsername: ADMIN,
        ManageAdminPassword: true,
        DefaultIamRoleArn: copyRoleArn(settings),
        IamRoles: [copyRoleArn(settings)],
        LogExports: Object.keys(LOGS),
        ...tags,
      },
    },
    [WORKGROUP]: {
      Type: 'AWS::RedshiftServerless::Workgroup',
      ...retained,
      Properties: {
        WorkgroupName: name,
        NamespaceName: ref(NAMESPACE),
        BaseCapacity: settings.baseCapacity,
        // A template without it resets the one that somebody has set by hand.
        MaxCapacity: settings.maxCapacity,
        PubliclyAccessible: false,
        ...tags,
        ...(settings.subnetIds ? { SubnetIds: settings.subnetIds } : {}),
        ...(settings.securityGroupIds ? { SecurityGroupIds: settings.securityGroupIds } : {}),
      },
    },
  };
}

/**
 * The role with which COPY reads. It may read the manifests and the data files, and nothing else. Redshift Serverless
 * assumes it as either of two services.
 * Source: Amazon Redshift Management Guide, "Authorizing Amazon Redshift to access AWS services".
 */
function copyRole(settings: Settings, datasets: readonly Dataset[]) {
  const prefixes = [OWN_PREFIX, ...datasets.map(({ source }) => fixedPart(source.prefix))];
  return {
    ...role(
      deployedName(settings, 'copy'),
      'The role with which Redshift reads the files of the lake (COPY)',
      ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'],
      [
        {
          Sid: 'ReadFiles',
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: prefixes.map((prefix) => lakeObjects(settings, prefix)),
        },
        {
          // Without it S3 answers a read of a deleted file with 403 instead of 404.
          Sid: 'FindFiles',
          Effect: 'Allow',
          Action: ['s3:ListBucket', 's3:GetBucketLocation'],
          Resource: lakeBucketArn(settings),
        },
        ...lakeKeyStatements(settings, ['kms:Decrypt']),
      ],
    ),
    // The namespace to which it is attached stays too.
    ...retained,
  };
}

/**
 * The role of all statements, whichever function submits or follows them. The Data API shows a statement only to its
 * owner, and with one role only one database user needs rights.
 */
function statementsRole(settings: Settings, callers: readonly Value[]) {
  const name = statementsRoleName(settings);
  const secret = secretArn(settings);
  const statements: Statement[] = [
    {
      Sid: 'SubmitStatements',
      Effect: 'Allow',
      Action: ['redshift-data:BatchExecuteStatement', 'redshift-data:ExecuteStatement'],
      Resource: workgroupArn(settings),
    },
    {
      Sid: 'FollowStatements',
      Effect: 'Allow',
      Action: [
        'redshift-data:DescribeStatement',
        'redshift-data:GetStatementResult',
        'redshift-data:CancelStatement',
        'redshift-data:ListStatements',
      ],
      Resource: '*',
      Condition: {
        StringEquals: { 'redshift-data:statement-owner-iam-userid': CALLER },
      },
    },
    secret === undefined
      ? {
          Sid: 'ConnectAsRole',
          Effect: 'Allow',
          Action: ['redshift-serverless:GetCredentials'],
          Resource: workgroupArn(settings),
        }
      : {
          Sid: 'ReadUser',
          Effect: 'Allow',
          Action: ['secretsmanager:GetSecretValue'],
          Resource: secretResource(settings, secret),
        },
    ...(settings.secretKeyArn === undefined
      ? []
      : [
          {
            Sid: 'SecretKey',
            Effect: 'Allow' as const,
            Action: ['kms:Decrypt'],
            Resource: settings.secretKeyArn,
          },
        ]),
  ];
  const { Properties, ...rest } = role(
    name,
    'Submits and follows the statements of the loads',
    [],
    statements,
  );
  return {
    ...rest,
    Properties: {
      ...Properties,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'Functions',
            Effect: 'Allow',
            Principal: { AWS: callers },
            Action: ['sts:AssumeRole'],
          },
          {
            // The account's ARN trusts everybody in the account whose own policy allows it, and nobody by itself.
            Sid: 'CommandLine',
            Effect: 'Allow',
            Principal: { AWS: settings.operatorArns ?? arnOfAccount },
            Action: ['sts:AssumeRole'],
          },
        ],
      },
    },
  };
}

const arnOfAccount = sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:root');
