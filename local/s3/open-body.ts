import { open, type FileHandle } from 'node:fs/promises';
import { noSuchKey } from './errors';
import type { FileObjectStore, S3Object } from './file-object-store';

/**
 * Opens the body of a key's current object. Between lookup and opening, another request may replace the object and remove
 * its file; then the newer object is opened. An open body can be read to its end whatever happens to the key.
 * @throws ServiceError NoSuchBucket, NoSuchKey
 */
export async function openBody(
  store: FileObjectStore,
  bucket: string,
  key: string,
): Promise<{ file: FileHandle; object: S3Object }> {
  for (;;) {
    const object = store.bucket(bucket).objects.get(key);
    if (!object) throw noSuchKey(key);
    try {
      return { file: await open(object.path), object };
    } catch (error) {
      const replaced = store.find(bucket, key) !== object;
      if (!replaced || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
