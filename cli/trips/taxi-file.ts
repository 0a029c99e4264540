import type { DuckDBResult } from '@duckdb/node-api';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { addHours, type Hour } from '../../core/hour';
import { openFileReader, type FileReader } from '../shared/duckdb';
import { UsageError } from '../shared/output';
import type { ArrivingEvent } from './arrival';
import { findTaxiColumns, type TaxiColumns } from './taxi-columns';
import type { TripEvent } from './trip-event';

/** The trips of a New York City TLC file. Each trip arrives in the hour of its pickup. */
export interface TaxiFile {
  readonly kind: TaxiColumns['kind'];
  /** Number of trips in the file. */
  readonly rowsInFile: number;
  /** Number of trips in the chosen hours, which `events` yields. */
  readonly rows: number;
  /** The first and the last hour of arrival that hold trips. */
  readonly from: Hour;
  readonly to: Hour;
  /** In order of pickup, with one chunk of rows in memory at a time. Can be read once, which closes the file. */
  readonly events: AsyncIterable<ArrivingEvent & { readonly event: TripEvent }>;
  /** Closes the file if its events are not read. */
  close(): Promise<void>;
}

/** By default, hive partitioning would add columns from a path such as `year=2026/trips.parquet`. */
const FILE = 'read_parquet($file, hive_partitioning = false, file_row_number = true)';

/**
 * Opens a yellow or green taxi file of any year since 2011. Casts the columns, because their types differ between years.
 * @param hours number of consecutive hours to take, the busiest ones; `all` takes the whole file.
 * @throws UsageError if the file does not exist or is no taxi file.
 */
export async function readTaxiFile(path: string, { hours }: { hours: number | 'all' }): Promise<TaxiFile> {
  const file = resolve(path);
  await access(file).catch(() => {
    throw new UsageError(`There is no file ${path}.`);
  });
  const reader = await openFileReader();
  try {
    return await plan(reader, file, path, hours);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Checks that a file is a taxi file with trips. @throws UsageError as readTaxiFile does. */
export async function checkTaxiFile(path: string): Promise<void> {
  const file = await readTaxiFile(path, { hours: 'all' });
  await file.close();
}

async function plan(
  reader: FileReader,
  file: string,
  name: string,
  hours: number | 'all',
): Promise<TaxiFile> {
  const columns = findTaxiColumns(await describe(reader, file, name), name);
  const counted = await tripsByHour(reader, columns, file, hours);
  const chosen = hours === 'all' ? counted.hours : busiest(counted.hours, hours);
  const [first, last] = [chosen[0], chosen.at(-1)];
  if (!first || !last) throw new UsageError(`${name} holds no trips.`);
  return {
    kind: columns.kind,
    rowsInFile: counted.rowsInFile,
    rows: chosen.reduce((sum, each) => sum + each.rows, 0),
    from: first.hour,
    to: last.hour,
    events: events(reader, columns, file, first.hour, last.hour),
    close: () => reader.close(),
  };
}

async function describe(
  { duckdb }: FileReader,
  file: string,
  name: string,
): Promise<readonly { name: string; type: string }[]> {
  try {
    const result = await duckdb.runAndReadAll(
      'SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet($file, hive_partitioning = false))',
      { file },
    );
    return result.getRowsJson().map((row) => ({ name: textOf(row[0]) ?? '', type: textOf(row[1]) ?? '' }));
  } catch (error) {
    throw new UsageError(
      `${name} cannot be read as Parquet: ${(error as Error).message.split('\n')[0]?.replaceAll(file, name)}`,
    );
  }
}

interface HourOfTrips {
  readonly hour: Hour;
  readonly rows: number;
  /** Number of trips in the consecutive hours that begin with this one. */
  readonly stretch: number;
}

const HOUR_TEXT = `'%Y-%m-%dT%H'`;

/** A trip without a pickup time arrives in the hour of its end. Without both times it has no hour. */
const arrivalOf = (columns: TaxiColumns): string => `coalesce(${columns.pickup}, ${columns.dropoff})`;

async function tripsByHour(
  { duckdb }: FileReader,
  columns: TaxiColumns,
  file: string,
  hours: number | 'all',
): Promise<{ rowsInFile: number; hours: HourOfTrips[] }> {
  const result = await duckdb.runAndReadAll(
    `WITH counted AS (
       SELECT date_trunc('hour', ${arrivalOf(columns)}) AS start, count(*) AS trips FROM ${FILE} GROUP BY 1
     )
     SELECT strftime(start, ${HOUR_TEXT}), trips, sum(trips) OVER (
       ORDER BY start RANGE BETWEEN CURRENT ROW AND to_hours($following) FOLLOWING
     ) FROM counted ORDER BY start`,
    { file, following: hours === 'all' ? 0 : hours - 1 },
  );
  const rows = result.getRowsJson();
  return {
    rowsInFile: rows.reduce((sum, [, trips]) => sum + Number(trips), 0),
    hours: rows.flatMap(([hour, trips, stretch]) =>
      typeof hour === 'string' ? [{ hour, rows: Number(trips), stretch: Number(stretch) }] : [],
    ),
  };
}

/** The busiest consecutive hours, starting with an hour that has trips; the earliest if several are equal. */
function busiest(counted: readonly HourOfTrips[], hours: number): HourOfTrips[] {
  const first = counted.reduce<HourOfTrips | undefined>(
    (best, each) => (best && best.stretch >= each.stretch ? best : each),
    undefined,
  );
  if (!first) return [];
  const end = addHours(first.hour, hours);
  return counted.filter(({ hour }) => hour >= first.hour && hour < end);
}

async function* events(
  reader: FileReader,
  columns: TaxiColumns,
  file: string,
  first: Hour,
  last: Hour,
): AsyncGenerator<ArrivingEvent & { readonly event: TripEvent }> {
  try {
    for await (const rows of (await selectTrips(reader, columns, file, first, last)).yieldRowsJson()) {
      for (const row of rows) yield arrivingTrip(row);
    }
  } finally {
    await reader.close();
  }
}

function selectTrips(
  { duckdb }: FileReader,
  columns: TaxiColumns,
  file: string,
  first: Hour,
  last: Hour,
): Promise<DuckDBResult> {
  const time = (column: string) => `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
  return duckdb.stream(
    `SELECT
       strftime(${arrivalOf(columns)}, ${HOUR_TEXT}),
       ${columns.tripId},
       ${columns.vendor},
       ${time(columns.pickup)},
       ${time(columns.dropoff)},
       ${columns.passengers},
       ${columns.distance},
       ${columns.total},
       ${time(`coalesce(${columns.dropoff}, ${columns.pickup})`)}
     FROM ${FILE}
     WHERE date_trunc('hour', ${arrivalOf(columns)}) BETWEEN CAST($first AS TIMESTAMP) AND CAST($last AS TIMESTAMP)
     ORDER BY ${arrivalOf(columns)}, file_row_number`,
    { file, first: `${first}:00:00`, last: `${last}:00:00` },
  );
}

function arrivingTrip(row: readonly unknown[]): ArrivingEvent & { readonly event: TripEvent } {
  const [arrival, id, vendor, pickup, dropoff, passengers, distance, total, updated] = row;
  return {
    arrival: String(arrival),
    event: {
      trip_id: String(id),
      vendor_id: numberOf(vendor),
      pickup_datetime: textOf(pickup),
      dropoff_datetime: textOf(dropoff),
      passenger_count: numberOf(passengers),
      trip_distance: numberOf(distance),
      total_amount: numberOf(total),
      updated_at: textOf(updated),
    },
  };
}

/** DuckDB returns NaN and infinities as text. JSON has no such numbers: they become null. */
function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
