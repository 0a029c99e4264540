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
import type { LakeFileSource, Target } from './lake-file';
import { parseS3Url } from './s3-url';

/**
 * The object with the URL's key or, if there is none, all objects whose keys start with it.
 * @throws UsageError if there is no such object.
 */
export async function s3Target(s3: S3Client, url: string): Promise<Target> {
  const { bucket, key } = parseS3Url(url);
  const single = key === '' || key.endsWith('/') ? undefined : await headOf(s3, bucket, key);
  if (single) return { kind: 'file', file: single };

  const objects: LakeFileSource[] = [];
  let hidden = 0;
  try {
    for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: key })) {
      for (const { Key, Size, ETag } of page.Contents ?? []) {
        if (Key === undefined || Key.endsWith('/')) continue;
        if (isDataFile(Key, key.slice(0, key.lastIndexOf('/') + 1)))
          objects.push(s3Object(s3, bucket, Key, Size ?? 0, ETag));
        else hidden += 1;
      }
    }
  } catch (error) {
    if ((error as Error).name === 'NoSuchBucket') throw new UsageError(`There is no bucket ${bucket}.`);
    throw error;
  }
  if (objects.length === 0) throw new UsageError(`There is no object at ${url}, and no key starts with it.`);
  return {
    kind: 'files',
    prefix: `s3://${bucket}/${key.slice(0, key.lastIndexOf('/') + 1)}`,
    files: objects,
    hidden,
  };
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
  return {
    name: `s3://${bucket}/${key}`,
    key,
    size,
    async read(start, end) {
      const { Body } = await s3.send(new GetObjectCommand({ ...object, Range: `bytes=${start}-${end - 1}` }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },
    async withLocalCopy(use) {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-inspect-'));
      try {
        const path = join(folder, 'object');
        const { Body } = await s3.send(new GetObjectCommand(object));
        await pipeline(Body as Readable, createWriteStream(path));
        return await use(path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
