import type { ParquetField } from './parquet-types';

/** What Sluice reads from a Parquet footer. */
export interface Footer {
  readonly rows: number;
  readonly fields: readonly ParquetField[];
  /** The number of nulls by column, for columns whose statistics count them in every row group. */
  readonly nulls: ReadonlyMap<string, number>;
}
