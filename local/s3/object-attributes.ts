import type { Checksum } from './checksums';

/** Attributes that a client stores with an object and gets back. */
export interface ObjectAttributes {
  readonly contentType?: string | undefined;
  /** Cache-Control, Content-Disposition and the like, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The `x-amz-meta-` headers, without that prefix. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly checksum?: Checksum | undefined;
  /** The multipart upload that created the object. Completing it again returns the same answer. */
  readonly uploadId?: string;
}
