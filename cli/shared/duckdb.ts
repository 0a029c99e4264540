import type { DuckDBConnection } from '@duckdb/node-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** See main.ts. */
const load = createRequire(__filename);

/** An instance of DuckDB that reads files. */
export interface FileReader {
  readonly duckdb: DuckDBConnection;
  /** May be called more than once. */
  close(): Promise<void>;
}

/** Gives DuckDB a temporary folder for what exceeds its memory: by default it makes `.tmp` in the working directory. */
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
