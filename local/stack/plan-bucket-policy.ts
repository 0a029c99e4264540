import * as z from 'zod';
import { policyDocument, type PolicyDocument } from '../iam/policy-document';
import { readProperties } from './properties';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

export interface PlannedBucketPolicy {
  readonly logicalId: string;
  readonly bucket: string;
  readonly document: PolicyDocument;
}

const effective = z.object({ Bucket: z.string(), PolicyDocument: policyDocument });

/** `AWS::S3::BucketPolicy` */
export function planBucketPolicy(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedBucketPolicy {
  const { Bucket: bucket, PolicyDocument: document } = readProperties(scope, logicalId, given, {
    effective,
    without: [],
  });
  return { logicalId, bucket, document };
}
