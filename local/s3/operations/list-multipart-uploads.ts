import type { S3Answer, S3Call } from '../call';
import { compareKeys } from '../key-index';
import { OWNER } from '../owner';
import { keyEncoder, pageLimit } from '../page-parameters';
import { renderXml } from '../xml';

export function listMultipartUploads({ query, bucket, store }: S3Call): S3Answer {
  store.bucket(bucket);
  const { prefix = '' } = query;
  const keyMarker = query['key-marker'] ?? '';
  const idMarker = query['upload-id-marker'] ?? '';
  const encode = keyEncoder(query);
  const limit = pageLimit(query, 'max-uploads');
  const all = store.uploads.list(bucket, prefix);
  const marked = all.findIndex((upload) => upload.key === keyMarker && upload.id === idMarker);
  const rest =
    marked >= 0 ? all.slice(marked + 1) : all.filter((upload) => compareKeys(upload.key, keyMarker) > 0);
  const page = rest.slice(0, limit);
  const truncated = rest.length > page.length;
  const last = truncated ? page.at(-1) : undefined;
  return {
    xml: renderXml('ListMultipartUploadsResult', {
      Bucket: bucket,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: last && encode(last.key),
      NextUploadIdMarker: last?.id,
      Prefix: encode(prefix),
      EncodingType: query['encoding-type'],
      MaxUploads: limit,
      IsTruncated: truncated,
      Upload: page.map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.id,
        Initiator: OWNER,
        Owner: OWNER,
        StorageClass: 'STANDARD',
        Initiated: upload.initiated.toISOString(),
        ChecksumAlgorithm: upload.checksum?.algorithm,
        ChecksumType: upload.checksum?.type,
      })),
    }),
  };
}
