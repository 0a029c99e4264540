import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { S3Answer, S3Call } from '../call';
import { startChecksum, type Checksum } from '../checksums';
import { readOutcome } from '../conditions';
import { invalidArgument, invalidRequest, notImplemented, preconditionFailed } from '../errors';
import type { S3Object } from '../file-object-store';
import { checkKey } from '../names';
import { attributesOf, readConditions } from '../object-headers';
import { openBody } from '../open-body';
import { decode, type Headers } from '../operation';
import { renderXml } from '../xml';

export async function copyObject({ headers, bucket, key, store }: S3Call): Promise<S3Answer> {
  store.bucket(bucket);
  checkKey(key);
  const source = sourceOf(headers['x-amz-copy-source'] ?? '');
  const replacing = replacesMetadata(headers);
  if (!replacing && source.bucket === bucket && source.key === key) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { file, object: original } = await openBody(store, source.bucket, source.key);
  const path = store.newIncomingPath();
  const md5 = createHash('md5');
  const algorithm = original.attributes.checksum?.algorithm;
  const running = algorithm && startChecksum(algorithm);
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const chunk of file.createReadStream() as AsyncIterable<Buffer>) {
      md5.update(chunk);
      running?.update(chunk);
      yield chunk;
    }
  }
  try {
    if (readOutcome(readConditions(headers, 'x-amz-copy-source-'), original) === 'not-modified') {
      throw preconditionFailed('x-amz-copy-source-If-None-Match');
    }
    await pipeline(bytes, createWriteStream(path));
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  const { contentType, headers: kept, metadata } = replacing ? attributesOf(headers) : original.attributes;
  // The copy is one body: its ETag and checksum cover the whole, even if the source was uploaded in parts.
  const checksum: Checksum | undefined = algorithm &&
    running && { algorithm, value: running.digest().toString('base64'), type: 'FULL_OBJECT' };
  const copy = store.commit(
    bucket,
    key,
    { path, size: original.size, etag: md5.digest('hex') },
    { contentType, headers: kept, metadata, checksum },
  );
  return { xml: renderXml('CopyObjectResult', result(copy)) };
}

function result(copy: S3Object): object {
  const { checksum } = copy.attributes;
  return {
    LastModified: copy.lastModified.toISOString(),
    ETag: `"${copy.etag}"`,
    ...(checksum ? { ChecksumType: checksum.type, [`Checksum${checksum.algorithm}`]: checksum.value } : {}),
  };
}

/** `bucket/key` or `/bucket/key`, percent-encoded. */
function sourceOf(header: string): { bucket: string; key: string } {
  const [path = '', search] = header.split('?');
  if (search !== undefined) throw notImplemented('x-amz-copy-source with a version');
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decode(path));
  if (!match) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      header,
    );
  }
  return { bucket: match[1]!, key: match[2]! };
}

function replacesMetadata(headers: Headers): boolean {
  const directive = headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', directive);
  }
  return directive === 'REPLACE';
}
