import type { ObjectStore, StoredObject } from '../s3/object-store';
import type { Meter } from './meter';

/** Keys in an answer. Source: Amazon S3 API Reference, ListObjectsV2. */
const PAGE = 1_000;

/**
 * The store for a service that AWS has send requests to S3 on the account's bill: Firehose puts an object at once. For a
 * COPY each file and manifest counts as one GET; how many requests Redshift sends for a file is unproven.
 */
export function meteredStore(store: ObjectStore, meter: Meter): ObjectStore {
  const counted = (operation: string, object: StoredObject | undefined) => {
    meter.request('s3', operation, object?.size);
    return object;
  };
  return {
    bucketRegion: (bucket) => store.bucketRegion(bucket),
    createBucket: (bucket, region) => store.createBucket(bucket, region),
    head: async (bucket, key) => counted('GetObject', await store.head(bucket, key)),
    // A COPY from a prefix lists it, page by page, and reads all that it finds.
    list: (bucket, prefix) => {
      const found = store.list(bucket, prefix);
      const pages = Math.max(1, Math.ceil(found.length / PAGE));
      for (let page = 0; page < pages; page += 1) meter.request('s3', 'ListObjectsV2');
      for (const object of found) counted('GetObject', object);
      return found;
    },
    put: async (...object) => counted('PutObject', await store.put(...object))!,
    putFile: async (...object) => counted('PutObject', await store.putFile(...object))!,
  };
}
