/** A file or object to look into, wherever it is. The seam is as small as reading a footer needs. */
export interface LakeFileSource {
  /** As a person names it: a path, or `s3://bucket/key`. */
  readonly name: string;
  /** What a dataset's prefix is compared with: an object's key, a file's absolute path. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes `start` to `end` (exclusive). */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Calls back with the path of a local file that holds the whole content, valid until the callback ends. */
  withLocalCopy<Result>(use: (path: string) => Promise<Result>): Promise<Result>;
}

/** What a command's path stands for. */
export type Target =
  | { readonly kind: 'file'; readonly file: LakeFileSource }
  | {
      readonly kind: 'files';
      /** What all of the names begin with, for a table that leaves it out. */
      readonly prefix: string;
      /** In order of their names, without hidden ones. */
      readonly files: readonly LakeFileSource[];
      /** Files whose name starts with `_` or `.`, which no load reads. */
      readonly hidden: number;
    };
