import { ServiceError } from '../service-error';
import type { BucketAccess } from './bucket-access';
import { notImplemented } from './errors';
import type { OperationName, S3Operation } from './operation';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html @throws ServiceError AccessDenied */
export function checkOwner({ headers }: S3Operation, { owner }: BucketAccess): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const expected = headers[name];
    if (expected !== undefined && expected !== owner) {
      throw new ServiceError('AccessDenied', 'Access Denied', 403);
    }
  }
}

/** In the twin every object has the encryption of its bucket. @throws ServiceError NotImplemented for another one */
export function checkEncryption({ bucket, headers }: S3Operation, { keys }: BucketAccess): void {
  const asked = headers['x-amz-server-side-encryption'];
  if (asked !== undefined && keys.has(bucket)) {
    throw notImplemented(`x-amz-server-side-encryption: ${asked} in a bucket with a KMS key`);
  }
}

const DESCRIBING: readonly OperationName[] = [
  'CompleteMultipartUpload',
  'CopyObject',
  'CreateMultipartUpload',
  'GetObject',
  'HeadObject',
  'PutObject',
  'UploadPart',
  'UploadPartCopy',
];

/** How an object is encrypted. S3 encrypts with its own key by default, and says so. */
export function encryptionHeaders(
  { operation, bucket }: S3Operation,
  { keys }: BucketAccess,
): Readonly<Record<string, string>> {
  if (!DESCRIBING.includes(operation)) return {};
  const key = keys.get(bucket);
  if (key === undefined) return { 'x-amz-server-side-encryption': 'AES256' };
  return { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': key };
}
