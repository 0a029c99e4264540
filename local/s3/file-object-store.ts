import { createHash, randomUUID } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ServiceError } from '../service-error';
import { checkWrite, type WriteConditions } from './conditions';
import { noSuchBucket } from './errors';
import type { FinishedBody } from './finished-body';
import { KeyIndex } from './key-index';
import { MultipartUploads } from './multipart-uploads';
import { checkBucketName, checkKey } from './names';
import type { ObjectAttributes } from './object-attributes';
import type { ObjectStore, StoredObject } from './object-store';
import { readRecord, writeRecord } from './records';

export interface S3Object extends StoredObject {
  readonly attributes: ObjectAttributes;
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly created: Date;
  readonly objects: KeyIndex<S3Object>;
}

interface ObjectRecord {
  readonly key: string;
  /** Name of the file in `bodies/`. */
  readonly body: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: string;
  readonly attributes: ObjectAttributes;
}

interface BucketRecord {
  readonly region: string;
  readonly created: string;
}

/**
 * S3's objects in a directory:
 *
 *     incoming/                    bodies that are being received; emptied at the start
 *     buckets/<bucket>/bucket.json Region and time of creation
 *     buckets/<bucket>/objects/    one record (JSON) per object, named by the SHA-256 of its key
 *     buckets/<bucket>/bodies/     the objects' bytes, one plain file each; the record has its name
 *     uploads/                     multipart uploads in progress
 *
 * A body never changes. A write moves the body into place and then renames the record. The rename is the commit: body and
 * metadata become visible together, and a killed process leaves the old object or the new one. It may also leave bodies
 * without a record; the next start removes them. Nothing is fsynced, so a power cut can lose writes.
 */
export class FileObjectStore implements ObjectStore {
  readonly uploads: MultipartUploads;
  private readonly buckets = new Map<string, Bucket>();

  private constructor(private readonly directory: string) {
    this.uploads = MultipartUploads.open(join(directory, 'uploads'));
  }

  /** Opens the store in a directory, which is created if missing, and reads its index. */
  static open(directory: string): FileObjectStore {
    const root = resolve(directory);
    rmSync(join(root, 'incoming'), { recursive: true, force: true });
    for (const name of ['incoming', 'buckets', 'uploads']) mkdirSync(join(root, name), { recursive: true });
    const store = new FileObjectStore(root);
    for (const name of readdirSync(join(root, 'buckets'))) store.scan(name);
    return store;
  }

  bucketRegion(name: string): string | undefined {
    return this.buckets.get(name)?.region;
  }

  // The interface is asynchronous; the work is one rename.
  // eslint-disable-next-line @typescript-eslint/require-await
  async createBucket(name: string, region: string): Promise<void> {
    checkBucketName(name);
    if (this.buckets.has(name)) {
      throw new ServiceError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
        { BucketName: name },
      );
    }
    const bucket: Bucket = { name, region, created: wholeSecond(), objects: new KeyIndex() };
    for (const folder of ['objects', 'bodies'])
      mkdirSync(join(this.bucketPath(name), folder), { recursive: true });
    const record: BucketRecord = { region, created: bucket.created.toISOString() };
    writeRecord(join(this.bucketPath(name), 'bucket.json'), record);
    this.buckets.set(name, bucket);
  }

  /** @throws ServiceError NoSuchBucket, BucketNotEmpty */
  deleteBucket(name: string): void {
    if (this.bucket(name).objects.size > 0) {
      throw new ServiceError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
        BucketName: name,
      });
    }
    rmSync(join(this.bucketPath(name), 'bucket.json'));
    this.buckets.delete(name);
    rmSync(this.bucketPath(name), { recursive: true, force: true });
    this.uploads.removeBucket(name);
  }

  /** @throws ServiceError NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  }

  /** Every bucket, by name. */
  listBuckets(): readonly Bucket[] {
    return [...this.buckets.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  head(bucket: string, key: string): Promise<S3Object | undefined> {
    return Promise.resolve(this.find(bucket, key));
  }

  find(bucket: string, key: string): S3Object | undefined {
    return this.buckets.get(bucket)?.objects.get(key);
  }

  async put(bucket: string, key: string, body: Uint8Array, contentType?: string): Promise<S3Object> {
    this.bucket(bucket);
    const path = this.newIncomingPath();
    await writeFile(path, body);
    const etag = createHash('md5').update(body).digest('hex');
    return this.commit(bucket, key, { path, size: body.byteLength, etag }, { contentType });
  }

  async putFile(bucket: string, key: string, path: string, contentType?: string): Promise<S3Object> {
    this.bucket(bucket);
    const md5 = createHash('md5');
    for await (const chunk of createReadStream(path)) md5.update(chunk as Buffer);
    const body = { path, size: statSync(path).size, etag: md5.digest('hex') };
    return this.commit(bucket, key, body, { contentType });
  }

  list(bucket: string, prefix: string): readonly S3Object[] {
    const { objects } = this.bucket(bucket);
    const found: S3Object[] = [];
    for (let position = objects.positionOf(prefix); ; position++) {
      const entry = objects.at(position);
      if (!entry?.[0].startsWith(prefix)) return found;
      found.push(entry[1]);
    }
  }

  /** A new path, on the store's file system, for an incoming body. */
  newIncomingPath(): string {
    return join(this.directory, 'incoming', randomUUID());
  }

  /**
   * Makes a finished body the key's object, whole or not at all. Synchronous, so that no other write happens between the
   * check of the conditions and the write. On an error it removes the body's file.
   * @throws ServiceError NoSuchBucket, KeyTooLongError, PreconditionFailed and the others of {@link checkWrite}
   */
  commit(
    bucketName: string,
    key: string,
    body: FinishedBody,
    attributes: ObjectAttributes,
    conditions: WriteConditions = {},
  ): S3Object {
    const name = randomUUID();
    try {
      const bucket = this.bucket(bucketName);
      checkKey(key);
      const replaced = bucket.objects.get(key);
      checkWrite(conditions, key, replaced);
      const { size, etag } = body;
      const lastModified = wholeSecond().toISOString();
      const record: ObjectRecord = { key, body: name, size, etag, lastModified, attributes };
      renameSync(body.path, this.bodyPath(bucketName, name));
      writeRecord(this.recordPath(bucketName, key), record);
      const object = this.objectOf(bucketName, record);
      bucket.objects.set(key, object);
      if (replaced) discard(replaced.path);
      return object;
    } catch (error) {
      for (const path of [body.path, this.bodyPath(bucketName, name)]) rmSync(path, { force: true });
      throw error;
    }
  }

  /** Deletes an object. As in S3, a key without one is no error. @throws ServiceError NoSuchBucket */
  delete(bucketName: string, key: string): void {
    const { objects } = this.bucket(bucketName);
    const object = objects.get(key);
    if (!object) return;
    rmSync(this.recordPath(bucketName, key));
    objects.delete(key);
    discard(object.path);
  }

  private scan(name: string): void {
    const path = this.bucketPath(name);
    const bucket = readRecord<BucketRecord>(join(path, 'bucket.json'));
    // The process was killed while it created or deleted the bucket, which is empty.
    if (!bucket) {
      rmSync(path, { recursive: true, force: true });
      return;
    }
    const entries: [string, S3Object][] = [];
    const orphans = new Set(readdirSync(join(path, 'bodies')));
    for (const file of readdirSync(join(path, 'objects'))) {
      if (!file.endsWith('.json')) {
        rmSync(join(path, 'objects', file));
        continue;
      }
      const record = JSON.parse(readFileSync(join(path, 'objects', file), 'utf8')) as ObjectRecord;
      entries.push([record.key, this.objectOf(name, record)]);
      orphans.delete(record.body);
    }
    for (const orphan of orphans) rmSync(join(path, 'bodies', orphan));
    const { region, created } = bucket;
    this.buckets.set(name, { name, region, created: new Date(created), objects: KeyIndex.from(entries) });
  }

  private objectOf(bucket: string, record: ObjectRecord): S3Object {
    const { key, size, etag, attributes } = record;
    const path = this.bodyPath(bucket, record.body);
    return { bucket, key, path, size, etag, lastModified: new Date(record.lastModified), attributes };
  }

  private bucketPath(bucket: string): string {
    return join(this.directory, 'buckets', bucket);
  }

  private bodyPath(bucket: string, name: string): string {
    return join(this.bucketPath(bucket), 'bodies', name);
  }

  /** A digest, because keys may contain any character and exceed the length of file names. */
  private recordPath(bucket: string, key: string): string {
    return join(this.bucketPath(bucket), 'objects', `${createHash('sha256').update(key).digest('hex')}.json`);
  }
}

/** Removes a body without a record. Nothing depends on it, so nothing waits for it. */
function discard(path: string): void {
  unlink(path).catch(() => undefined);
}

/** S3 keeps times in whole seconds. */
function wholeSecond(): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000);
}
