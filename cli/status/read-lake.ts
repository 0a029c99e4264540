import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Dataset } from '../../core/dataset';
import { diagnoseClientError } from '../../core/diagnosis';
import { LoadError } from '../../core/errors';
import { filesByHour, type LakeFile } from '../../core/files';
import type { Hour } from '../../core/hour';
import type { ListedHour } from '../../core/hour-state';
import { dayPrefixes, errorPrefixes, type PrefixTemplate } from '../../core/prefix';
import { inParallel } from '../../functions/shared/in-parallel';

/** Days that are listed at the same time. */
const CONCURRENT_LISTINGS = 16;

interface ListedFile extends LakeFile {
  readonly modified: Date;
}

/** What the lake has of some hours. */
export interface ListedLake {
  readonly objects: ReadonlyMap<Hour, ListedHour>;
  /** What could not be read, one line each. */
  readonly notes: readonly string[];
}

/**
 * The objects of the days on which the hours are, by hour.
 * @throws LoadError as diagnosed. Access to the records that Firehose could not deliver may be missing: a note says so.
 */
export async function readLake(
  { s3, bucket }: { readonly s3: S3Client; readonly bucket: string },
  { source }: Dataset,
  hours: readonly Hour[],
): Promise<ListedLake> {
  const notes: string[] = [];
  const list = async (templates: readonly PrefixTemplate[]) => {
    const prefixes = templates.flatMap((template) => {
      const days = new Set(hours.flatMap((hour) => dayPrefixes(template, hour, hour)));
      return [...days].map((prefix) => ({ template, prefix }));
    });
    return inParallel(prefixes, CONCURRENT_LISTINGS, async ({ template, prefix }) =>
      filesByHour(template, await listFiles(s3, bucket, prefix)),
    );
  };
  const listErrors = async () => {
    try {
      return await list(errorPrefixes(source.error_prefix));
    } catch (error) {
      if (!(error instanceof LoadError) || error.name !== 'AccessDenied') throw error;
      notes.push(
        `The records that Firehose could not deliver are not counted: ${error.reason} Hours that have such records look late.`,
      );
      return [];
    }
  };
  const [files, errors] = await Promise.all([list([source.prefix]), listErrors()]);
  const objects = new Map<Hour, ListedHour>();
  const add = (hour: Hour, each: Partial<ListedHour>, listed: readonly ListedFile[]) => {
    const { present, undelivered, modified } = objects.get(hour) ?? NOTHING;
    const newest = listed.reduce((last, file) => (file.modified > last ? file.modified : last), modified);
    objects.set(hour, {
      present: [...present, ...(each.present ?? [])],
      undelivered: [...undelivered, ...(each.undelivered ?? [])],
      modified: newest,
    });
  };
  for (const [hour, present] of files.flatMap((each) => [...each])) add(hour, { present }, present);
  for (const [hour, undelivered] of errors.flatMap((each) => [...each]))
    add(hour, { undelivered }, undelivered);
  return { objects, notes };
}

const NOTHING: ListedHour = { present: [], undelivered: [], modified: new Date(0) };

async function listFiles(s3: S3Client, Bucket: string, Prefix: string): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix }))
      for (const { Key = '', ETag = '', Size = 0, LastModified = new Date(0) } of Contents)
        files.push({ key: Key, etag: ETag.replaceAll('"', ''), size: Size, modified: LastModified });
  } catch (error) {
    throw diagnoseClientError(error, `ListObjectsV2 s3://${Bucket}/${Prefix}`);
  }
  return files;
}
