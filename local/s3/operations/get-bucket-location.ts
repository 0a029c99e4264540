import type { S3Answer, S3Call } from '../call';
import { renderXml } from '../xml';

/** A bucket in us-east-1 has an empty constraint (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html). */
export function getBucketLocation({ bucket, store }: S3Call): S3Answer {
  const { region } = store.bucket(bucket);
  return { xml: renderXml('LocationConstraint', { '#text': region === 'us-east-1' ? '' : region }) };
}
