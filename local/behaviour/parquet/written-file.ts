import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Writes the result of a DuckDB query as a Parquet file, as a writer other than Sluice does.
 * @param options options of DuckDB's COPY, such as `ROW_GROUP_SIZE 2048`. COMPRESSION is Snappy if none is given.
 */
export async function parquetOf(select: string, ...options: readonly string[]): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-parquet-'));
  const file = join(directory, 'rows.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const codec = options.some((option) => option.startsWith('COMPRESSION')) ? [] : ['COMPRESSION snappy'];
    const all = ['FORMAT parquet', ...codec, ...options].join(', ');
    await connection.run(`COPY (${select}) TO '${file}' (${all})`);
    return readFileSync(file);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(directory, { recursive: true });
  }
}
