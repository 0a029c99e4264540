import type { Dataset } from '../core/dataset';
import { fixedPart, OWN_PREFIX } from '../core/prefix';
import {
  arnOf,
  attribute,
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
const WORKGROUP = 'Workgroup';
const COPY_ROLE = 'CopyRole';
const STATEMENTS_ROLE = 'StatementsRole';

/** `${aws:userid}` of IAM, put together so that neither Serverless nor CloudFormation takes it for a variable of theirs. */
const CALLER: Value = { 'Fn::Join': ['', ['$', '{aws:userid}']] };

export const workgroupName = ({ workgroup }: Settings): Value => workgroup ?? ref(WORKGROUP);

export const workgroupArn = ({ workgroupArn: given }: Settings): Value =>
  given ?? attribute(WORKGROUP, 'Workgroup.WorkgroupArn');

export const copyRoleArn = ({ copyRoleArn: given }: Settings): Value => given ?? attribute(COPY_ROLE, 'Arn');

const ADMIN = 'sluice_admin';

/**
 * The secret of the database user, by its ARN or its name (the Data API takes either); undefined where the user is that of
 * the statements' role. Redshift makes the one of a new namespace and names it; CloudFormation does not tell its ARN, which
 * ends in six letters of chance (cloudformation-coverage-roadmap, issue 2021).
 */
export function secretArn(settings: Settings): string | undefined {
  return settings.workgroup === undefined ? `redshift!${deployedName(settings, ADMIN)}` : settings.secretArn;
}

/** What a policy names it by. */
function secretResource(settings: Settings, secret: string): Value {
  return settings.workgroup === undefined ? arnOf('secretsmanager', `secret:${secret}-??????`) : secret;
}

export const statementsRoleArn = attribute(STATEMENTS_ROLE, 'Arn');

/** Namespace and workgroup, where none are brought along; the roles of COPY and of the statements. */
export function warehouseResources(
  settings: Settings,
  datasets: readonly Dataset[],
  /** The roles of the functions that submit statements or ask about them. */
  callers: readonly Value[],
): Resources {
  return {
    ...(settings.workgroup === undefined ? newWarehouse(settings) : {}),
    ...(settings.copyRoleArn === undefined ? { [COPY_ROLE]: copyRole(settings, datasets) } : {}),
    [STATEMENTS_ROLE]: statementsRole(settings, callers),
  };
}

function newWarehouse(settings: Settings): Resources {
  const name = deployedName(settings);
  return {
    [NAMESPACE]: {
      Type: 'AWS::RedshiftServerless::Namespace',
      ...retained,
      Properties: {
        NamespaceName: name,
        DbName: settings.database,
        AdminUsername: ADMIN,
        ManageAdminPassword: true,
        DefaultIamRoleArn: copyRoleArn(settings),
        IamRoles: [copyRoleArn(settings)],
        LogExports: ['userlog', 'connectionlog', 'useractivitylog'],
      },
    },
    [WORKGROUP]: {
      Type: 'AWS::RedshiftServerless::Workgroup',
      ...retained,
      Properties: {
        WorkgroupName: name,
        NamespaceName: ref(NAMESPACE),
        BaseCapacity: settings.baseCapacity,
        PubliclyAccessible: false,
        ...(settings.subnetIds ? { SubnetIds: settings.subnetIds } : {}),
        ...(settings.securityGroupIds ? { SecurityGroupIds: settings.securityGroupIds } : {}),
      },
    },
  };
}

/**
 * What COPY reads with: the manifests and the data files, and nothing else.
 * Serverless takes it on as either of two services. Source: Amazon Redshift Management Guide, "Authorizing Amazon Redshift
 * to access AWS services".
 */
function copyRole(settings: Settings, datasets: readonly Dataset[]) {
  const prefixes = [OWN_PREFIX, ...datasets.map(({ source }) => fixedPart(source.prefix))];
  return {
    ...role(
      deployedName(settings, 'copy'),
      'Redshift reads the files of the lake with it (COPY)',
      ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'],
      [
        {
          Sid: 'ReadFiles',
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: prefixes.map((prefix) => lakeObjects(settings, prefix)),
        },
        {
          // Without it S3 calls a file that has vanished denied, not missing.
          Sid: 'FindFiles',
          Effect: 'Allow',
          Action: ['s3:ListBucket', 's3:GetBucketLocation'],
          Resource: lakeBucketArn(settings),
        },
        ...lakeKeyStatements(settings, ['kms:Decrypt']),
      ],
    ),
    // It is attached to a namespace that stays.
    ...retained,
  };
}

/**
 * The one identity that statements have, whichever function submits them or asks about them: the Data API lets only the
 * owner of a statement see it, and one database user needs rights.
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
            // By the account's ARN: whoever of it has a policy that allows it, so that nobody is trusted by this alone.
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
