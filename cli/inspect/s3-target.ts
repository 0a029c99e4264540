import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDataFile } from '../../core/files';
import { UsageError } from '../shared/output';
import { usingCopy, type LakeFileSource, type LocalCopy, type Target } from './lake-file';
import { parseS3Url } from './s3-url';

/** The object with the URL's key or, if there is none, all objects whose keys start with it, which may be none. */
export async function s3Target(s3: S3Client, url: string): Promise<Target> {
  const { bucket, key } = parseS3Url(url);
  const single = key === '' || key.endsWith('/') ? undefined : await headOf(s3, bucket, key);
  if (single) return { kind: 'file', file: single };
  const prefix = `s3://${bucket}/${key.slice(0, key.lastIndexOf('/') + 1)}`;
  return { kind: 'files', prefix, ...(await listObjects(s3, bucket, key)) };
}

/** The objects whose keys start with a text, without those that no load reads. @throws UsageError for no such bucket. */
export async function listObjects(
  s3: S3Client,
  bucket: string,
  prefix: string,
): Promise<Pick<Extract<Target, { kind: 'files' }>, 'files' | 'hidden'>> {
  const files: LakeFileSource[] = [];
  let hidden = 0;
  try {
    for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key, Size, ETag } of page.Contents ?? []) {
        if (Key === undefined || Key.endsWith('/')) continue;
        if (isDataFile(Key, prefix.slice(0, prefix.lastIndexOf('/') + 1)))
          files.push(s3Object(s3, bucket, Key, Size ?? 0, ETag));
        else hidden += 1;
      }
    }
  } catch (error) {
    if ((error as Error).name === 'NoSuchBucket') throw new UsageError(`There is no bucket ${bucket}.`);
    throw error;
  }
  return { files, hidden };
}

async function headOf(s3: S3Client, bucket: string, key: string): Promise<LakeFileSource | undefined> {
  try {
    const { ContentLength, ETag } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return s3Object(s3, bucket, key, ContentLength ?? 0, ETag);
  } catch (error) {
    // A HEAD response does not say whether the key or the bucket is missing. The listing that follows does.
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
      return undefined;
    throw error;
  }
}

/** Reads the listed version only: if the object is overwritten in between, S3 refuses the read (412). */
export function s3Object(
  s3: S3Client,
  bucket: string,
  key: string,
  size: number,
  etag: string | undefined,
): LakeFileSource {
  const object = { Bucket: bucket, Key: key, IfMatch: etag };
  const localCopy = async (): Promise<LocalCopy> => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-inspect-'));
    const remove = () => rm(folder, { recursive: true, force: true });
    try {
      const path = join(folder, 'object');
      const { Body } = await s3.send(new GetObjectCommand(object));
      await pipeline(Body as Readable, createWriteStream(path));
      return { path, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  };
  return {
    name: `s3://${bucket}/${key}`,
    key,
    size,
    ...(etag === undefined ? {} : { etag }),
    async read(start, end) {
      const { Body } = await s3.send(new GetObjectCommand({ ...object, Range: `bytes=${start}-${end - 1}` }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },
    localCopy,
    withLocalCopy: (use) => usingCopy(localCopy(), use),
  };
}
