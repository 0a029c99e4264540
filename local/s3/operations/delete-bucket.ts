import type { S3Answer, S3Call } from '../call';

export function deleteBucket({ bucket, store }: S3Call): S3Answer {
  store.deleteBucket(bucket);
  return { status: 204 };
}
