import type { PolicyDocument } from '../iam/policy-document';

/** What controls access to buckets besides the caller's own permissions. */
export interface BucketAccess {
  /** Whether the caller may delete an object. */
  readonly mayDelete: (bucket: string, key: string) => boolean;
  /** Bucket policies, by bucket. */
  readonly policies: Map<string, PolicyDocument>;
  /** Default KMS keys, by bucket. A bucket without one uses S3's own key. */
  readonly keys: Map<string, string>;
  /** The account that owns every bucket. */
  readonly owner: string;
}

export function openAccess(): BucketAccess {
  return { mayDelete: () => true, policies: new Map(), keys: new Map(), owner: '000000000000' };
}
