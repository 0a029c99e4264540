import type { Readable } from 'node:stream';
import type { S3Answer, S3Call } from '../call';
import { readOutcome } from '../conditions';
import { invalidRequest, noSuchKey } from '../errors';
import type { S3Object } from '../file-object-store';
import { checksumHeaders, describe, readConditions } from '../object-headers';
import { openBody } from '../open-body';
import { RESPONSE_OVERRIDES, type Headers } from '../operation';
import { byteRange, type ByteRange } from '../range';

export async function getObject({ bucket, key, query, headers, store }: S3Call): Promise<S3Answer> {
  const { file, object } = await openBody(store, bucket, key);
  try {
    const answer = describeObject(object, headers, query);
    if (!answer.span) {
      await file.close();
      return answer;
    }
    const { first, last } = answer.span;
    const body: Readable = file.createReadStream({ start: first, end: last });
    return { ...answer, body };
  } catch (error) {
    await file.close();
    throw error;
  }
}

export function headObject({ bucket, key, query, headers, store }: S3Call): S3Answer {
  const object = store.bucket(bucket).objects.get(key);
  if (!object) throw noSuchKey(key);
  return describeObject(object, headers, query);
}

/**
 * The answer without its body.
 * @returns the answer, and the body's range of bytes; undefined for an empty body.
 */
function describeObject(
  object: S3Object,
  headers: Headers,
  query: Headers,
): S3Answer & { readonly span?: ByteRange | undefined } {
  const description = { ...describe(object), ...overrides(query, headers) };
  if (readOutcome(readConditions(headers), object) === 'not-modified') {
    const { etag = '', 'last-modified': lastModified = '' } = description;
    return { status: 304, headers: { etag, 'last-modified': lastModified } };
  }
  const range = byteRange(headers.range, object.size);
  if (!range) {
    // The checksum covers the whole object, so only a whole object is sent with it.
    const checksum = headers['x-amz-checksum-mode'] === 'ENABLED' ? checksumHeaders(object) : {};
    return {
      headers: { ...description, ...checksum, 'content-length': String(object.size) },
      span: object.size === 0 ? undefined : { first: 0, last: object.size - 1 },
    };
  }
  return {
    status: 206,
    headers: {
      ...description,
      'content-length': String(range.last - range.first + 1),
      'content-range': `bytes ${range.first}-${range.last}/${object.size}`,
    },
    span: range,
  };
}

/** @throws ServiceError InvalidRequest for a request that is not signed */
function overrides(query: Headers, headers: Headers): Record<string, string> {
  const given = RESPONSE_OVERRIDES.flatMap((name) =>
    query[name] === undefined ? [] : [[name.slice('response-'.length), query[name]]],
  );
  if (given.length > 0 && headers.authorization === undefined) {
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  }
  return Object.fromEntries(given) as Record<string, string>;
}
