import { resolve } from 'node:path';
import type { Json } from '@duckdb/node-api';
import { openFileReader } from '../shared/duckdb';
import { UnreadableFile } from './parquet-file';

/**
 * The first rows of a local Parquet file, their values in the order of its columns. DuckDB reads them, since it keeps
 * decimals, INT96 and microseconds exact; what JSON's numbers do not hold comes as text.
 * @throws UnreadableFile where the footer is fine and the data is not.
 */
export async function readFirstRows(path: string, rows: number): Promise<Json[][]> {
  const reader = await openFileReader();
  try {
    // Left to itself, hive partitioning would add columns from a path such as `year=2026/…`.
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
