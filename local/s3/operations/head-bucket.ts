import type { S3Answer, S3Call } from '../call';

export function headBucket({ bucket, store }: S3Call): S3Answer {
  const { region } = store.bucket(bucket);
  return { headers: { 'x-amz-bucket-region': region, 'x-amz-access-point-alias': 'false' } };
}
