import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../testkit/temporary-folder';
import type { Trip } from './trip';

/**
 * Writes trips as Parquet. It uses one engine for all files, because starting an engine takes longer than writing a
 * file.
 */
export class ParquetWriter {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly directory: string,
  ) {}

  static async open(): Promise<ParquetWriter> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const directory = temporaryFolder('sluice-histories-');
    return new ParquetWriter(instance, await instance.connect(), directory);
  }

  /** Writes the rows in their order, with the columns of datasets/trips.yml. */
  async write(trips: readonly Trip[]): Promise<Buffer> {
    const file = join(this.directory, 'rows.parquet');
    const values = trips.map((trip) => `(${COLUMNS.map(([name]) => literal(trip[name])).join(', ')})`);
    const columns = COLUMNS.map(([name, expression]) => `(${expression(name)}) AS ${name}`);
    await this.connection.run(
      `COPY (SELECT ${columns.join(', ')} FROM (VALUES ${values.join(', ')}) AS trips(${COLUMNS.map(([name]) => name).join(', ')}))
       TO '${file}' (FORMAT parquet, COMPRESSION snappy)`,
    );
    return readFileSync(file);
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const as = (type: string) => (name: string) => `${name}::${type}`;
const COLUMNS: readonly (readonly [keyof Trip, (name: string) => string])[] = [
  ['trip_id', as('VARCHAR')],
  ['vendor_id', as('INTEGER')],
  ['pickup_datetime', as('TIMESTAMP')],
  ['dropoff_datetime', as('TIMESTAMP')],
  ['passenger_count', as('INTEGER')],
  ['trip_distance', as('DOUBLE')],
  ['total_amount', (name) => `(${name}::DECIMAL(12, 2) / 100)::DECIMAL(10, 2)`],
  ['updated_at', as('TIMESTAMP')],
];

function literal(value: string | number | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
