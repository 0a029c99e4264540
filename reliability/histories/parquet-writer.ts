import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withoutTypes } from '../../local/behaviour/parquet/edit-footer';
import { temporaryFolder } from '../../testkit/temporary-folder';
import type { Defect } from './defects';
import { columnsOf, TRIP_COLUMNS, type FileColumn, type Layout } from './layout';
import type { Trip } from './trip';

/** What a file holds. */
export interface FileContent {
  readonly trips: readonly Trip[];
  readonly layout: Layout;
  /** Whether the file may lack the column that was added last. */
  readonly mayLack: boolean;
  readonly defect?: Defect | undefined;
}

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

  /** Writes the rows in their order. Equal contents give equal bytes. */
  async write({ trips, layout, mayLack, defect }: FileContent): Promise<Buffer> {
    const good = columnsOf(layout, trips, mayLack);
    const columns = defect?.columns?.(good) ?? good;
    const file = await this.select(trips, columns);
    const untyped = columns.filter((column) => column.untyped).map(({ name }) => name);
    const typed = untyped.length > 0 ? withoutTypes(file, untyped) : file;
    return defect?.bytes?.(typed) ?? typed;
  }

  private async select(trips: readonly Trip[], columns: readonly FileColumn[]): Promise<Buffer> {
    const file = join(this.directory, 'rows.parquet');
    const rows = trips.map(
      (trip, place) => `(${[...TRIP_COLUMNS.map((name) => literal(trip[name])), place].join(', ')})`,
    );
    await this.connection.run(
      `COPY (SELECT ${columns.map(({ name, value }) => `${value} AS ${name}`).join(', ')}
             FROM (VALUES ${rows.join(', ')}) AS trips(${TRIP_COLUMNS.join(', ')}, place) ORDER BY place)
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

function literal(value: string | number | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
