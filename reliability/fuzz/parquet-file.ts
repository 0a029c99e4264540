import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import type { Column } from '../../core/dataset';

let instance: Promise<DuckDBInstance> | undefined;

/** A DuckDB session of the fuzzer's own, which makes files and reads them independently of the twin. */
export async function withDuckDB<Result>(
  use: (duckdb: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  instance ??= DuckDBInstance.create(':memory:', {
    memory_limit: '1GB',
    autoinstall_known_extensions: 'false',
    // A case overwrites the file of the case before it, in the same moment and with as many bytes.
    enable_external_file_cache: 'false',
  });
  const connection = await (await instance).connect();
  try {
    return await use(connection);
  } catch (error) {
    // An engine that met an internal error answers nothing more.
    instance = undefined;
    throw error;
  } finally {
    connection.closeSync();
  }
}

/** A file's rows, as the warehouse's casts to text write them; booleans stay booleans. */
export function readRows(path: string, columns: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const values = columns.map((name) => (name === 'flag' ? name : `CAST("${name}" AS VARCHAR)`)).join(', ');
  return withDuckDB(async (duckdb) => {
    const result = await duckdb.runAndReadAll(
      `SELECT ${values} FROM read_parquet('${path}', hive_partitioning = false, binary_as_string = true)`,
    );
    return result.getRowsJson();
  });
}

/** A column of a new file. Its values are texts, which are cast to the type. */
export interface FileColumn {
  readonly name: string;
  /** A type of DuckDB. */
  readonly type: string;
  readonly values: readonly (string | null)[];
}

/** Writes columns as Parquet. All columns must have the same number of values. */
export async function writeParquet(
  path: string,
  columns: readonly FileColumn[],
  options = '',
): Promise<void> {
  await withDuckDB(async (duckdb) => {
    const names = columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`);
    await duckdb.run(
      `CREATE TEMP TABLE rows (${columns.map(({ type }, index) => `${names[index]} ${type}`).join(', ')})`,
    );
    const insert = await duckdb.prepare(
      `INSERT INTO rows VALUES (${columns.map(({ type }, index) => `CAST($${index + 1}::VARCHAR AS ${type})`).join(', ')})`,
    );
    try {
      for (const row of columns[0]?.values.keys() ?? []) {
        insert.bind(columns.map(({ values }): DuckDBValue => values[row] ?? null));
        await insert.run();
      }
    } finally {
      insert.destroySync();
    }
    await duckdb.run(`COPY rows TO '${path}' (FORMAT parquet${options})`);
  });
}

/** The rows of a file that Firehose wrote, each value as the text that the transform writes. */
export function readEvents(
  path: string,
  columns: readonly Column[],
): Promise<readonly Record<string, string | null>[]> {
  const values = columns.map(({ name, type }) =>
    type.kind === 'timestamp' ? `strftime("${name}", '%Y-%m-%d %H:%M:%S.%f')` : `"${name}"`,
  );
  const numbers = new Set(['real', 'double precision']);
  return withDuckDB(async (duckdb) => {
    const result = await duckdb.runAndReadAll(`SELECT ${values.join(', ')} FROM read_parquet('${path}')`);
    return result.getRows().map((row) =>
      Object.fromEntries(
        columns.map(({ name, type }, index) => {
          const value = row[index] ?? null;
          return [
            name,
            value === null ? null : numbers.has(type.kind) ? String(Number(value)) : String(value),
          ];
        }),
      ),
    );
  });
}
