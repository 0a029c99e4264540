import type { S3Answer, S3Call } from '../call';

export function abortMultipartUpload({ query, bucket, key, store }: S3Call): S3Answer {
  store.bucket(bucket);
  store.uploads.remove(store.uploads.get(bucket, key, query.uploadId ?? ''));
  return { status: 204 };
}
