import { DuckDBInstance } from '@duckdb/node-api';
import { join } from 'node:path';

/**
 * Writes one hour of trips as Parquet, with the columns of datasets/trips.yml. One row in a hundred is a duplicate.
 * @returns the files' paths
 */
export async function makeHour(directory: string, rows: number, files: number): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const perFile = rows / files;
  const paths: string[] = [];
  for (let file = 0; file < files; file += 1) {
    const path = join(directory, `trips-${file}.parquet`);
    await connection.run(
      `COPY (
         SELECT sha256((CASE WHEN i % 100 = 0 THEN i + 1 ELSE i END)::VARCHAR) AS trip_id,
           (1 + i % 2)::INTEGER AS vendor_id,
           TIMESTAMP '2026-11-20 08:00:00' + to_seconds(i % 3600) AS pickup_datetime,
           TIMESTAMP '2026-11-20 08:10:00' + to_seconds(i % 5400) AS dropoff_datetime,
           (1 + i % 5)::INTEGER AS passenger_count,
           (i % 997) / 37.0::DOUBLE AS trip_distance,
           ((i % 9973) / 100.0)::DECIMAL(10, 2) AS total_amount,
           TIMESTAMP '2026-11-20 08:10:00' + to_seconds(i % 5400) AS updated_at
         FROM range(${file * perFile}, ${(file + 1) * perFile}) AS numbers(i)
       ) TO '${path}' (FORMAT parquet, COMPRESSION snappy)`,
    );
    paths.push(path);
  }
  connection.closeSync();
  instance.closeSync();
  return paths;
}
