import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { BucketAccess } from './bucket-access';
import type { FileObjectStore } from './file-object-store';
import type { S3Operation } from './operation';

/** One request, as an operation sees it. */
export interface S3Call extends S3Operation {
  /** For the body's stream. The other members have everything else. */
  readonly request: IncomingMessage;
  readonly store: FileObjectStore;
  readonly access: BucketAccess;
}

/** An operation's answer. */
export interface S3Answer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An XML body. Without any of the bodies the answer is empty. */
  readonly xml?: string;
  /** A JSON body. */
  readonly text?: string;
  readonly body?: Readable | undefined;
}

export type Operation = (call: S3Call) => S3Answer | Promise<S3Answer>;
