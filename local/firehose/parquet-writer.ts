import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Deserializer } from './deserializer';

/** Writes Snappy-compressed Parquet as Firehose does, except for timestamps (see hive-types.ts). */
export class ParquetWriter {
  private instance: Promise<DuckDBInstance> | undefined;

  /**
   * @param lines path of a file with one row per line, as {@link Deserializer.rows} gives them.
   * @param target path of the Parquet file to write.
   */
  async write(columns: Deserializer['columns'], lines: string, target: string): Promise<void> {
    this.instance ??= DuckDBInstance.create(':memory:', { memory_limit: '1GB' });
    const connection: DuckDBConnection = await (await this.instance).connect();
    try {
      const types = columns.map(({ name, duckType }) => `${literal(name)}: ${literal(duckType)}`).join(', ');
      await connection.run(
        `COPY (SELECT * FROM read_json(${literal(lines)}, format = 'newline_delimited', auto_detect = false,
                 columns = {${types}}, timestampformat = '%Y-%m-%d %H:%M:%S.%f', dateformat = '%Y-%m-%d'))
           TO ${literal(target)} (FORMAT parquet, COMPRESSION snappy)`,
      );
    } finally {
      connection.closeSync();
    }
  }

  async close(): Promise<void> {
    (await this.instance)?.closeSync();
    this.instance = undefined;
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
