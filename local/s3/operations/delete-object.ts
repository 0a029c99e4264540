import type { S3Answer, S3Call } from '../call';

export function deleteObject({ bucket, key, store }: S3Call): S3Answer {
  store.delete(bucket, key);
  return { status: 204 };
}
