import { accountOf, bucketArn, isArn, objectArn, regionOf } from '../../core/arn';
import type { ServiceName } from '../service-name';
import type { Permission } from './evaluate';

/** Facts that the mapping needs besides the call itself. */
export interface Surroundings {
  /** The caller's `aws:userid`. */
  readonly caller: string;
  /** ARN of the warehouse's workgroup. */
  readonly workgroupArn: string;
  /** Whether an object exists: a caller without s3:ListBucket does not learn that a key is missing. */
  readonly isThere: (bucket: string, key: string) => boolean;
  /** `aws:userid` of the statement's submitter; undefined for an unknown statement. */
  readonly ownerOf: (statementId: string) => string | undefined;
}

type Input = Readonly<Record<string, unknown>>;
type Mapping = (input: Input, surroundings: Surroundings) => readonly Permission[];

/** The service has not checked the types yet. A member of another type names nothing. */
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const bucketOf = ({ bucket }: Input) => bucketArn(text(bucket));
const objectOf = ({ bucket, key }: Input) => objectArn(text(bucket), text(key));
const onBucket =
  (action: string): Mapping =>
  (input) => [{ action, resource: bucketOf(input) }];
const onObject =
  (action: string): Mapping =>
  (input) => [{ action, resource: objectOf(input) }];
const listBucket: Mapping = (input) => [
  {
    action: 's3:ListBucket',
    resource: bucketOf(input),
    context: { 's3:prefix': text(input.prefix) },
  },
];
const readObject: Mapping = (input, { isThere }) => [
  { action: 's3:GetObject', resource: objectOf(input) },
  ...(isThere(text(input.bucket), text(input.key))
    ? []
    : [{ action: 's3:ListBucket', resource: bucketOf(input) }]),
];

const OWNER = 'redshift-data:statement-owner-iam-userid';
const submit =
  (action: string): Mapping =>
  ({ SecretArn: secret }, { workgroupArn }) => [
    { action, resource: workgroupArn },
    secret === undefined
      ? { action: 'redshift-serverless:GetCredentials', resource: workgroupArn }
      : { action: 'secretsmanager:GetSecretValue', resource: secretArn(text(secret), workgroupArn) },
  ];
const ofStatement =
  (action: string): Mapping =>
  ({ Id: id }, { ownerOf }) => {
    const owner = ownerOf(text(id));
    return [
      {
        action,
        resource: '*',
        context: { ...(owner === undefined ? {} : { [OWNER]: owner }) },
      },
    ];
  };

/** The ARN of a secret that is named without one ends in six random letters. */
function secretArn(nameOrArn: string, workgroupArn: string): string {
  if (isArn(nameOrArn)) return nameOrArn;
  return `arn:aws:secretsmanager:${regionOf(workgroupArn)}:${accountOf(workgroupArn)}:secret:${nameOrArn}-AbCdEf`;
}

/**
 * The actions and resources that each operation needs. Source: AWS Service Authorization Reference. An operation that is
 * missing here is denied to everybody but the account's root.
 */
const MAPPINGS: Readonly<Partial<Record<ServiceName, Readonly<Record<string, Mapping>>>>> = {
  s3: {
    GetObject: readObject,
    HeadObject: readObject,
    PutObject: onObject('s3:PutObject'),
    DeleteObject: onObject('s3:DeleteObject'),
    // The operation itself checks each key of the body.
    DeleteObjects: () => [],
    GetBucketLocation: onBucket('s3:GetBucketLocation'),
    HeadBucket: onBucket('s3:ListBucket'),
    ListObjects: listBucket,
    ListObjectsV2: listBucket,
  },
  'redshift-data': {
    ExecuteStatement: submit('redshift-data:ExecuteStatement'),
    BatchExecuteStatement: submit('redshift-data:BatchExecuteStatement'),
    DescribeStatement: ofStatement('redshift-data:DescribeStatement'),
    GetStatementResult: ofStatement('redshift-data:GetStatementResult'),
    CancelStatement: ofStatement('redshift-data:CancelStatement'),
    // Lists the caller's own statements only.
    ListStatements: (_input, { caller }) => [
      {
        action: 'redshift-data:ListStatements',
        resource: '*',
        context: { [OWNER]: caller },
      },
    ],
  },
  'step-functions': {
    DescribeExecution: ({ executionArn }) => [
      { action: 'states:DescribeExecution', resource: text(executionArn) },
    ],
    StartExecution: ({ stateMachineArn }) => [
      { action: 'states:StartExecution', resource: text(stateMachineArn) },
    ],
  },
  'redshift-serverless': {
    GetWorkgroup: (_input, { workgroupArn }) => [
      { action: 'redshift-serverless:GetWorkgroup', resource: workgroupArn },
    ],
  },
  sns: {
    Publish: ({ TopicArn }) => [{ action: 'sns:Publish', resource: text(TopicArn) }],
  },
  // AssumeRole decides by itself. GetCallerIdentity needs no permission.
  sts: { AssumeRole: () => [], GetCallerIdentity: () => [] },
};

/** The operations that a role can be allowed. */
export const MAPPED_OPERATIONS: readonly { readonly service: ServiceName; readonly operation: string }[] =
  Object.entries(MAPPINGS).flatMap(([service, operations]) =>
    Object.keys(operations).map((operation) => ({ service: service as ServiceName, operation })),
  );

/** @returns undefined for an operation without a mapping. */
export function permissionsOf(
  service: ServiceName,
  operation: string,
  input: unknown,
  surroundings: Surroundings,
): readonly Permission[] | undefined {
  return MAPPINGS[service]?.[operation]?.(input as Input, surroundings);
}
