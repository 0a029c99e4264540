import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Found } from '../../core/strays';

/** The start of a listing. */
export interface Entries extends Found {
  /** False if there are more. */
  readonly complete: boolean;
}

/**
 * The first entries under a prefix, in order.
 * @param options.delimiter if it is set, keys that have it after the prefix are rolled up into folders.
 * @param options.pages the most requests, each for 1,000 entries.
 */
export async function listEntries(
  client: S3Client,
  bucket: string,
  prefix: string,
  { delimiter, pages }: { readonly delimiter?: string; readonly pages: number },
): Promise<Entries> {
  const objects: Entries['objects'][number][] = [];
  const folders: string[] = [];
  let left = pages;
  const request = { Bucket: bucket, Prefix: prefix, Delimiter: delimiter, EncodingType: 'url' } as const;
  for await (const { Contents = [], CommonPrefixes = [], IsTruncated } of paginateListObjectsV2(
    { client },
    request,
  )) {
    objects.push(...Contents.map(({ Key = '', Size: size = 0 }) => ({ key: decodedKey(Key), size })));
    folders.push(...CommonPrefixes.map(({ Prefix = '' }) => decodedKey(Prefix)));
    left -= 1;
    if (left === 0) return { objects, folders, complete: IsTruncated !== true };
  }
  return { objects, folders, complete: true };
}

/** A key of a listing with EncodingType `url`: XML cannot hold every key. */
export function decodedKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
