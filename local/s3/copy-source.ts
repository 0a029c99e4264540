import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { startChecksum, type Checksum, type ChecksumAlgorithm } from './checksums';
import { readOutcome } from './conditions';
import { invalidArgument, notImplemented, preconditionFailed } from './errors';
import type { FileObjectStore, S3Object } from './file-object-store';
import { readConditions } from './object-headers';
import { openBody } from './open-body';
import { decode, type Headers } from './operation';
import type { ByteRange } from './range';
import type { ReceivedBody } from './request-body';

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
}

/** The header x-amz-copy-source: `bucket/key` or `/bucket/key`, percent-encoded. @throws ServiceError InvalidArgument, NotImplemented */
export function copySource(headers: Headers): CopySource {
  const header = headers['x-amz-copy-source'] ?? '';
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

/** What to copy of an object, and which checksum the copy gets. */
export interface CopyPlan {
  /** Default: the whole object. */
  readonly range?: ByteRange | undefined;
  readonly algorithm?: ChecksumAlgorithm | undefined;
}

/**
 * Copies an object's bytes into a new file of the store, if the request's conditions on the source hold.
 * @param planOf decides what to copy. It may refuse.
 * @throws ServiceError NoSuchBucket, NoSuchKey, PreconditionFailed
 */
export async function copyBody(
  store: FileObjectStore,
  headers: Headers,
  source: CopySource,
  planOf: (original: S3Object) => CopyPlan,
): Promise<{ readonly original: S3Object; readonly body: ReceivedBody }> {
  const { file, object: original } = await openBody(store, source.bucket, source.key);
  const path = store.newIncomingPath();
  try {
    if (readOutcome(readConditions(headers, 'x-amz-copy-source-'), original) === 'not-modified') {
      throw preconditionFailed('x-amz-copy-source-If-None-Match');
    }
    const { range, algorithm } = planOf(original);
    const md5 = createHash('md5');
    const running = algorithm && startChecksum(algorithm);
    async function* bytes(): AsyncGenerator<Buffer> {
      const span = range && { start: range.first, end: range.last };
      for await (const chunk of file.createReadStream(span) as AsyncIterable<Buffer>) {
        md5.update(chunk);
        running?.update(chunk);
        yield chunk;
      }
    }
    await pipeline(bytes, createWriteStream(path));
    const checksum: Checksum | undefined = algorithm &&
      running && { algorithm, value: running.digest().toString('base64'), type: 'FULL_OBJECT' };
    const size = range ? range.last - range.first + 1 : original.size;
    return { original, body: { path, size, etag: md5.digest('hex'), checksum } };
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** The elements of a copy's answer. */
export function copyResult(
  { etag, checksum }: Pick<ReceivedBody, 'etag' | 'checksum'>,
  lastModified: Date,
): Record<string, string> {
  return {
    LastModified: lastModified.toISOString(),
    ETag: `"${etag}"`,
    ...(checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {}),
  };
}
