import type { Checksum } from './checksums';

/** What a client gave with an object, and gets back with it. */
export interface ObjectAttributes {
  readonly contentType?: string | undefined;
  /** Cache-Control, Content-Disposition and the like, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The `x-amz-meta-` headers, without that prefix. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly checksum?: Checksum | undefined;
  /** The multipart upload that made the object: completing it once more is answered as the first time. */
  readonly uploadId?: string;
}
