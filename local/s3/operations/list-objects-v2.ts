import type { S3Answer, S3Call } from '../call';
import { listPage } from '../listing';
import { commonPrefixes, contents } from '../listing-elements';
import { keyEncoder, pageLimit } from '../page-parameters';
import { readToken, writeToken } from '../page-token';
import { renderXml } from '../xml';

export function listObjectsV2({ bucket, query, store }: S3Call): S3Answer {
  const { prefix = '', delimiter = '' } = query;
  const startAfter = query['start-after'];
  const token = query['continuation-token'];
  const encode = keyEncoder(query);
  const limit = pageLimit(query, 'max-keys');
  const after = token === undefined ? (startAfter ?? '') : readToken(token);
  const page = listPage(store.bucket(bucket).objects, { prefix, delimiter, after, limit });
  return {
    xml: renderXml('ListBucketResult', {
      Name: bucket,
      Prefix: encode(prefix),
      StartAfter: startAfter === undefined ? undefined : encode(startAfter),
      ContinuationToken: token,
      NextContinuationToken: page.next === undefined ? undefined : writeToken(page.next),
      KeyCount: page.objects.length + page.commonPrefixes.length,
      MaxKeys: limit,
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      EncodingType: query['encoding-type'],
      IsTruncated: page.next !== undefined,
      Contents: contents(page, encode, query['fetch-owner'] === 'true'),
      CommonPrefixes: commonPrefixes(page, encode),
    }),
  };
}
