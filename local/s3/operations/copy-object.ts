import type { S3Answer, S3Call } from '../call';
import { isChecksumAlgorithm, type ChecksumAlgorithm } from '../checksums';
import { copyBody, copyResult, copySource } from '../copy-source';
import { invalidArgument, invalidRequest, notImplemented } from '../errors';
import { checkKey } from '../names';
import { attributesOf } from '../object-headers';
import type { Headers } from '../operation';
import { renderXml } from '../xml';

export async function copyObject({ headers, bucket, key, store }: S3Call): Promise<S3Answer> {
  store.bucket(bucket);
  checkKey(key);
  const source = copySource(headers);
  const replacing = replacesMetadata(headers);
  if (!replacing && source.bucket === bucket && source.key === key) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const asked = algorithmOf(headers);
  // The copy is one body: its ETag and checksum cover the whole, even if the source was uploaded in parts.
  const { original, body } = await copyBody(store, headers, source, ({ attributes }) => ({
    algorithm: asked ?? attributes.checksum?.algorithm,
  }));
  const { contentType, headers: kept, metadata } = replacing ? attributesOf(headers) : original.attributes;
  const { checksum } = body;
  const copy = store.commit(bucket, key, body, { contentType, headers: kept, metadata, checksum });
  return {
    xml: renderXml('CopyObjectResult', {
      ...copyResult(body, copy.lastModified),
      ...(checksum ? { ChecksumType: checksum.type } : {}),
    }),
  };
}

function algorithmOf(headers: Headers): ChecksumAlgorithm | undefined {
  const algorithm = headers['x-amz-checksum-algorithm']?.toUpperCase();
  if (algorithm === undefined || isChecksumAlgorithm(algorithm)) return algorithm;
  throw notImplemented(`checksum algorithm ${algorithm}`);
}

function replacesMetadata(headers: Headers): boolean {
  const directive = headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', directive);
  }
  return directive === 'REPLACE';
}
