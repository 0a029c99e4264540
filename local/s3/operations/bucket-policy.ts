import { policyDocument } from '../../iam/policy-document';
import { ServiceError } from '../../service-error';
import type { S3Answer, S3Call } from '../call';
import { receiveText } from '../request-body';

/** The policy as JSON, not XML. */
export function getBucketPolicy({ bucket, store, access }: S3Call): S3Answer {
  store.bucket(bucket);
  const policy = access.policies.get(bucket);
  if (!policy) throw new ServiceError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
  return { text: JSON.stringify(policy) };
}

export async function putBucketPolicy(call: S3Call): Promise<S3Answer> {
  const { request, headers, bucket, store, access } = call;
  store.bucket(bucket);
  try {
    access.policies.set(bucket, policyDocument.parse(JSON.parse(await receiveText(request, headers))));
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('MalformedPolicy', (error as Error).message);
  }
  return { status: 204 };
}

export function deleteBucketPolicy({ bucket, store, access }: S3Call): S3Answer {
  store.bucket(bucket);
  access.policies.delete(bucket);
  return { status: 204 };
}
