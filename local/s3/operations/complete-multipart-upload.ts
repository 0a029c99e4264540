import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ServiceError } from '../../service-error';
import type { S3Answer, S3Call } from '../call';
import { CHECKSUM_ALGORITHMS, checksumHeader, startChecksum, type Checksum } from '../checksums';
import { invalidRequest, malformedXml, notImplemented } from '../errors';
import type { S3Object } from '../file-object-store';
import type { FinishedBody } from '../finished-body';
import type { Part, Upload } from '../multipart-uploads';
import type { Headers } from '../operation';
import { receiveText } from '../request-body';
import { parseXml, renderXml } from '../xml';

/** For every part but the last: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 ** 2;

interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: Readonly<Record<string, unknown>>;
}

export async function completeMultipartUpload(call: S3Call): Promise<S3Answer> {
  const { request, headers, query, bucket, key, store } = call;
  const id = query.uploadId ?? '';
  // The request's checksum headers belong to the object, not to the XML body.
  const named = namedParts(await receiveText(request, withoutChecksums(headers)));
  const finished = store.bucket(bucket).objects.get(key);
  // A client that lost the first answer repeats the request and gets the same answer.
  if (finished?.attributes.uploadId === id) return answer(finished);

  const upload = store.uploads.get(bucket, key, id);
  const parts = chooseParts(upload, named);
  const path = store.newIncomingPath();
  checkSize(headers, parts);
  const { body, checksum } = await concatenate(upload, parts, path);
  checkObjectChecksum(headers, checksum);
  const conditions = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
  const object = store.commit(
    bucket,
    key,
    body,
    { ...upload.attributes, checksum, uploadId: id },
    conditions,
  );
  store.uploads.remove(upload);
  return answer(object);
}

function answer(object: S3Object): S3Answer {
  const { checksum } = object.attributes;
  return {
    xml: renderXml('CompleteMultipartUploadResult', {
      Location: `/${object.bucket}/${object.key}`,
      Bucket: object.bucket,
      Key: object.key,
      ETag: `"${object.etag}"`,
      ...(checksum ? { ChecksumType: checksum.type, [`Checksum${checksum.algorithm}`]: checksum.value } : {}),
    }),
  };
}

function withoutChecksums(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-')));
}

function namedParts(body: string): readonly NamedPart[] {
  const { Part: entries } = parseXml(body, 'CompleteMultipartUpload', ['Part']);
  if (!Array.isArray(entries) || entries.length === 0) throw malformedXml();
  return entries.map((entry) => {
    const { PartNumber: number, ETag: etag, ...others } = entry as Record<string, unknown>;
    const { '#text': whitespace, ...checksums } = others;
    if (typeof whitespace === 'string' && whitespace.trim() !== '') throw malformedXml();
    if (typeof etag !== 'string' || typeof number !== 'string' || !/^\d+$/.test(number)) throw malformedXml();
    const unknown = Object.keys(checksums).find(
      (name) => !CHECKSUM_ALGORITHMS.some((algorithm) => name === `Checksum${algorithm}`),
    );
    if (unknown !== undefined) throw notImplemented(`CompleteMultipartUpload with ${unknown}`);
    return { number: Number(number), etag: etag.replace(/^"(.*)"$/, '$1'), checksums };
  });
}

/** @throws ServiceError InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest */
function chooseParts(upload: Upload, named: readonly NamedPart[]): readonly Part[] {
  if (named.some(({ number }, position) => position > 0 && number <= named[position - 1]!.number)) {
    throw new ServiceError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      400,
      { UploadId: upload.id },
    );
  }
  return named.map(({ number, etag, checksums }, position) => {
    const part = upload.parts.get(number);
    if (part?.etag !== etag || !agree(part, checksums)) {
      throw new ServiceError(
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { UploadId: upload.id, PartNumber: number, ETag: etag },
      );
    }
    if (position < named.length - 1 && part.size < MIN_PART_BYTES) {
      throw new ServiceError(
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
        400,
        { ProposedSize: part.size, MinSizeAllowed: MIN_PART_BYTES, PartNumber: number, ETag: etag },
      );
    }
    if (upload.checksum?.type === 'COMPOSITE' && Object.keys(checksums).length === 0) {
      throw invalidRequest(
        `The upload was created using a ${upload.checksum.algorithm.toLowerCase()} checksum. The complete request ` +
          `must include the checksum for each part. It was missing for part ${number} in the request.`,
      );
    }
    return part;
  });
}

function agree(part: Part, checksums: NamedPart['checksums']): boolean {
  return Object.entries(checksums).every(
    ([name, value]) =>
      part.checksum && name === `Checksum${part.checksum.algorithm}` && value === part.checksum.value,
  );
}

async function concatenate(
  upload: Upload,
  parts: readonly Part[],
  path: string,
): Promise<{ body: FinishedBody; checksum: Checksum | undefined }> {
  const full = upload.checksum?.type === 'FULL_OBJECT' ? startChecksum(upload.checksum.algorithm) : undefined;
  async function* bytes(): AsyncGenerator<Buffer> {
    for (const part of parts) {
      for await (const chunk of createReadStream(part.path) as AsyncIterable<Buffer>) {
        full?.update(chunk);
        yield chunk;
      }
    }
  }
  try {
    await pipeline(bytes, createWriteStream(path));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.etag, 'hex');
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const checksum: Checksum | undefined =
    full && upload.checksum
      ? { algorithm: upload.checksum.algorithm, value: full.digest().toString('base64'), type: 'FULL_OBJECT' }
      : compositeChecksum(upload, parts);
  return { body: { path, size, etag: `${md5.digest('hex')}-${parts.length}` }, checksum };
}

function compositeChecksum(upload: Upload, parts: readonly Part[]): Checksum | undefined {
  if (!upload.checksum) return undefined;
  const running = startChecksum(upload.checksum.algorithm);
  for (const part of parts) running.update(Buffer.from(part.checksum?.value ?? '', 'base64'));
  const value = `${running.digest().toString('base64')}-${parts.length}`;
  return { algorithm: upload.checksum.algorithm, value, type: 'COMPOSITE' };
}

/** The size that the client expects of the object. */
function checkSize(headers: Headers, parts: readonly Part[]): void {
  const expected = headers['x-amz-mp-object-size'];
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (expected !== undefined && Number(expected) !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${size}`,
    );
  }
}

function checkObjectChecksum(headers: Headers, checksum: Checksum | undefined): void {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const given = headers[checksumHeader(algorithm)];
    if (given === undefined) continue;
    if (checksum?.algorithm !== algorithm || checksum.value !== given) {
      throw new ServiceError(
        'BadDigest',
        `The ${algorithm} you specified did not match the calculated checksum.`,
      );
    }
  }
}
