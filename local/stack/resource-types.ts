import { createHash } from 'node:crypto';

/** The names of a deployed resource. */
export interface Identity {
  readonly logicalId: string;
  /** The physical name: from the properties, or built from the stack's name and the logical id. */
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
}

interface ResourceType {
  /** The property with the resource's name. Without it CloudFormation generates one. */
  readonly nameProperty?: string;
  /** The value of `Ref`. Default: the name. */
  readonly ref?: (identity: Identity) => string;
  /** The values of `Fn::GetAtt`. */
  readonly attributes?: Readonly<Record<string, (identity: Identity) => string>>;
}

const arn =
  (service: string, resource: (name: string) => string) =>
  ({ partition, region, accountId, name }: Identity): string =>
    `arn:${partition}:${service}:${region}:${accountId}:${resource(name)}`;

const functionArn = arn('lambda', (name) => `function:${name}`);
const stateMachineArn = arn('states', (name) => `stateMachine:${name}`);
const topicArn = arn('sns', (name) => name);
const secretArn = arn('secretsmanager', (name) => `secret:${name}-000000`);

/** A UUID that is the same in every run. */
function uuid({ logicalId, name }: Identity): string {
  const digits = createHash('sha256').update(`${logicalId}/${name}`).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

const workgroupHost = ({ name, accountId, region }: Identity) =>
  `${name}.${accountId}.${region}.redshift-serverless.amazonaws.com`;

/**
 * The values of references, for the types to which a function's variables, a state machine or another deployed resource
 * may refer. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
 */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    attributes: { Arn: arn('cloudwatch', (n) => `alarm:${n}`) },
  },
  'AWS::Events::Rule': { nameProperty: 'Name', attributes: { Arn: arn('events', (n) => `rule/${n}`) } },
  'AWS::Glue::Database': {},
  'AWS::Glue::Table': {},
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    attributes: {
      Arn: ({ partition, accountId, name }) => `arn:${partition}:iam::${accountId}:role/${name}`,
    },
  },
  'AWS::KMS::Key': { ref: uuid, attributes: { Arn: (key) => arn('kms', () => `key/${uuid(key)}`)(key) } },
  'AWS::KinesisFirehose::DeliveryStream': {
    nameProperty: 'DeliveryStreamName',
    attributes: { Arn: arn('firehose', (name) => `deliverystream/${name}`) },
  },
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', attributes: { Arn: functionArn } },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    attributes: { Arn: arn('logs', (n) => `log-group:${n}:*`) },
  },
  'AWS::RedshiftServerless::Namespace': {
    nameProperty: 'NamespaceName',
    attributes: {
      'Namespace.NamespaceArn': (namespace) =>
        arn('redshift-serverless', () => `namespace/${uuid(namespace)}`)(namespace),
      'Namespace.NamespaceId': uuid,
      'Namespace.NamespaceName': ({ name }) => name,
    },
  },
  'AWS::RedshiftServerless::Workgroup': {
    nameProperty: 'WorkgroupName',
    attributes: {
      'Workgroup.Endpoint.Address': workgroupHost,
      'Workgroup.Endpoint.Port': () => '5439',
      'Workgroup.WorkgroupArn': (workgroup) =>
        arn('redshift-serverless', () => `workgroup/${uuid(workgroup)}`)(workgroup),
      'Workgroup.WorkgroupId': uuid,
      'Workgroup.WorkgroupName': ({ name }) => name,
    },
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    attributes: {
      Arn: ({ partition, name }) => `arn:${partition}:s3:::${name}`,
      DomainName: ({ name }) => `${name}.s3.amazonaws.com`,
      RegionalDomainName: ({ name, region }) => `${name}.s3.${region}.amazonaws.com`,
    },
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    ref: ({ region, accountId, name }) => `https://sqs.${region}.amazonaws.com/${accountId}/${name}`,
    attributes: { Arn: arn('sqs', (name) => name), QueueName: ({ name }) => name },
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: topicArn,
    attributes: { TopicArn: topicArn, TopicName: ({ name }) => name },
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    attributes: { Arn: arn('scheduler', (n) => `schedule/default/${n}`) },
  },
  'AWS::Scheduler::ScheduleGroup': { nameProperty: 'Name' },
  'AWS::SecretsManager::Secret': { nameProperty: 'Name', ref: secretArn, attributes: { Id: secretArn } },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    ref: stateMachineArn,
    attributes: { Arn: stateMachineArn, Name: ({ name }) => name },
  },
};

/** Glue resources have their name, in lower case, inside an input property. */
export const nestedNames: Readonly<Record<string, readonly [string, string]>> = {
  'AWS::Glue::Database': ['DatabaseInput', 'Name'],
  'AWS::Glue::Table': ['TableInput', 'Name'],
};
