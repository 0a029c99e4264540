import { ServiceError } from '../service-error';
import type { Headers } from './operation';

const WEEK_SECONDS = 604_800;
/** How far a client's clock may be ahead, in milliseconds. */
const SKEW_MS = 15 * 60 * 1000;

/** Parameters of the signature itself, in lower case. */
const SIGNATURE = [
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
  'x-amz-signature',
];

/**
 * S3 does not read these from a query. The SDK for JavaScript puts the checksum of an empty body there, since it has none
 * when it signs: localstack/localstack #12169, ministackorg/ministack #1695.
 */
const IGNORED = /^x-amz-(checksum-.*|sdk-checksum-algorithm|content-sha256|user-agent)$/;

/** Parameters of version 2 of the signature. */
const VERSION_2 = ['AWSAccessKeyId', 'Expires', 'Signature'];

/** A request as it would be with headers. */
interface Unwrapped {
  readonly query: Headers;
  readonly headers: Headers;
}

/**
 * Reads a presigned request, whose query has what is in the headers of others. The signature is not verified.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and, for version 2, which boto3 and the AWS
 * CLI use in us-east-1, https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
 * @param now epoch milliseconds.
 * @returns any other request as it is.
 * @throws ServiceError AuthorizationQueryParametersError, AccessDenied, SignatureDoesNotMatch
 */
export function unwrapPresigned(query: Headers, headers: Headers, now = Date.now()): Unwrapped {
  const given = new Map(
    Object.entries(query).map(([name, value = '']) => [name.toLowerCase(), value] as const),
  );
  if (VERSION_2.every((name) => query[name] !== undefined)) {
    checkExpiry(Number(query.Expires) * 1000, now);
    return move(query, headers, /^(x-amz-.*|content-md5|content-type)$/i, `AWS ${query.AWSAccessKeyId}:`);
  }
  if (!given.has('x-amz-signature') && !given.has('x-amz-algorithm')) return { query, headers };
  checkSignature(given, headers, now);
  const authorization = `${given.get('x-amz-algorithm')} Credential=${given.get('x-amz-credential')}`;
  return move(query, headers, /^x-amz-/i, authorization);
}

function move(query: Headers, headers: Headers, movable: RegExp, authorization: string): Unwrapped {
  const [moved, left]: [string, string | undefined][][] = [[], []];
  for (const [name, value] of Object.entries(query)) {
    if (VERSION_2.includes(name)) continue;
    if (!movable.test(name)) left!.push([name, value]);
    else if (!SIGNATURE.includes(name.toLowerCase()) && !IGNORED.test(name.toLowerCase()))
      moved!.push([name.toLowerCase(), value]);
  }
  return {
    query: Object.fromEntries(left!),
    headers: { ...Object.fromEntries(moved!), ...headers, authorization },
  };
}

function checkSignature(given: ReadonlyMap<string, string>, headers: Headers, now: number): void {
  const [algorithm, , date, expires, signed] = SIGNATURE.map((name) => given.get(name) ?? '');
  if (SIGNATURE.some((name) => !given.get(name))) {
    throw wrongParameter(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, ' +
        'X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    throw wrongParameter('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
  }
  const signedAt = Date.parse(
    date!.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (Number.isNaN(signedAt)) {
    throw wrongParameter(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`);
  }
  if (!/^-?\d+$/.test(expires!)) throw wrongParameter('X-Amz-Expires should be a number');
  if (Number(expires) < 0) throw wrongParameter('X-Amz-Expires must be non-negative');
  if (Number(expires) > WEEK_SECONDS) {
    throw wrongParameter(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  if (signedAt > now + SKEW_MS) throw denied('Request is not yet valid', {});
  checkExpiry(signedAt + Number(expires) * 1000, now, { 'X-Amz-Expires': expires! });
  checkSignedHeaders(signed!.toLowerCase().split(';'), headers);
}

/** @param end epoch milliseconds. */
function checkExpiry(end: number, now: number, details: Readonly<Record<string, string>> = {}): void {
  if (Number.isNaN(end)) throw denied('Invalid date (should be seconds since epoch)', {});
  if (end >= now) return;
  const [Expires, ServerTime] = [end, now].map((time) => new Date(time).toISOString());
  throw denied('Request has expired', { ...details, Expires: Expires!, ServerTime: ServerTime! });
}

function checkSignedHeaders(signed: readonly string[], headers: Headers): void {
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (unsigned.length > 0) {
    throw denied('There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', '),
    });
  }
  if (signed.some((name) => headers[name] === undefined)) {
    throw new ServiceError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      403,
    );
  }
}

function wrongParameter(message: string): ServiceError {
  return new ServiceError('AuthorizationQueryParametersError', message);
}

function denied(message: string, details: Readonly<Record<string, string>>): ServiceError {
  return new ServiceError('AccessDenied', message, 403, details);
}
