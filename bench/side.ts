/** One side of a measurement. One round loads the hour once, whole. */
export interface Side {
  round(): Promise<Counts>;
  end(): Promise<void>;
}

export interface Counts {
  readonly staged: number;
  readonly duplicates: number;
  readonly deleted: number;
  readonly inserted: number;
}

/** What a side's process is started with. */
export interface SideOrder {
  readonly side: 'state machine' | 'bare DuckDB';
  readonly files: readonly string[];
  readonly hour: string;
  readonly directory: string;
}

export type SideAnswer =
  | { readonly ready: true }
  | { readonly seconds: number; readonly counts: Counts; readonly peakBytes: number };
