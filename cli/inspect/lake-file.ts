/** A local file with the whole content of a file or an object. */
export interface LocalCopy {
  readonly path: string;
  /** Removes the copy, if it is one. */
  remove(): Promise<void>;
}

/** A file or an object to inspect. The interface has only what reading a footer needs. */
export interface LakeFileSource {
  /** The name for people: a path, or `s3://bucket/key`. */
  readonly name: string;
  /** The text that dataset prefixes are compared with: an object's key, or a file's absolute path. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** The version of an object. */
  readonly etag?: string;
  /** Reads bytes `start` to `end` (exclusive). */
  read(start: number, end: number): Promise<Uint8Array>;
  localCopy(): Promise<LocalCopy>;
  /** Calls `use` with the path of a local file that holds the whole content until `use` ends. */
  withLocalCopy<Result>(use: (path: string) => Promise<Result>): Promise<Result>;
}

/** Uses a copy and removes it. */
export async function usingCopy<Result>(
  copying: Promise<LocalCopy>,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const copy = await copying;
  try {
    return await use(copy.path);
  } finally {
    await copy.remove();
  }
}

/** What the path of a command names. */
export type Target =
  | { readonly kind: 'file'; readonly file: LakeFileSource }
  | {
      readonly kind: 'files';
      /** The common start of all names, which tables leave out. */
      readonly prefix: string;
      /** Ordered by name, without hidden files. */
      readonly files: readonly LakeFileSource[];
      /** Number of files that no load reads, because their name starts with `_` or `.`. */
      readonly hidden: number;
    };
