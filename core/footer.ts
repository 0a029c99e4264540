import type { ParquetField } from './parquet-types';

/** What a Parquet footer says. */
export interface Footer {
  readonly rows: number;
  readonly fields: readonly ParquetField[];
  /** Nulls by column, for the columns whose statistics count them in every row group. */
  readonly nulls: ReadonlyMap<string, number>;
}
