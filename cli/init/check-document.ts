import type { NearLimit } from './near-limit';

/** How a sample fits a dataset: the document of `--check --json`, on which scripts rely. */
export interface CheckDocument {
  readonly path: string;
  readonly format: 'events' | 'parquet';
  readonly dataset: string;
  /** Events, or rows of the file. */
  readonly rows: number;
  readonly taken: number;
  readonly refused: number;
  readonly reasons: readonly RefusalReason[];
  /** Attributes of events, or columns of the file, that are no columns of the dataset. */
  readonly unknown: readonly { readonly name: string; readonly rows: number }[];
  /** Columns of the dataset without a value in any row. */
  readonly empty_columns: readonly string[];
  readonly near_limits: readonly NearLimit[];
  /** What else there is to know, in sentences. */
  readonly notes: readonly string[];
}

export interface RefusalReason {
  readonly reason: string;
  /** Null if the row as a whole is refused. */
  readonly column: string | null;
  /** Rows that are refused for it. A row of a file may be refused for several reasons, an event has one. */
  readonly rows: number;
  readonly example: {
    /** The line of the event, or the row in the file, from 1; null if it is the file as a whole. */
    readonly at: number | null;
    readonly text: string;
  };
}
