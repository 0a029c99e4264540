import { noSuchKey, notImplemented, preconditionFailed } from './errors';

/** The parts of an object that conditional requests compare. */
export interface Validators {
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

export interface ReadConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

export interface WriteConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/**
 * Decides a conditional read. If-Match overrides If-Unmodified-Since, and If-None-Match overrides If-Modified-Since
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
 * @throws ServiceError PreconditionFailed
 */
export function readOutcome(conditions: ReadConditions, object: Validators): 'proceed' | 'not-modified' {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!etagListed(ifMatch, object.etag)) throw preconditionFailed('If-Match');
  } else if (ifUnmodifiedSince !== undefined && seconds(object.lastModified) > dateOf(ifUnmodifiedSince)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) return etagListed(ifNoneMatch, object.etag) ? 'not-modified' : 'proceed';
  if (ifModifiedSince === undefined) return 'proceed';
  return seconds(object.lastModified) <= dateOf(ifModifiedSince) ? 'not-modified' : 'proceed';
}

/**
 * Checks a conditional write against the key's current object
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 * @throws ServiceError PreconditionFailed; NoSuchKey for If-Match on a key without an object; NotImplemented for If-None-Match other than `*`
 */
export function checkWrite(conditions: WriteConditions, key: string, object: Validators | undefined): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notImplemented('If-None-Match other than *');
  if (ifNoneMatch === '*' && object) throw preconditionFailed('If-None-Match');
  if (ifMatch === undefined) return;
  if (!object) throw noSuchKey(key);
  if (!etagListed(ifMatch, object.etag)) throw preconditionFailed('If-Match');
}

function etagListed(header: string, etag: string): boolean {
  return header.split(',').some((entry) => {
    const tag = entry.trim().replace(/^"(.*)"$/, '$1');
    return tag === '*' || tag === etag;
  });
}

/** Last-Modified has whole seconds, so comparisons use them too. */
function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000) * 1000;
}

/** NaN for an invalid date. No comparison with NaN holds, so the condition is ignored as RFC 9110 requires. */
function dateOf(header: string): number {
  return Date.parse(header);
}
