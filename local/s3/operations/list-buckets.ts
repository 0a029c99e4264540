import type { S3Answer, S3Call } from '../call';
import { OWNER } from '../owner';
import { pageLimit } from '../page-parameters';
import { readToken, writeToken } from '../page-token';
import { renderXml } from '../xml';

export function listBuckets({ query, store }: S3Call): S3Answer {
  const { prefix = '' } = query;
  const token = query['continuation-token'];
  const after = token === undefined ? '' : readToken(token);
  const ofRegion = query['bucket-region'];
  const all = store
    .listBuckets()
    .filter(({ name, region }) => name.startsWith(prefix) && (ofRegion ?? region) === region);
  const rest = all.filter(({ name }) => name > after);
  const page = rest.slice(0, pageLimit(query, 'max-buckets'));
  const last = rest.length > page.length ? page.at(-1)?.name : undefined;
  const buckets = page.map(({ name, region, created }) => ({
    Name: name,
    CreationDate: created.toISOString(),
    BucketRegion: region,
  }));
  return {
    xml: renderXml('ListAllMyBucketsResult', {
      Buckets: { Bucket: buckets },
      Owner: OWNER,
      Prefix: query.prefix,
      ContinuationToken: last === undefined ? undefined : writeToken(last),
    }),
  };
}
