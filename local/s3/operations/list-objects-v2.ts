import type { S3Answer, S3Call } from '../call';
import { invalidArgument } from '../errors';
import { listPage } from '../listing';
import { commonPrefixes, contents } from '../listing-elements';
import { keyEncoder, pageLimit } from '../page-parameters';
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

/** Opaque to the client. Any other text is refused. */
function writeToken(next: string): string {
  return Buffer.from(`1:${next}`).toString('base64');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!text.startsWith('1:') || writeToken(text.slice(2)) !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return text.slice(2);
}
