import { DuckDBInstance } from '@duckdb/node-api';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder';

/**
 * Writes the result of a DuckDB query as a Parquet file, as a writer other than Sluice does.
 * @param options options of DuckDB's COPY, such as `ROW_GROUP_SIZE 2048`. COMPRESSION is Snappy if none is given.
 */
export async function parquetOf(select: string, ...options: readonly string[]): Promise<Buffer> {
  const directory = temporaryFolder('sluice-parquet-');
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

export interface Trip {
  readonly trip_id: string | null;
  readonly vendor_id?: number;
  readonly pickup_datetime?: string;
  readonly dropoff_datetime?: string;
  readonly passenger_count?: number;
  readonly trip_distance?: number;
  readonly total_amount?: number;
  readonly updated_at?: string;
}

/** A SELECT of trips, with the columns and order of datasets/trips.yml. */
export function tripsSelect(trips: readonly Trip[]): string {
  const text = (value: string | null | undefined, otherwise: string) =>
    value === null ? 'NULL' : `'${(value ?? otherwise).replaceAll("'", "''")}'`;
  return trips
    .map(
      (trip) =>
        `SELECT ${text(trip.trip_id, '')}::VARCHAR AS trip_id, ${trip.vendor_id ?? 1}::INTEGER AS vendor_id, ` +
        `${text(trip.pickup_datetime, '2026-11-23 08:00:00')}::TIMESTAMP AS pickup_datetime, ` +
        `${text(trip.dropoff_datetime, '2026-11-23 08:20:00')}::TIMESTAMP AS dropoff_datetime, ` +
        `${trip.passenger_count ?? 'NULL'}::INTEGER AS passenger_count, ` +
        `${trip.trip_distance ?? 1.5}::DOUBLE AS trip_distance, ${trip.total_amount ?? 10}::DECIMAL(10,2) AS total_amount, ` +
        `${text(trip.updated_at, '2026-11-23 08:20:00')}::TIMESTAMP AS updated_at`,
    )
    .join(' UNION ALL ');
}
