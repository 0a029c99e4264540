import { readFile } from 'node:fs/promises';
import type { ObjectStore, StoredObject } from '../../s3/object-store';
import type { CopyCommand, S3Location } from './command';
import {
  accessDenied,
  invalidRange,
  missingManifest,
  noSuchBucket,
  noSuchKey,
  noSuchPrefix,
  wrongRegion,
} from './errors';
import { parseManifest, type ManifestEntry } from './manifest';

/** The files that a COPY loads, in order. @throws SqlError if S3 or the manifest lacks them */
export async function filesOf(
  copy: CopyCommand,
  store: ObjectStore,
  region: string,
  mayRead: (bucket: string, key: string) => boolean,
): Promise<StoredObject[]> {
  checkBucket(copy.from.bucket, store, region);
  if (!mayRead(copy.from.bucket, copy.from.key)) throw accessDenied();
  if (!copy.manifest) return listPrefix(copy.from, store);
  const files: StoredObject[] = [];
  for (const entry of await readManifest(copy.from, store)) {
    if (!mayRead(entry.location.bucket, entry.location.key)) throw accessDenied();
    const file = await findEntry(entry, store, region);
    if (file !== undefined) files.push(file);
  }
  return files;
}

function checkBucket(bucket: string, store: ObjectStore, region: string): void {
  const bucketRegion = store.bucketRegion(bucket);
  if (bucketRegion === undefined) throw noSuchBucket();
  if (bucketRegion !== region) throw wrongRegion();
}

function listPrefix(from: S3Location, store: ObjectStore): StoredObject[] {
  const files = store.list(from.bucket, from.key);
  if (files.length === 0) throw noSuchPrefix(from);
  return [...files];
}

async function readManifest(from: S3Location, store: ObjectStore): Promise<readonly ManifestEntry[]> {
  const object = await store.head(from.bucket, from.key);
  if (object === undefined) throw missingManifest(from);
  return parseManifest(await readFile(object.path, 'utf8'), from);
}

async function findEntry(
  entry: ManifestEntry,
  store: ObjectStore,
  region: string,
): Promise<StoredObject | undefined> {
  checkBucket(entry.location.bucket, store, region);
  const object = await store.head(entry.location.bucket, entry.location.key);
  if (object === undefined) {
    if (entry.mandatory) throw noSuchKey();
    return undefined;
  }
  if (object.size !== entry.contentLength) throw invalidRange(entry.location, region);
  return object;
}
