import type { S3Object } from './file-object-store';
import type { KeyIndex } from './key-index';

/** The request for one page of a listing. */
export interface ListingRequest {
  readonly prefix: string;
  /** Empty for none. */
  readonly delimiter: string;
  /** The page starts after this key, or after this common prefix and all keys under it. */
  readonly after: string;
  readonly limit: number;
}

/** One page of a listing, in key order. */
export interface ListingPage {
  readonly objects: readonly S3Object[];
  readonly commonPrefixes: readonly string[];
  /** The last key or common prefix of the page; undefined on the last page. */
  readonly next?: string;
}

/**
 * One page of a bucket's listing. Keys that contain the delimiter after the prefix are rolled up into common prefixes,
 * each of which counts as one entry (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
 * The cost depends on the page's length, not on the number of keys under a common prefix.
 */
export function listPage(index: KeyIndex<S3Object>, request: ListingRequest): ListingPage {
  const { prefix, delimiter, after, limit } = request;
  const objects: S3Object[] = [];
  const commonPrefixes: string[] = [];
  if (limit === 0) return { objects, commonPrefixes };
  let position = index.positionOf(prefix);
  if (after !== '') {
    const isRolledUp = delimiter !== '' && commonPrefixOf(after, prefix, delimiter) === after;
    position = Math.max(position, isRolledUp ? index.positionAfterPrefix(after) : index.positionAfter(after));
  }
  let last = '';
  for (let entry = index.at(position); entry?.[0].startsWith(prefix); entry = index.at(position)) {
    if (objects.length + commonPrefixes.length === limit) return { objects, commonPrefixes, next: last };
    const [key, object] = entry;
    const commonPrefix = commonPrefixOf(key, prefix, delimiter);
    if (commonPrefix === undefined) {
      objects.push(object);
      position += 1;
    } else {
      commonPrefixes.push(commonPrefix);
      position = index.positionAfterPrefix(commonPrefix);
    }
    last = commonPrefix ?? key;
  }
  return { objects, commonPrefixes };
}

/** The key up to the first delimiter after the prefix; undefined if it has none. */
function commonPrefixOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined;
  const position = key.indexOf(delimiter, prefix.length);
  return position < 0 ? undefined : key.slice(0, position + delimiter.length);
}
