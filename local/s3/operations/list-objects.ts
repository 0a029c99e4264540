import type { S3Answer, S3Call } from '../call';
import { listPage } from '../listing';
import { commonPrefixes, contents } from '../listing-elements';
import { keyEncoder, pageLimit } from '../page-parameters';
import { renderXml } from '../xml';

export function listObjects({ bucket, query, store }: S3Call): S3Answer {
  const { prefix = '', delimiter = '', marker = '' } = query;
  const encode = keyEncoder(query);
  const limit = pageLimit(query, 'max-keys');
  const page = listPage(store.bucket(bucket).objects, { prefix, delimiter, after: marker, limit });
  return {
    xml: renderXml('ListBucketResult', {
      Name: bucket,
      Prefix: encode(prefix),
      Marker: encode(marker),
      // Sent only with a delimiter: without one, the page's last key is the next marker.
      NextMarker: delimiter !== '' && page.next !== undefined ? encode(page.next) : undefined,
      MaxKeys: limit,
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      EncodingType: query['encoding-type'],
      IsTruncated: page.next !== undefined,
      Contents: contents(page, encode, true),
      CommonPrefixes: commonPrefixes(page, encode),
    }),
  };
}
