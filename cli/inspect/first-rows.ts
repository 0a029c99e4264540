import type { Json } from '@duckdb/node-api';
import { resolve } from 'node:path';
import { openFileReader } from '../shared/duckdb';
import { UnreadableFile } from './parquet-file';

/**
 * Reads the first rows of a local Parquet file, with values in the order of its columns. DuckDB keeps decimals, INT96 and
 * microseconds exact; values that JSON numbers cannot hold become text.
 * @throws UnreadableFile if the footer is readable and the data is not.
 */
export async function readFirstRows(path: string, rows: number): Promise<Json[][]> {
  const reader = await openFileReader();
  try {
    // By default, hive partitioning would add columns from a path such as `year=2026/…`.
    const result = await reader.duckdb.runAndReadAll(
      'FROM read_parquet($file, hive_partitioning = false) LIMIT $rows',
      { file: resolve(path), rows },
    );
    return result.getRowsJson();
  } catch (error) {
    throw new UnreadableFile(`its rows cannot be read (${(error as Error).message.split('\n')[0]})`);
  } finally {
    await reader.close();
  }
}
