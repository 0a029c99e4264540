import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFileReader } from '../../../cli/shared/duckdb';
import type { ArrivingEvent } from '../../../cli/trips/arrival';
import { readTaxiFile } from '../../../cli/trips/taxi-file';
import type { TripEvent } from '../../../cli/trips/trip-event';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const folder = temporaryFolder('sluice-taxi-');
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the result of a SELECT as a Parquet file. */
async function parquet(name: string, select: string): Promise<string> {
  const path = join(folder, name);
  const reader = await openFileReader();
  try {
    await reader.duckdb.run(`COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  } finally {
    await reader.close();
  }
  return path;
}

interface TaxiRow {
  readonly pickup: string | null;
  readonly dropoff?: string | null;
  readonly vendor?: string;
  readonly passengers?: string;
  readonly total?: string;
}

/** Rows of a green or yellow file, with the column types of one year. */
function taxiRows(
  rows: readonly TaxiRow[],
  { prefix = 'lpep', integer = 'BIGINT', passengers = 'DOUBLE' } = {},
): string {
  const time = (text: string | null | undefined) => (text ? `TIMESTAMP '${text}'` : 'NULL::TIMESTAMP');
  return rows
    .map(
      (row) =>
        `SELECT ${row.vendor ?? 2}::${integer} AS "VendorID", ${time(row.pickup)} AS ${prefix}_pickup_datetime, ` +
        `${time(row.dropoff === undefined ? '2025-01-01 12:34:56' : row.dropoff)} AS ${prefix}_dropoff_datetime, ` +
        `166::${integer} AS "PULocationID", 143::${integer} AS "DOLocationID", ` +
        `${row.passengers ?? 1}::${passengers} AS passenger_count, 2.58 AS trip_distance, ${row.total ?? '24.18'}::DOUBLE AS total_amount`,
    )
    .join(' UNION ALL ');
}

async function eventsOf(
  path: string,
  hours: number | 'all' = 'all',
): Promise<(ArrivingEvent & { event: TripEvent })[]> {
  const events: (ArrivingEvent & { event: TripEvent })[] = [];
  for await (const each of (await readTaxiFile(path, { hours })).events) events.push(each);
  return events;
}

test('a trip becomes an event that arrives in the hour of its pickup', async () => {
  const path = await parquet(
    'one.parquet',
    taxiRows([{ pickup: '2025-01-01 11:59:59.250', passengers: '1' }]),
  );
  expect(await eventsOf(path)).toEqual([
    {
      arrival: '2025-01-01T11',
      event: {
        trip_id: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        vendor_id: 2,
        pickup_datetime: '2025-01-01T11:59:59.250000Z',
        dropoff_datetime: '2025-01-01T12:34:56.000000Z',
        passenger_count: 1,
        trip_distance: 2.58,
        total_amount: 24.18,
        updated_at: '2025-01-01T12:34:56.000000Z',
      },
    },
  ]);
});

test('missing values stay missing; a trip without dropoff was last updated at its pickup', async () => {
  const row = {
    pickup: '2025-01-01 11:00:00',
    dropoff: null,
    passengers: 'NULL',
    vendor: 'NULL',
    total: `'NaN'`,
  };
  const [only] = await eventsOf(await parquet('nulls.parquet', taxiRows([row])));
  expect(only?.event).toMatchObject({
    vendor_id: null,
    dropoff_datetime: null,
    passenger_count: null,
    total_amount: null,
    updated_at: '2025-01-01T11:00:00.000000Z',
  });
});

test('the id of a trip does not depend on the column types, and differs for another trip or taxi', async () => {
  const row = { pickup: '2025-01-01 11:00:00' };
  const idOf = async (name: string, rows: string) =>
    (await eventsOf(await parquet(name, rows)))[0]?.event.trip_id;
  const id = await idOf('a.parquet', taxiRows([row]));
  expect(await idOf('b.parquet', taxiRows([row], { integer: 'INTEGER', passengers: 'BIGINT' }))).toBe(id);
  expect(await idOf('c.parquet', taxiRows([row], { integer: 'DOUBLE', passengers: 'INTEGER' }))).toBe(id);
  expect(await idOf('d.parquet', taxiRows([row], { prefix: 'tpep' }))).not.toBe(id);
  expect(await idOf('e.parquet', taxiRows([{ ...row, vendor: '1' }]))).not.toBe(id);
  expect(await idOf('f.parquet', taxiRows([{ ...row, vendor: 'NULL' }]))).not.toBe(id);
  expect(await idOf('g.parquet', taxiRows([{ pickup: '2025-01-01 11:00:01' }]))).not.toBe(id);
});

test('a column of the null type, another case, more columns and TIMESTAMPTZ are accepted', async () => {
  const path = await parquet(
    'drift.parquet',
    `SELECT * REPLACE (lpep_pickup_datetime AT TIME ZONE 'America/New_York' AS lpep_pickup_datetime) RENAME ("VendorID" AS vendorid),
       NULL AS ehail_fee FROM (${taxiRows([{ pickup: '2025-01-01 11:00:00' }])})`,
  );
  const [only] = await eventsOf(path);
  expect(only?.event).toMatchObject({ vendor_id: 2, pickup_datetime: '2025-01-01T16:00:00.000000Z' });
});

test('the busiest consecutive hours are taken, even if some have no trips', async () => {
  const pickups = [
    ...Array<string>(3).fill('2025-01-01 00:10:00'),
    '2025-01-01 05:00:00',
    ...Array<string>(2).fill('2025-01-01 07:30:00'),
    ...Array<string>(2).fill('2025-01-01 09:59:59'),
    ...Array<string>(3).fill('2025-01-02 00:00:00'),
  ];
  const path = await parquet('busy.parquet', taxiRows([...pickups].reverse().map((pickup) => ({ pickup }))));
  const file = await readTaxiFile(path, { hours: 3 });
  expect(file).toMatchObject({
    kind: 'green',
    rowsInFile: 11,
    rows: 4,
    from: '2025-01-01T07',
    to: '2025-01-01T09',
  });
  const arrivals: string[] = [];
  for await (const { arrival } of file.events) arrivals.push(arrival);
  expect(arrivals).toEqual(['2025-01-01T07', '2025-01-01T07', '2025-01-01T09', '2025-01-01T09']);

  // The earliest of several equally busy runs of hours.
  const single = await readTaxiFile(path, { hours: 1 });
  expect(single).toMatchObject({ rows: 3, from: '2025-01-01T00', to: '2025-01-01T00' });
  await single.close();
  expect((await eventsOf(path)).map(({ arrival }) => arrival)).toHaveLength(11);
});

test('trips come in order of pickup, across chunks too', async () => {
  const path = await parquet(
    'many.parquet',
    `SELECT "VendorID", TIMESTAMP '2025-01-01' + to_seconds((i * 7919) % 86400) AS lpep_pickup_datetime, lpep_dropoff_datetime,
       "PULocationID", "DOLocationID", passenger_count, trip_distance, total_amount
     FROM (${taxiRows([{ pickup: '2025-01-01' }])}), range(10000) AS numbers(i)`,
  );
  const pickups = (await eventsOf(path)).map(({ event }) => event.pickup_datetime);
  expect(pickups).toHaveLength(10_000);
  expect(pickups).toEqual([...pickups].sort());
});

test('a file name may have quotes and wildcards, and its folder may look like a hive partition', async () => {
  const odd = join(folder, 'year=2025');
  mkdirSync(odd);
  const path = await parquet(`year=2025/o'dd [1] *.parquet`, taxiRows([{ pickup: '2025-01-01 11:00:00' }]));
  expect(await eventsOf(path)).toHaveLength(1);
});

test('a file of another kind is refused, and the missing columns are named', async () => {
  const other = await parquet('other.parquet', `SELECT 1 AS "VendorID", 2 AS speed`);
  await expect(readTaxiFile(other, { hours: 24 })).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(
      /tpep_pickup_datetime.*PULocationID, DOLocationID, passenger_count, trip_distance, total_amount/,
    ) as string,
  });
  const almost = await parquet(
    'almost.parquet',
    `SELECT * EXCLUDE (total_amount) FROM (${taxiRows([{ pickup: '2025-01-01' }])})`,
  );
  await expect(readTaxiFile(almost, { hours: 24 })).rejects.toThrow(/it has no column total_amount\./);

  const text = join(folder, 'text.parquet');
  writeFileSync(text, 'PAR1 and nothing else that is Parquet');
  await expect(readTaxiFile(text, { hours: 24 })).rejects.toMatchObject({ name: 'UsageError' });
  await expect(readTaxiFile(join(folder, 'nowhere.parquet'), { hours: 24 })).rejects.toThrow(
    /There is no file/,
  );
  const empty = await parquet(
    'empty.parquet',
    `SELECT * FROM (${taxiRows([{ pickup: '2025-01-01' }])}) WHERE false`,
  );
  await expect(readTaxiFile(empty, { hours: 24 })).rejects.toThrow(/holds no trips/);
});

const real = join(__dirname, '../../../../shared/data');
const whereRealFilesAre = existsSync(join(real, 'green_tripdata_2023-01.parquet')) ? test : test.skip;

whereRealFilesAre.each([
  ['green_tripdata_2023-01.parquet', 'green', 68_211, 68_037, 2_720],
  ['green_tripdata_2025-01.parquet', 'green', 48_326, 48_178, 1_939],
  ['yellow_tripdata_sample.parquet', 'yellow', 5_000, 5_000, 232],
])('real file %s', async (name, kind, rows, distinct, busiest) => {
  const path = join(real, name);
  const events = await eventsOf(path);
  expect(events).toHaveLength(rows);
  expect(new Set(events.map(({ event }) => event.trip_id)).size).toBe(distinct);
  const reader = await openFileReader();
  const file = await readTaxiFile(path, { hours: 24 });
  try {
    expect(file).toMatchObject({ kind, rowsInFile: rows, rows: busiest });
    const sum = await reader.duckdb.runAndReadAll(
      `SELECT sum(total_amount), sum(trip_distance), count(passenger_count) FROM read_parquet('${path}')`,
    );
    const [total, distance, passengers] = sum.getRowsJson()[0] ?? [];
    const of = (pick: (trip: TripEvent) => number | null) =>
      events.reduce((all, { event }) => all + (pick(event) ?? 0), 0);
    expect(of((trip) => trip.total_amount)).toBeCloseTo(Number(total), 2);
    expect(of((trip) => trip.trip_distance)).toBeCloseTo(Number(distance), 2);
    expect(events.filter(({ event }) => event.passenger_count !== null)).toHaveLength(Number(passengers));
  } finally {
    await file.close();
    await reader.close();
  }
});
