import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { BucketAccess } from './bucket-access';
import type { FileObjectStore } from './file-object-store';
import type { Headers, S3Operation } from './operation';

/** One request, as an operation sees it. */
export interface S3Call extends S3Operation {
  /** The body's stream; everything else is in the other members. */
  readonly request: IncomingMessage;
  readonly headers: Headers;
  readonly store: FileObjectStore;
  readonly access: BucketAccess;
}

/** What an operation answers with. */
export interface S3Answer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body of XML, or of bytes; neither for an empty body. */
  readonly xml?: string;
  /** A body of JSON. */
  readonly text?: string;
  readonly body?: Readable | undefined;
}

export type Operation = (call: S3Call) => S3Answer | Promise<S3Answer>;
