import { UsageError } from '../shared/output';

const S3_URL = /^s3:\/\/([^/]+)(?:\/(.*))?$/s;

export const isS3Url = (text: string): boolean => text.startsWith('s3://');

/** @throws UsageError for a URL without a bucket. */
export function parseS3Url(url: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key = ''] = S3_URL.exec(url) ?? [];
  if (bucket === undefined) {
    throw new UsageError(`${url} names no bucket. Write s3://bucket/key or s3://bucket/prefix/.`);
  }
  return { bucket, key };
}
