import {
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { objectArn } from '../../core/arn';
import { LONGEST_SIGNATURE_MILLISECONDS } from '../../core/copy';
import { hourOf } from '../../core/hour';
import { fixedPart, OWN_PREFIX, prefixOfHour } from '../../core/prefix';
import type { Connection } from '../shared/connection';
import { presignedReads } from './bucket-policy';
import type { Check } from './finding';

/** COPY reads Parquet only within one Region. */
export const bucketRegion: Check = {
  title: 'bucket and warehouse in one Region',
  needs: 's3:GetBucketLocation',
  async run({ connection: { s3, bucket, region } }) {
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: bucket }));
    const found =
      (LocationConstraint as string | undefined) === 'EU' ? 'eu-west-1' : LocationConstraint || 'us-east-1';
    const subject = `s3://${bucket}`;
    if (found === region) return [{ subject, text: `both are in ${region}` }];
    return [
      {
        subject,
        text: `the bucket is in ${found}, the workgroup in ${region}: COPY reads Parquet only within one Region`,
        fix: `Deploy into the bucket’s Region (npx serverless deploy --region ${found}), or replicate the bucket into ${region} and deploy with --param lakeBucket=<the copy>.`,
      },
    ];
  },
};

/** Redshift reads with presigned URLs, which a bucket policy may refuse. */
export const bucketPolicy: Check = {
  title: 'bucket policy allows presigned reads',
  needs: 's3:GetBucketPolicy',
  async run({ connection, copyRoleArn }) {
    const { s3, bucket } = connection;
    const subject = `s3://${bucket}`;
    const text = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket })).then(
      ({ Policy }) => Policy,
      (error: Error) => {
        if (error.name === 'NoSuchBucketPolicy') return undefined;
        throw error;
      },
    );
    if (text === undefined) return [{ subject, text: 'there is no policy' }];
    const { refused, unknown } = presignedReads(text, {
      objects: prefixesRead(connection).map(({ sample }) => objectArn(bucket, sample)),
      role: copyRoleArn,
    });
    if (refused.length === 0) {
      const remarks = unknown.map((each) => `; ${each}, which only AWS can evaluate`);
      return [{ subject, text: `nothing in it refuses them${remarks.join('')}` }];
    }
    return refused.map((problem) => ({
      subject,
      text: problem,
      fix: `Change that statement so that ${copyRoleArn} may read with presigned URLs of up to ${LONGEST_SIGNATURE_MILLISECONDS} ms: aws s3api get-bucket-policy --bucket ${bucket} --query Policy --output text > policy.json, edit it, aws s3api put-bucket-policy --bucket ${bucket} --policy file://policy.json`,
    }));
  },
};

/** Any hour does for a sample key. */
const SAMPLE = hourOf(new Date(0));

/** The prefixes that COPY reads (manifests, files of each dataset), with a sample key of each. */
export function prefixesRead({
  datasets,
}: Connection): readonly { readonly prefix: string; readonly sample: string }[] {
  return [
    { prefix: OWN_PREFIX, sample: `${OWN_PREFIX}manifest` },
    ...datasets.map(({ source }) => ({
      prefix: fixedPart(source.prefix),
      sample: `${prefixOfHour(source.prefix, SAMPLE)}file.parquet`,
    })),
  ];
}

/** The KMS key of the bucket's default encryption, as the bucket names it; undefined for S3's own keys. */
export async function bucketKey({ s3, bucket }: Connection): Promise<string | undefined> {
  const { ServerSideEncryptionConfiguration } = await s3.send(
    new GetBucketEncryptionCommand({ Bucket: bucket }),
  );
  const [rule] = ServerSideEncryptionConfiguration?.Rules ?? [];
  const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  return SSEAlgorithm?.startsWith('aws:kms') ? (KMSMasterKeyID ?? 'alias/aws/s3') : undefined;
}
