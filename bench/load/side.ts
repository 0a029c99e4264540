/** One side of a measurement. Each round loads the whole hour once. */
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

/** The arguments of a side's process. */
export interface SideOrder {
  readonly side: 'state machine' | 'bare DuckDB';
  readonly files: readonly string[];
  readonly hour: string;
  readonly directory: string;
}

export type SideAnswer =
  | { readonly ready: true }
  | { readonly seconds: number; readonly counts: Counts; readonly peakBytes: number };
