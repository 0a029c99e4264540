import { ServiceError } from '../service-error';
import { notImplemented } from './errors';
import { unwrapPresigned } from './presigned';

/** Header values by lower-case name. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** The operation that a request names. */
export interface S3Operation {
  /** The operation's name in the API reference, for example `GetObject`. */
  readonly operation: OperationName;
  /** Empty for ListBuckets. */
  readonly bucket: string;
  /** Empty for operations on a bucket. */
  readonly key: string;
  readonly query: Headers;
  /** With those that a presigned request has in its query. */
  readonly headers: Headers;
  /** `bucket/key`, which fault rules match. */
  readonly subject: string;
}

interface Shape {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly on: 'service' | 'bucket' | 'object';
  /** Query parameters that select the operation. A value other than null must be equal. */
  readonly needs?: Readonly<Record<string, string | null>>;
  readonly needsHeader?: string;
  readonly query?: readonly string[];
  /** Conditional, Range and `x-amz-` headers that the operation accepts, besides the common ones. `*` ends a prefix. */
  readonly headers?: readonly string[];
}

const LISTING = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];
const CHECKSUM = [
  'x-amz-sdk-checksum-algorithm',
  'x-amz-checksum-*',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
];
const READ = [
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'range',
  'x-amz-checksum-mode',
];
const COPY_SOURCE = [
  'x-amz-copy-source',
  'x-amz-copy-source-if-match',
  'x-amz-copy-source-if-none-match',
  'x-amz-copy-source-if-modified-since',
  'x-amz-copy-source-if-unmodified-since',
  'x-amz-source-expected-bucket-owner',
];
/** What a client may say of a new object. */
const OBJECT = ['x-amz-meta-*', 'x-amz-acl', 'x-amz-server-side-encryption', 'x-amz-storage-class'];
/** Query parameters that replace headers of the answer. */
export const RESPONSE_OVERRIDES = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
];

/**
 * Values that ask for what the twin does anyway, by header. Another value would change the result, so it is refused.
 * S3 documents bucket-owner-full-control for a bucket without ACLs, which is the default. That it takes private is unproven.
 */
const USUAL_VALUES: Readonly<Record<string, readonly string[]>> = {
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
  'x-amz-bucket-object-lock-enabled': ['false'],
  'x-amz-object-ownership': ['BucketOwnerEnforced'],
  'x-amz-optional-object-attributes': ['RestoreStatus'],
  'x-amz-request-payer': ['requester'],
  'x-amz-server-side-encryption': ['AES256'],
  'x-amz-storage-class': ['STANDARD'],
  'x-amz-tagging-directive': ['COPY'],
};

/** All operations of the twin. */
const SHAPES = {
  ListBuckets: {
    method: 'GET',
    on: 'service',
    query: ['prefix', 'max-buckets', 'continuation-token', 'bucket-region'],
  },
  CreateBucket: {
    method: 'PUT',
    on: 'bucket',
    headers: ['x-amz-acl', 'x-amz-bucket-object-lock-enabled', 'x-amz-object-ownership', ...CHECKSUM],
  },
  HeadBucket: { method: 'HEAD', on: 'bucket' },
  DeleteBucket: { method: 'DELETE', on: 'bucket' },
  GetBucketEncryption: { method: 'GET', on: 'bucket', needs: { encryption: null } },
  PutBucketEncryption: { method: 'PUT', on: 'bucket', needs: { encryption: null }, headers: CHECKSUM },
  GetBucketPolicy: { method: 'GET', on: 'bucket', needs: { policy: null } },
  PutBucketPolicy: { method: 'PUT', on: 'bucket', needs: { policy: null }, headers: CHECKSUM },
  DeleteBucketPolicy: { method: 'DELETE', on: 'bucket', needs: { policy: null } },
  GetBucketLocation: { method: 'GET', on: 'bucket', needs: { location: null } },
  ListObjects: {
    method: 'GET',
    on: 'bucket',
    query: [...LISTING, 'marker'],
    headers: ['x-amz-optional-object-attributes'],
  },
  ListObjectsV2: {
    method: 'GET',
    on: 'bucket',
    needs: { 'list-type': '2' },
    query: [...LISTING, 'start-after', 'continuation-token', 'fetch-owner'],
    headers: ['x-amz-optional-object-attributes'],
  },
  ListMultipartUploads: {
    method: 'GET',
    on: 'bucket',
    needs: { uploads: null },
    query: ['prefix', 'max-uploads', 'key-marker', 'upload-id-marker', 'encoding-type'],
  },
  DeleteObjects: { method: 'POST', on: 'bucket', needs: { delete: null }, headers: CHECKSUM },
  GetObject: { method: 'GET', on: 'object', query: RESPONSE_OVERRIDES, headers: READ },
  HeadObject: { method: 'HEAD', on: 'object', query: RESPONSE_OVERRIDES, headers: READ },
  GetObjectTagging: { method: 'GET', on: 'object', needs: { tagging: null } },
  PutObject: {
    method: 'PUT',
    on: 'object',
    headers: ['if-match', 'if-none-match', ...OBJECT, ...CHECKSUM],
  },
  CopyObject: {
    method: 'PUT',
    on: 'object',
    needsHeader: 'x-amz-copy-source',
    headers: [
      'x-amz-metadata-directive',
      'x-amz-tagging-directive',
      'x-amz-checksum-algorithm',
      ...COPY_SOURCE,
      ...OBJECT,
    ],
  },
  DeleteObject: { method: 'DELETE', on: 'object' },
  CreateMultipartUpload: {
    method: 'POST',
    on: 'object',
    needs: { uploads: null },
    headers: [...OBJECT, 'x-amz-checksum-algorithm', 'x-amz-checksum-type', 'x-amz-sdk-checksum-algorithm'],
  },
  UploadPart: {
    method: 'PUT',
    on: 'object',
    needs: { uploadId: null, partNumber: null },
    headers: CHECKSUM,
  },
  UploadPartCopy: {
    method: 'PUT',
    on: 'object',
    needs: { uploadId: null, partNumber: null },
    needsHeader: 'x-amz-copy-source',
    headers: ['x-amz-copy-source-range', ...COPY_SOURCE],
  },
  CompleteMultipartUpload: {
    method: 'POST',
    on: 'object',
    needs: { uploadId: null },
    headers: [
      'if-match',
      'if-none-match',
      'x-amz-checksum-*',
      'x-amz-sdk-checksum-algorithm',
      'x-amz-mp-object-size',
    ],
  },
  AbortMultipartUpload: { method: 'DELETE', on: 'object', needs: { uploadId: null } },
  ListParts: {
    method: 'GET',
    on: 'object',
    needs: { uploadId: null },
    query: ['max-parts', 'part-number-marker'],
  },
} as const satisfies Record<string, Shape>;

export type OperationName = keyof typeof SHAPES;

export const OPERATIONS = Object.keys(SHAPES) as readonly OperationName[];

/** Query parameters of every request: the SDK names the operation in `x-id`. */
const COMMON_QUERY = ['x-id'];
const COMMON_HEADERS = [
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  'x-amz-user-agent',
  // The SDK for C++ sends the version of the API with every request.
  'x-amz-api-version',
  'x-amz-expected-bucket-owner',
  'x-amz-request-payer',
];
/** Headers that request a feature. The others (Host, User-Agent, Content-Type …) belong to the protocol. */
const FEATURE_HEADER = /^(x-amz-.*|if-.*|range)$/;

/**
 * Reads the operation of a path-style request, without I/O.
 * @param url as on the request line, percent-encoded. `..` is an ordinary part of a key.
 * @param received headers by lower-case name.
 * @throws ServiceError those of {@link unwrapPresigned}; NotImplemented for a sub-resource, query parameter or header that the twin does not have;
 *   MethodNotAllowed; InvalidURI
 */
export function operationOf(
  method: string,
  url: string,
  received: Readonly<Record<string, string | string[] | undefined>>,
): S3Operation {
  const [path, search] = splitOnce(url, '?');
  const { query, headers } = unwrapPresigned(parseQuery(search), received as Headers);
  const [bucket, rest] = splitOnce(path.replace(/^\//, ''), '/');
  const key = decode(rest);
  const on = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const candidates = OPERATIONS.filter((name) => SHAPES[name].method === method && SHAPES[name].on === on);
  if (candidates.length === 0) {
    throw new ServiceError(
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      405,
      {
        Method: method,
        ResourceType: on.toUpperCase(),
      },
    );
  }
  const operation = candidates
    .filter((name) => isAskedFor(SHAPES[name], query, headers))
    .sort((left, right) => specificity(SHAPES[right]) - specificity(SHAPES[left]))[0];
  if (operation === undefined) throw notImplemented(`${method} ${on}${search && `?${search}`}`);
  refuseUnknown(SHAPES[operation], query, headers);
  return { operation, bucket: decode(bucket), key, query, headers, subject: `${decode(bucket)}/${key}` };
}

function isAskedFor(shape: Shape, query: Headers, headers: Headers): boolean {
  if (shape.needsHeader !== undefined && headers[shape.needsHeader] === undefined) return false;
  return Object.entries(shape.needs ?? {}).every(
    ([name, value]) => query[name] !== undefined && (value === null || query[name] === value),
  );
}

function specificity(shape: Shape): number {
  return Object.keys(shape.needs ?? {}).length + (shape.needsHeader === undefined ? 0 : 1);
}

function refuseUnknown(shape: Shape, query: Headers, headers: Headers): void {
  const knownQuery = [...COMMON_QUERY, ...(shape.query ?? []), ...Object.keys(shape.needs ?? {})];
  const parameter = Object.keys(query).find((name) => !knownQuery.includes(name));
  if (parameter !== undefined) throw notImplemented(`query parameter ${parameter}`);
  const knownHeaders = [...COMMON_HEADERS, ...(shape.headers ?? [])];
  const header = Object.keys(headers).find(
    (name) =>
      headers[name] !== undefined &&
      FEATURE_HEADER.test(name) &&
      !knownHeaders.some((known) => matches(known, name)),
  );
  if (header !== undefined) throw notImplemented(`header ${header}`);
  for (const [name, usual] of Object.entries(USUAL_VALUES)) {
    const value = headers[name];
    if (value !== undefined && !usual.includes(value)) throw notImplemented(`header ${name}: ${value}`);
  }
}

function matches(known: string, name: string): boolean {
  return known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known;
}

function parseQuery(search: string): Headers {
  const query: Record<string, string> = {};
  for (const pair of search.split('&').filter((text) => text !== '')) {
    const [name, value] = splitOnce(pair, '=');
    query[decode(name)] = decode(value);
  }
  return query;
}

function splitOnce(text: string, separator: string): [string, string] {
  const position = text.indexOf(separator);
  return position < 0 ? [text, ''] : [text.slice(0, position), text.slice(position + 1)];
}

/** Percent-decodes UTF-8. S3 reads `+` as a space, also in paths, so clients send `%2B`. @throws ServiceError InvalidURI */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", 400, { URI: text });
  }
}
