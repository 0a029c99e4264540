import type { S3Answer, S3Call } from '../call';
import { OWNER } from '../owner';
import { renderXml } from '../xml';

export function listBuckets({ store }: S3Call): S3Answer {
  const buckets = store.listBuckets().map(({ name, region, created }) => ({
    Name: name,
    CreationDate: created.toISOString(),
    BucketRegion: region,
  }));
  return { xml: renderXml('ListAllMyBucketsResult', { Buckets: { Bucket: buckets }, Owner: OWNER }) };
}
