import { LONGEST_SIGNATURE_MILLISECONDS } from '../core/copy';
import { attribute, policy, ref, retained, sub, type Resources, type Value } from './cloudformation';
import { deployedName, type Settings } from './settings';

const BUCKET = 'LakeBucket';
const DAYS_OF_OLD_VERSIONS = 30;
const DAYS_OF_UNFINISHED_UPLOADS = 7;

export function lakeBucket({ lakeBucket }: Settings): Value {
  return lakeBucket ?? ref(BUCKET);
}

export function lakeBucketArn({ lakeBucket }: Settings): Value {
  return lakeBucket === undefined
    ? attribute(BUCKET, 'Arn')
    : sub(`arn:\${AWS::Partition}:s3:::${lakeBucket}`);
}

/** The ARN of the objects whose keys begin with the prefix. */
export function lakeObjects(settings: Settings, prefix: string): Value {
  return sub(`\${LakeArn}/${prefix}*`, { LakeArn: lakeBucketArn(settings) });
}

/** The bucket, unless the parameters name an existing one. It stays when the stack is deleted. */
export function lakeResources(settings: Settings): Resources {
  if (settings.lakeBucket !== undefined) return {};
  const all = [attribute(BUCKET, 'Arn'), sub('${LakeBucket.Arn}/*')];
  return {
    [BUCKET]: {
      Type: 'AWS::S3::Bucket',
      ...retained,
      Properties: {
        BucketName: sub(`${deployedName(settings, 'lake')}-\${AWS::AccountId}`),
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
            {
              Id: 'old-versions',
              Status: 'Enabled',
              NoncurrentVersionExpiration: { NoncurrentDays: DAYS_OF_OLD_VERSIONS },
              ExpiredObjectDeleteMarker: true,
            },
            {
              Id: 'unfinished-uploads',
              Status: 'Enabled',
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: DAYS_OF_UNFINISHED_UPLOADS },
            },
          ],
        },
      },
    },
    LakeBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      ...retained,
      Properties: {
        Bucket: ref(BUCKET),
        PolicyDocument: policy([
          {
            Sid: 'OnlyByTls',
            Effect: 'Deny',
            Principal: '*',
            Action: ['s3:*'],
            Resource: all,
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          {
            Sid: 'PresignedForAnHourAtMost',
            Effect: 'Deny',
            Principal: '*',
            Action: ['s3:*'],
            Resource: all,
            Condition: { NumericGreaterThan: { 's3:signatureAge': LONGEST_SIGNATURE_MILLISECONDS } },
          },
        ]),
      },
    },
  };
}

/** The right to use the bucket's key, for a role that reads or writes the bucket. Empty without a key. */
export function lakeKeyStatements(
  { lakeKeyArn }: Settings,
  actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[],
): { Sid: string; Effect: 'Allow'; Action: readonly string[]; Resource: Value }[] {
  return lakeKeyArn === undefined
    ? []
    : [{ Sid: 'LakeKey', Effect: 'Allow', Action: actions, Resource: lakeKeyArn }];
}
