import { ServiceError } from '../service-error';
import { checksumHeader } from './checksums';
import type { ReadConditions } from './conditions';
import type { S3Object } from './file-object-store';
import type { ObjectAttributes } from './object-attributes';
import type { Headers } from './operation';

/** Headers that S3 stores with an object and returns, besides Content-Type. */
const KEPT_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];
const METADATA = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;

/** The attributes in a request's headers. @throws ServiceError MetadataTooLarge */
export function attributesOf(given: Headers): ObjectAttributes {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = name === 'content-encoding' ? withoutAwsChunked(given[name]) : given[name];
    if (value) headers[name] = value;
  }
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith(METADATA) || value === undefined) continue;
    metadata[name.slice(METADATA.length)] = value;
    // Headers are read byte by byte, so each character is a byte as sent.
    size += name.length - METADATA.length + value.length;
  }
  if (size > MAX_METADATA_BYTES) {
    throw new ServiceError(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      400,
      {
        Size: size,
        MaxSizeAllowed: MAX_METADATA_BYTES,
      },
    );
  }
  return { contentType: given['content-type'], headers, metadata };
}

/** aws-chunked describes the transfer, not the object. The rest is kept as sent. */
function withoutAwsChunked(encoding: string | undefined): string | undefined {
  return encoding?.replace(/^ *aws-chunked *(, *|$)|, *aws-chunked *(?=,|$)/, '');
}

/** The headers that describe an object, without those of its body. */
export function describe(object: S3Object): Record<string, string> {
  const { contentType, headers, metadata } = object.attributes;
  return {
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    'content-type': contentType ?? 'binary/octet-stream',
    ...headers,
    ...Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [METADATA + name, value])),
  };
}

/** The header pair of an object's checksum. */
export function checksumHeaders(object: S3Object): Record<string, string> {
  const { checksum } = object.attributes;
  if (!checksum) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** @param prefix `x-amz-copy-source-` for conditions on a copy's source. */
export function readConditions(headers: Headers, prefix = ''): ReadConditions {
  return {
    ifMatch: headers[`${prefix}if-match`],
    ifNoneMatch: headers[`${prefix}if-none-match`],
    ifModifiedSince: headers[`${prefix}if-modified-since`],
    ifUnmodifiedSince: headers[`${prefix}if-unmodified-since`],
  };
}
