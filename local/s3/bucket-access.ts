import type { PolicyDocument } from '../iam/policy-document';

/** What a bucket is guarded by, besides the rights of who calls. */
export interface BucketAccess {
  /** Whether the caller may delete an object. */
  readonly mayDelete: (bucket: string, key: string) => boolean;
  /** Policies of buckets, by name. */
  readonly policies: Map<string, PolicyDocument>;
  /** The KMS keys that buckets are encrypted with by default; S3's own where there is none. */
  readonly keys: Map<string, string>;
}

export function openAccess(): BucketAccess {
  return { mayDelete: () => true, policies: new Map(), keys: new Map() };
}
