import type { S3Object } from './file-object-store';
import type { ListingPage } from './listing';
import { OWNER } from './owner';

type Encoder = (key: string) => string;

/** The `Contents` of a listing. */
export function contents(page: ListingPage, encode: Encoder, withOwner: boolean): object[] {
  return page.objects.map((object: S3Object) => ({
    Key: encode(object.key),
    LastModified: object.lastModified.toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: object.attributes.checksum?.algorithm,
    ChecksumType: object.attributes.checksum?.type,
    Size: object.size,
    Owner: withOwner ? OWNER : undefined,
    StorageClass: 'STANDARD',
  }));
}

export function commonPrefixes(page: ListingPage, encode: Encoder): object[] {
  return page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) }));
}
