import type { ObjectStore, StoredObject } from '../s3/object-store';
import type { Meter } from './meter';

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
    list: (bucket, prefix) => {
      meter.request('s3', 'ListObjectsV2');
      return store.list(bucket, prefix);
    },
    put: async (...object) => counted('PutObject', await store.put(...object))!,
    putFile: async (...object) => counted('PutObject', await store.putFile(...object))!,
  };
}
