import type { ParquetField } from './parquet-types';

/** What Sluice reads from a Parquet footer. */
export interface Footer {
  readonly rows: number;
  readonly fields: readonly ParquetField[];
  /** The number of nulls by column, for columns whose statistics count them in every row group. */
  readonly nulls: ReadonlyMap<string, number>;
  /** The least and the greatest time by column, for columns of times whose statistics tell, of at least one row group. */
  readonly times: ReadonlyMap<string, TimeRange>;
}

/** Microseconds since 1970, UTC. */
export interface TimeRange {
  readonly least: bigint;
  readonly greatest: bigint;
}

/**
 * The most bytes of a footer that is read: about 45,000 to 110,000 column chunks, which are 2,000 to 5,000 row groups of
 * 20 columns. A footer is parsed whole, and needs up to 25 times its size in memory: here 220 MB, measured, of the 1,024
 * MB that InspectFiles has.
 */
export const LARGEST_FOOTER_BYTES = 8 * 1024 * 1024;

/** @returns why a footer of this size is not read; undefined if it is read. */
export function tooLargeFooter(bytes: number): string | undefined {
  if (bytes <= LARGEST_FOOTER_BYTES) return undefined;
  return (
    `its footer has ${bytes} bytes, and at most ${LARGEST_FOOTER_BYTES} are read: the file has too many row groups. ` +
    'Write row groups of 64 to 256 MB, or of 100,000 rows and more ' +
    '(pyarrow and pandas: row_group_size; Spark: parquet.block.size; DuckDB: ROW_GROUP_SIZE)'
  );
}
