/** Actions that a deployment needs, on the resource that they are checked for. */
export interface Need {
  readonly actions: readonly string[];
  /** Makes the ARN from the properties of the resource. Default: `*`, because the actions have no resources. */
  readonly on?: (property: (name: string) => string) => string;
  readonly context?: Readonly<Record<string, string>>;
  /** The tags of the resource decide too: those that the request gives it, or those that it has. */
  readonly tags?: 'aws:RequestTag' | 'aws:ResourceTag';
}

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';
const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
/**
 * Buckets of the packages. A bucket without a name gets one of at most 63 characters from the stack's name and its
 * logical id. If that is too long, CloudFormation keeps 24 characters of each: so it does for a stage of 16 characters.
 */
const OF_PACKAGES = [
  'sluice-dev-serverlessdeploymentbucket-1a2b3c4d5e6f',
  'sluice-production-eu-1a-serverlessdeploymentbuck-1a2b3c4d5e6f',
] as const;
const bucketArn = (name: string) => `arn:aws:s3:::${name}`;
/** Actions on a bucket, or on both of the packages if it has no name. */
const onBucket = (actions: readonly string[], key = ''): readonly Need[] =>
  OF_PACKAGES.map((ofPackages) => ({
    actions,
    on: (property) => bucketArn((property('BucketName') || ofPackages) + key),
  }));
const logGroup = (name: string) => arn('logs', `log-group:${name}`);
const glue = (resource: string) => arn('glue', resource);
/** One role stands for all: AWS::IAM::Role shows that their names fit. */
const give = (service: string): Need => ({
  actions: ['iam:PassRole'],
  on: () => `arn:aws:iam::${ACCOUNT}:role/sluice-dev-load`,
  context: { 'iam:PassedToService': service },
});

/** Those that set tags, because stackTags in serverless.yml tags whatever can be tagged. */
const tags = (service: string) =>
  ['ListTagsForResource', 'TagResource', 'UntagResource'].map((each) => `${service}:${each}`);

/**
 * Whatever makes a namespace or a workgroup tags it, and later calls find the tags. Reading is free of them: CloudFormation
 * also asks for what is not there yet.
 * Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for Amazon Redshift Serverless".
 */
const onWarehouse = (type: 'Namespace' | 'Workgroup', resource: string): readonly Need[] => {
  const need = (names: readonly string[], tagged?: Need['tags']): Need => ({
    actions: names.map((name) => `redshift-serverless:${name}`),
    on: () => arn('redshift-serverless', resource),
    ...(tagged ? { tags: tagged } : {}),
  });
  return [
    need([`Create${type}`, 'TagResource'], 'aws:RequestTag'),
    need([`Delete${type}`, `Update${type}`, 'TagResource', 'UntagResource'], 'aws:ResourceTag'),
    need([`Get${type}`, 'ListTagsForResource']),
  ];
};

/**
 * What CloudFormation calls, with the rights of whoever deploys, to create, read, update and delete each type. Left out
 * are the calls for properties that the template does not set (VPCs, layers, code signing, keys, replication …).
 * Source: the types' public schemas, "handlers", and the AWS Service Authorization Reference.
 */
export const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  'AWS::CloudWatch::Alarm': [
    {
      actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms', ...tags('cloudwatch')],
      on: (property) => arn('cloudwatch', `alarm:${property('AlarmName')}`),
    },
    { actions: ['cloudwatch:DescribeAlarms'] },
  ],
  'AWS::CloudWatch::Dashboard': [
    {
      actions: ['cloudwatch:PutDashboard', 'cloudwatch:GetDashboard', 'cloudwatch:DeleteDashboards'],
      on: (property) => `arn:aws:cloudwatch::${ACCOUNT}:dashboard/${property('DashboardName')}`,
    },
  ],
  'AWS::Glue::Database': [
    ...['catalog', 'database/sluice_dev', 'table/sluice_dev/trips', 'userDefinedFunction/sluice_dev/x'].map(
      (resource): Need => ({ actions: ['glue:DeleteDatabase'], on: () => glue(resource) }),
    ),
    ...['catalog', 'database/sluice_dev'].map((resource): Need => ({
      actions: ['glue:CreateDatabase', 'glue:GetDatabase', 'glue:UpdateDatabase'],
      on: () => glue(resource),
    })),
  ],
  'AWS::Glue::Table': ['catalog', 'database/sluice_dev', 'table/sluice_dev/trips'].map((resource) => ({
    actions: ['glue:CreateTable', 'glue:GetTable', 'glue:UpdateTable', 'glue:DeleteTable'],
    on: () => glue(resource),
  })),
  'AWS::IAM::Role': [
    {
      actions: [
        'iam:CreateRole',
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:PutRolePolicy',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
      on: (property) => `arn:aws:iam::${ACCOUNT}:role/${property('RoleName')}`,
    },
  ],
  'AWS::KinesisFirehose::DeliveryStream': [
    {
      actions: [
        'firehose:CreateDeliveryStream',
        'firehose:DeleteDeliveryStream',
        'firehose:DescribeDeliveryStream',
        'firehose:ListTagsForDeliveryStream',
        'firehose:StartDeliveryStreamEncryption',
        'firehose:StopDeliveryStreamEncryption',
        'firehose:TagDeliveryStream',
        'firehose:UntagDeliveryStream',
        'firehose:UpdateDestination',
      ],
      on: (property) => arn('firehose', `deliverystream/${property('DeliveryStreamName')}`),
    },
    give('firehose.amazonaws.com'),
  ],
  'AWS::Lambda::Function': [
    {
      actions: [
        'lambda:CreateFunction',
        'lambda:DeleteFunction',
        'lambda:GetFunction',
        'lambda:GetFunctionCodeSigningConfig',
        'lambda:GetFunctionRecursionConfig',
        'lambda:GetFunctionScalingConfig',
        'lambda:GetProvisionedConcurrencyConfig',
        'lambda:GetRuntimeManagementConfig',
        'lambda:ListTags',
        'lambda:PutRuntimeManagementConfig',
        'lambda:TagResource',
        'lambda:UntagResource',
        'lambda:UpdateFunctionCode',
        'lambda:UpdateFunctionConfiguration',
      ],
      on: (property) => arn('lambda', `function:${property('FunctionName')}`),
    },
    ...onBucket(['s3:GetObject'], '/serverless/sluice/dev/1/reportLoad.zip'),
    give('lambda.amazonaws.com'),
  ],
  'AWS::Logs::LogGroup': [
    {
      actions: [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteRetentionPolicy',
        'logs:DescribeIndexPolicies',
        'logs:GetDataProtectionPolicy',
        'logs:ListTagsForResource',
        'logs:ListTagsLogGroup',
        'logs:PutRetentionPolicy',
        'logs:TagLogGroup',
        'logs:TagResource',
        'logs:UntagLogGroup',
        'logs:UntagResource',
      ],
      on: (property) => logGroup(property('LogGroupName')),
    },
    { actions: ['logs:DescribeLogGroups'] },
  ],
  'AWS::Logs::LogStream': [
    {
      actions: ['logs:CreateLogStream', 'logs:DeleteLogStream', 'logs:DescribeLogStreams'],
      on: (property) => logGroup(`${property('LogGroupName')}:log-stream:${property('LogStreamName')}`),
    },
  ],
  'AWS::RedshiftServerless::Namespace': [
    // Its id is made by Redshift, so its name limits nothing. Its tags do.
    ...onWarehouse('Namespace', 'namespace/11111111-2222-3333-4444-555555555555'),
    {
      actions: ['redshift-serverless:ListSnapshotCopyConfigurations'],
      on: () => arn('redshift-serverless', 'namespace/11111111-2222-3333-4444-555555555555'),
    },
    { actions: ['redshift:GetResourcePolicy'] },
    {
      actions: [
        'secretsmanager:CreateSecret',
        'secretsmanager:DeleteSecret',
        'secretsmanager:DescribeSecret',
        'secretsmanager:RotateSecret',
        'secretsmanager:TagResource',
      ],
      on: (property) =>
        arn(
          'secretsmanager',
          `secret:redshift!${property('NamespaceName')}-${property('AdminUsername')}-AbCdEf`,
        ),
    },
    {
      actions: ['iam:CreateServiceLinkedRole'],
      on: () =>
        `arn:aws:iam::${ACCOUNT}:role/aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift`,
    },
    give('redshift.amazonaws.com'),
    give('redshift-serverless.amazonaws.com'),
  ],
  'AWS::RedshiftServerless::Workgroup': [
    ...onWarehouse('Workgroup', 'workgroup/11111111-2222-3333-4444-555555555555'),
    {
      actions: [
        'ec2:DescribeAccountAttributes',
        'ec2:DescribeAddresses',
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeInternetGateways',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcAttribute',
      ],
    },
  ],
  'AWS::S3::Bucket': onBucket([
    's3:CreateBucket',
    's3:DeleteBucket',
    // To read a bucket is to read all its settings, also those that it does not have.
    's3:GetAccelerateConfiguration',
    's3:GetAnalyticsConfiguration',
    's3:GetBucketAbac',
    's3:GetBucketAcl',
    's3:GetBucketCORS',
    's3:GetBucketLogging',
    's3:GetBucketMetadataTableConfiguration',
    's3:GetBucketNotification',
    's3:GetBucketObjectLockConfiguration',
    's3:GetBucketOwnershipControls',
    's3:GetBucketPublicAccessBlock',
    's3:GetBucketTagging',
    's3:GetBucketVersioning',
    's3:GetBucketWebsite',
    's3:GetEncryptionConfiguration',
    's3:GetIntelligentTieringConfiguration',
    's3:GetInventoryConfiguration',
    's3:GetLifecycleConfiguration',
    's3:GetMetricsConfiguration',
    's3:GetReplicationConfiguration',
    's3:ListBucket',
    's3:PutBucketOwnershipControls',
    's3:PutBucketPublicAccessBlock',
    's3:PutBucketTagging',
    's3:PutBucketVersioning',
    's3:PutEncryptionConfiguration',
    's3:PutLifecycleConfiguration',
    // Newer handlers set tags with CreateBucket, which asks for these.
    ...tags('s3'),
  ]),
  'AWS::S3::BucketPolicy': onBucket(['s3:DeleteBucketPolicy', 's3:GetBucketPolicy', 's3:PutBucketPolicy']),
  'AWS::SNS::Subscription': [
    {
      actions: ['sns:Subscribe', 'sns:ListSubscriptionsByTopic'],
      on: () => arn('sns', 'sluice-dev-failures'),
    },
    // SNS has no resources for what concerns one subscription.
    { actions: ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'] },
  ],
  'AWS::SNS::Topic': [
    {
      actions: [
        'sns:CreateTopic',
        'sns:DeleteTopic',
        'sns:GetDataProtectionPolicy',
        'sns:GetTopicAttributes',
        'sns:ListSubscriptionsByTopic',
        'sns:SetTopicAttributes',
        ...tags('sns'),
      ],
      on: (property) => arn('sns', property('TopicName')),
    },
  ],
  'AWS::SNS::TopicPolicy': [
    {
      actions: ['sns:GetTopicAttributes', 'sns:SetTopicAttributes'],
      on: () => arn('sns', 'sluice-dev-failures'),
    },
  ],
  'AWS::SQS::Queue': [
    {
      actions: [
        'sqs:CreateQueue',
        'sqs:DeleteQueue',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ListQueueTags',
        'sqs:SetQueueAttributes',
        'sqs:TagQueue',
        'sqs:UntagQueue',
      ],
      on: (property) => arn('sqs', property('QueueName')),
    },
  ],
  'AWS::Scheduler::Schedule': [
    {
      actions: [
        'scheduler:CreateSchedule',
        'scheduler:DeleteSchedule',
        'scheduler:GetSchedule',
        'scheduler:UpdateSchedule',
      ],
      on: (property) => arn('scheduler', `schedule/${property('GroupName')}/${property('Name')}`),
    },
    give('scheduler.amazonaws.com'),
  ],
  'AWS::Scheduler::ScheduleGroup': [
    {
      actions: [
        'scheduler:CreateScheduleGroup',
        'scheduler:DeleteScheduleGroup',
        'scheduler:GetScheduleGroup',
        ...tags('scheduler'),
      ],
      on: (property) => arn('scheduler', `schedule-group/${property('Name')}`),
    },
  ],
  'AWS::StepFunctions::StateMachine': [
    {
      actions: [
        'states:CreateStateMachine',
        'states:DeleteStateMachine',
        'states:DescribeStateMachine',
        'states:UpdateStateMachine',
        ...tags('states'),
      ],
      on: (property) => arn('states', `stateMachine:${property('StateMachineName')}`),
    },
    give('states.amazonaws.com'),
  ],
};

/**
 * What the Serverless Framework calls itself, for `deploy`, `deploy function`, `rollback`, `info` and `remove`, and what
 * docs/deploy.md tells people to call after a deployment that failed.
 */
export const OF_SERVERLESS: readonly Need[] = [
  {
    actions: [
      'cloudformation:CancelUpdateStack',
      'cloudformation:ContinueUpdateRollback',
      'cloudformation:CreateChangeSet',
      'cloudformation:DeleteChangeSet',
      'cloudformation:DeleteStack',
      'cloudformation:DescribeChangeSet',
      'cloudformation:DescribeStackEvents',
      'cloudformation:DescribeStackResource',
      'cloudformation:DescribeStackResources',
      'cloudformation:DescribeStacks',
      'cloudformation:ExecuteChangeSet',
      'cloudformation:GetTemplate',
      'cloudformation:ListStackResources',
      'cloudformation:TagResource',
    ],
    on: () => arn('cloudformation', 'stack/sluice-dev/11111111-2222-3333-4444-555555555555'),
  },
  { actions: ['cloudformation:ValidateTemplate'] },
  ...onBucket(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketVersions']),
  ...onBucket(
    ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObject', 's3:PutObject'],
    '/serverless/sluice/dev/1/compiled-cloudformation-template.json',
  ),
  {
    actions: ['lambda:GetFunction', 'lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration'],
    on: () => arn('lambda', 'function:sluice-dev-report-load'),
  },
];
