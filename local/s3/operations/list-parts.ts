import type { S3Answer, S3Call } from '../call';
import { invalidArgument } from '../errors';
import { OWNER } from '../owner';
import { pageLimit } from '../page-parameters';
import { renderXml } from '../xml';

export function listParts({ query, bucket, key, store }: S3Call): S3Answer {
  store.bucket(bucket);
  const upload = store.uploads.get(bucket, key, query.uploadId ?? '');
  const marker = query['part-number-marker'] ?? '0';
  if (!/^\d+$/.test(marker)) {
    throw invalidArgument('Provided part-number-marker not an integer', 'part-number-marker', marker);
  }
  const limit = pageLimit(query, 'max-parts');
  const rest = [...upload.parts.values()]
    .filter((part) => part.number > Number(marker))
    .sort((left, right) => left.number - right.number);
  const page = rest.slice(0, limit);
  return {
    xml: renderXml('ListPartsResult', {
      Bucket: bucket,
      Key: key,
      UploadId: upload.id,
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: limit,
      IsTruncated: rest.length > page.length,
      Part: page.map((part) => ({
        PartNumber: part.number,
        LastModified: part.lastModified.toISOString(),
        ETag: `"${part.etag}"`,
        Size: part.size,
        ...(part.checksum ? { [`Checksum${part.checksum.algorithm}`]: part.checksum.value } : {}),
      })),
    }),
  };
}
