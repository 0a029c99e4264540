import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';

/** See main.ts. */
const load = createRequire(__filename);

/** A DuckDB of one's own, to read files with. */
export interface FileReader {
  readonly duckdb: DuckDBConnection;
  /** Can be called again. */
  close(): Promise<void>;
}

/** What does not fit into memory is sorted in a temporary folder; left alone, DuckDB would make `.tmp` where we stand. */
export async function openFileReader(): Promise<FileReader> {
  const { DuckDBInstance } = load('@duckdb/node-api') as typeof import('@duckdb/node-api');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-duckdb-'));
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      temp_directory: folder,
      memory_limit: '1GB',
      autoinstall_known_extensions: 'false',
    });
    const duckdb = await instance.connect();
    let closed = false;
    return {
      duckdb,
      close: async () => {
        if (closed) return;
        closed = true;
        duckdb.closeSync();
        instance.closeSync();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
