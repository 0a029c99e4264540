import type { ReplayCount } from './selection';

/** What a replay has read and sent. events = repeated + sent_before + left + chosen; chosen = sent + failed. */
export interface ReplayCounts {
  /** Number of error objects that were read. */
  readonly objects: number;
  readonly records: number;
  /** A record holds one event or several. */
  readonly events: number;
  /** Events with the same bytes as another one that was met before. */
  readonly repeated: number;
  /** Events that an earlier replay has sent. */
  readonly sent_before: number;
  /** Events that the dataset file still refuses, or whose reason was not asked for. */
  readonly left: number;
  /** Events to send. */
  readonly chosen: number;
  /** Events that Firehose has accepted. With `--dry-run` 0, and so is `failed`. */
  readonly sent: number;
  readonly failed: number;
  /** The most frequent one first. */
  readonly reasons: readonly ReplayCount[];
  /** Number of lines that are not error records of Firehose. */
  readonly unreadable: number;
  /** Events that were not sent, because Firehose accepts no record of their size. */
  readonly oversize: readonly { readonly path: string; readonly line: number; readonly bytes: number }[];
  /** Objects that could not be read. */
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

/** The document of `--json`: scripts rely on it. */
export interface ReplayDocument extends ReplayCounts {
  readonly dataset: string;
  readonly stream: string;
  readonly place: string;
  readonly dry_run: boolean;
  /** Number of error objects at the place. */
  readonly objects_found: number;
  /** Number of other objects there, which are left alone. */
  readonly other_objects: number;
  /** The Parquet objects that hold the events; only on the twin. */
  readonly objects_written: readonly WrittenObject[];
  /** The error objects of events that the transform has refused again; only on the twin. */
  readonly error_objects: readonly WrittenObject[];
  readonly interrupted: boolean;
  /** What ended it before all was sent; null if nothing did. */
  readonly error: { readonly name: string; readonly message: string } | null;
}

export interface WrittenObject {
  readonly key: string;
  readonly records: number;
}
