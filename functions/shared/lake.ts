import {
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { accountOf } from '../../core/arn';
import type { Dataset } from '../../core/dataset';
import { diagnoseClientError } from '../../core/diagnosis';
import { LoadError } from '../../core/errors';
import type { LakeFile } from '../../core/files';
import type { Configuration } from './configuration';
import type { ListPrefix } from './find-strays';
import { logger } from './handler';
import { Ledger } from './ledger';
import { listEntries } from './listing';
import { traced } from './tracing';

const client = traced(new S3Client({}));

/** The Region of a bucket. S3 returns nothing for us-east-1. */
export async function bucketRegion(bucket: string): Promise<string> {
  const location = await explained(`GetBucketLocation s3://${bucket}`, () =>
    client.send(new GetBucketLocationCommand({ Bucket: bucket })),
  );
  const region = location.LocationConstraint as string | undefined;
  // Very old buckets in Ireland have the location "EU".
  return region === 'EU' ? 'eu-west-1' : region || 'us-east-1';
}

/** Every object under a prefix, in key order. */
export async function listFiles(bucket: string, prefix: string): Promise<LakeFile[]> {
  return explained(`ListObjectsV2 s3://${bucket}/${prefix}`, async () => {
    const files: LakeFile[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key, ETag, Size } of page.Contents ?? []) {
        if (Key !== undefined)
          files.push({ key: Key, etag: (ETag ?? '').replaceAll('"', ''), size: Size ?? 0 });
      }
    }
    return files;
  });
}

/** A function that lists what is under a prefix of the bucket: see {@link listEntries}. */
export function listerOf(bucket: string): ListPrefix {
  return (prefix, options) =>
    explained(`ListObjectsV2 s3://${bucket}/${prefix}`, () => listEntries(client, bucket, prefix, options));
}

/**
 * Bytes `start` to `end` (exclusive) of an object.
 * @throws LoadError FileChanged if the object was changed or deleted after the listing.
 */
export async function readRange(
  bucket: string,
  file: LakeFile,
  start: number,
  end: number,
): Promise<ArrayBuffer> {
  const bytes = await explained(`GetObject s3://${bucket}/${file.key}`, async () => {
    const object = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: file.key,
        Range: `bytes=${start}-${end - 1}`,
        IfMatch: `"${file.etag}"`,
      }),
    );
    return object.Body?.transformToByteArray();
  });
  return new Uint8Array(bytes ?? []).buffer;
}

/** The number of lines of an object that are not empty. @throws LoadError FileChanged */
export async function countLines(bucket: string, file: LakeFile): Promise<number> {
  return explained(`GetObject s3://${bucket}/${file.key}`, async () => {
    const { Body: body } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: file.key, IfMatch: `"${file.etag}"` }),
    );
    let count = 0;
    // In Node.js the body is a Node stream.
    for await (const line of createInterface({ input: body as Readable, crlfDelay: Infinity })) {
      if (line.trim() !== '') count += 1;
    }
    return count;
  });
}

/**
 * Deletes the objects under a prefix that were written before a time.
 * @param kept the start of keys that stay.
 * @returns how many were deleted.
 */
export async function deleteOlder(
  bucket: string,
  prefix: string,
  before: Date,
  kept: string,
): Promise<number> {
  return explained(`DeleteObjects s3://${bucket}/${prefix}`, async () => {
    let deleted = 0;
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      const old = (page.Contents ?? []).filter(
        ({ Key = '', LastModified }) => LastModified && LastModified < before && !Key.startsWith(kept),
      );
      if (old.length === 0) continue;
      const answer = await client.send(
        new DeleteObjectsCommand({
          Bucket: bucket,
          Delete: { Objects: old.map(({ Key }) => ({ Key })), Quiet: true },
        }),
      );
      const [failure] = answer.Errors ?? [];
      if (failure)
        throw Object.assign(new Error(`${failure.Key}: ${failure.Message}`), { name: failure.Code });
      deleted += old.length;
    }
    return deleted;
  });
}

export async function readJson(bucket: string, key: string): Promise<unknown> {
  const text = await explained(`GetObject s3://${bucket}/${key}`, async () => {
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return object.Body?.transformToString();
  });
  return JSON.parse(text ?? 'null');
}

export async function writeJson(bucket: string, key: string, value: object): Promise<void> {
  await explained(`PutObject s3://${bucket}/${key}`, () =>
    client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: JSON.stringify(value),
        ContentType: 'application/json',
      }),
    ),
  );
}

/** The ledger of a dataset. */
export function ledgerOf({ bucket, workgroup, database, copyRole }: Configuration, dataset: Dataset): Ledger {
  // The role that COPY assumes belongs to the warehouse's account.
  const place = { account: accountOf(copyRole), workgroup, database };
  const warn = (error: LoadError) => logger.warn('A part of the ledger cannot be used', { error });
  return new Ledger({ client, bucket, ...place, warn }, dataset);
}

/**
 * Runs a read without which a load is only told less of, or asks the warehouse more often. If access is denied, logs it and
 * returns the fallback.
 * @param otherwise the fallback.
 * @param unread what is not read then.
 */
export async function allowed<Result>(
  run: () => Promise<Result>,
  otherwise: Result,
  unread = 'the records that Firehose could not deliver',
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof LoadError) || error.name !== 'AccessDenied') throw error;
    logger.warn(`Access is denied to ${unread}`, { error });
    return otherwise;
  }
}

async function explained<T>(call: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw diagnoseClientError(error, call);
  }
}
