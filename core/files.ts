import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Hour } from './hour';
import { hourReader, type PrefixTemplate } from './prefix';

/** One object in the lake. An overwritten object has a new ETag, so it counts as another file. */
export const lakeFile = z.object({
  key: z.string(),
  /** Without quotes. */
  etag: z.string(),
  /** Bytes. */
  size: z.number(),
});
export type LakeFile = Readonly<z.infer<typeof lakeFile>>;

const identity = (file: LakeFile): string => JSON.stringify([file.key, file.etag, file.size]);

/**
 * A digest of a set of files, in any order: 64 hexadecimal digits.
 * @param judgedBy a digest of what decided which files were left out; empty if none were.
 */
export function fingerprintOf(files: readonly LakeFile[], judgedBy = ''): string {
  const hash = createHash('sha256');
  for (const each of files.map(identity).sort()) hash.update(each).update('\n');
  return hash.update(judgedBy).digest('hex');
}

export const EMPTY_FINGERPRINT = fingerprintOf([]);

/** The members of `files` that are not in `others`. */
export function filesBeyond<File extends LakeFile>(
  files: readonly File[],
  others: readonly LakeFile[],
): File[] {
  const known = new Set(others.map(identity));
  return files.filter((file) => !known.has(identity(file)));
}

/** The members of `files` that are also in `others`. */
export function filesAmong<File extends LakeFile>(
  files: readonly File[],
  others: readonly LakeFile[],
): File[] {
  const known = new Set(others.map(identity));
  return files.filter((file) => known.has(identity(file)));
}

/** What Hadoop's file systems write beside data: markers of folders (`a/b_$folder$`), and checksums. */
const HADOOP_MARKER = /(_\$folder\$|\.crc)$/;

/**
 * Whether an object holds data. Markers of folders and checksums hold none. Objects in names that start with `_` or `.`
 * (`_SUCCESS`, `_temporary/…`) hold none either: Hadoop, Spark and COPY treat them as hidden.
 */
export function isDataFile(key: string, prefix: string): boolean {
  return (
    !key.endsWith('/') &&
    !HADOOP_MARKER.test(key) &&
    !key
      .slice(prefix.length)
      .split('/')
      .some((part) => /^[_.]/.test(part))
  );
}

/** The data files of a listing by hour: the oldest hour first, the keys in the listing's order. */
export function filesByHour<File extends LakeFile>(
  template: PrefixTemplate,
  listing: readonly File[],
): Map<Hour, File[]> {
  const hourOfKey = hourReader(template);
  const hours = new Map<Hour, File[]>();
  for (const file of listing) {
    const hour = hourOfKey(file.key);
    if (hour === undefined || !isDataFile(file.key, hourPrefixOf(file.key, template))) continue;
    const files = hours.get(hour);
    if (files) files.push(file);
    else hours.set(hour, [file]);
  }
  return new Map([...hours].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The part of a key that its template describes. It has as many `/` as the template. */
function hourPrefixOf(key: string, template: PrefixTemplate): string {
  const depth = template.split('/').length - 1;
  return `${key.split('/').slice(0, depth).join('/')}/`;
}
