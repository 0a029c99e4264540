import { invalidArgument } from './errors';
import type { Headers } from './operation';

export const MAX_ENTRIES = 1000;

/** A page's size: at most 1,000, which is the default (of ListBuckets 10,000, which no account of the twin has). @throws ServiceError InvalidArgument */
export function pageLimit(
  query: Headers,
  name: 'max-keys' | 'max-uploads' | 'max-parts' | 'max-buckets',
): number {
  const text = query[name];
  if (text === undefined || text === '') return MAX_ENTRIES;
  if (!/^\d+$/.test(text) || Number(text) > 2 ** 31 - 1) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  }
  return Math.min(Number(text), MAX_ENTRIES);
}

/** Encodes keys in an answer. XML 1.0 cannot represent most control characters, so clients may request URL encoding. */
export function keyEncoder(query: Headers): (key: string) => string {
  const encoding = query['encoding-type'];
  if (encoding === undefined || encoding === '') return (key) => key;
  if (encoding !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
  }
  return urlEncode;
}

/** Encodes like Java's URLEncoder, except for `/`. */
function urlEncode(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
