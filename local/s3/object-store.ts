/** One object as the store keeps it. `path` is a plain file with exactly the object's bytes. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** Absolute path of a file whose content is the object's body. Valid until the object is overwritten or deleted. */
  readonly path: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** What other services need from S3. */
export interface ObjectStore {
  /** The bucket's Region; undefined if the bucket does not exist. */
  bucketRegion(bucket: string): string | undefined;
  createBucket(bucket: string, region: string): Promise<void>;
  head(bucket: string, key: string): Promise<StoredObject | undefined>;
  /** Stores a body whole or not at all. @throws ServiceError NoSuchBucket */
  put(bucket: string, key: string, body: Uint8Array, contentType?: string): Promise<StoredObject>;
  /** Moves a finished file into the store (same file system), whole or not at all. @throws ServiceError NoSuchBucket */
  putFile(bucket: string, key: string, path: string, contentType?: string): Promise<StoredObject>;
  /** Objects whose key starts with prefix, in bytewise key order. */
  list(bucket: string, prefix: string): readonly StoredObject[];
}
