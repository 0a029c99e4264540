import { DuckDBInstance } from '@duckdb/node-api';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetOf, tripsSelect } from '../../../testkit/parquet';
import { ServiceTwin } from '../../../testkit/service-twin';
import type { TestTwin } from '../../../testkit/test-twin';

/** The columns of New York's green taxis, with the types that suit their meaning. Two files of 2023 and 2025 have others. */
const GREEN_KEY = [
  'vendorid',
  'lpep_pickup_datetime',
  'lpep_dropoff_datetime',
  'pulocationid',
  'dolocationid',
] as const;
const GREEN_COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['vendorid', 'smallint'],
  ['lpep_pickup_datetime', 'timestamp'],
  ['lpep_dropoff_datetime', 'timestamp'],
  ['store_and_fwd_flag', 'char(1)'],
  ['ratecodeid', 'smallint'],
  ['pulocationid', 'integer'],
  ['dolocationid', 'bigint'],
  ['passenger_count', 'integer'],
  ['trip_distance', 'double precision'],
  ['fare_amount', 'decimal(10,2)'],
  ['extra', 'decimal(10,2)'],
  ['mta_tax', 'decimal(10,2)'],
  ['tip_amount', 'decimal(10,2)'],
  ['tolls_amount', 'decimal(10,2)'],
  ['ehail_fee', 'decimal(10,2)'],
  ['improvement_surcharge', 'decimal(10,2)'],
  ['total_amount', 'decimal(10,2)'],
  ['payment_type', 'bigint'],
  ['trip_type', 'integer'],
  ['congestion_surcharge', 'decimal(10,2)'],
  ['cbd_congestion_fee', 'decimal(10,2)'],
];
const HOUR = '2026-11-20T08';
const ADDED_LATER = 'cbd_congestion_fee';
const GREEN = String.raw`
dataset: green
source: { prefix: 'green/{yyyy}/{MM}/{dd}/{HH}/', stream: external }
target: { table: green, key: [${GREEN_KEY.join(', ')}], event_time: lpep_pickup_datetime }
columns:
${GREEN_COLUMNS.map(
  ([name, type]) =>
    `  - { name: ${name}, type: '${type}'${GREEN_KEY.some((key) => key === name) ? ', required: true' : ''}${name === ADDED_LATER ? `, since: ${HOUR}` : ''} }`,
).join('\n')}
`;

const DATA = join(__dirname, '../../../shared/data');
const FILES = ['green_tripdata_2023-01.parquet', 'green_tripdata_2025-01.parquet'];

let deployed: ServiceTwin;
let twin: TestTwin;
beforeAll(async () => {
  deployed = await ServiceTwin.start({ 'green.yml': GREEN });
  ({ twin } = deployed);
});
afterEach(() => twin.reset());
afterAll(() => deployed.remove());

/** For each day: every column's number of values, and their sum, or the least and the greatest of them. */
const BY_DAY = [
  "CAST(DATE_TRUNC('day', lpep_pickup_datetime) AS VARCHAR)",
  'CAST(COUNT(*) AS VARCHAR)',
  ...GREEN_COLUMNS.flatMap(([name, type]) => [
    `COUNT(${name})`,
    ...(/int|decimal/.test(type) ? [`SUM(${name})`] : [`MIN(${name})`, `MAX(${name})`]),
  ]).map((value) => `CAST(${value} AS VARCHAR)`),
].join(', ');

/** What the target must hold: every cast is DuckDB's, none is Sluice's. */
async function expectedGreen(): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const rows = FILES.map((file) => {
      const columns = GREEN_COLUMNS.map(([name, type]) =>
        name === ADDED_LATER && file.includes('2023')
          ? `NULL::${type} AS ${name}`
          : `${name}::${type} AS ${name}`,
      );
      return `SELECT ${columns.join(', ')} FROM read_parquet('${join(DATA, file)}')`;
    });
    const rest = GREEN_COLUMNS.map(([name]) => name).filter((name) => !GREEN_KEY.some((key) => key === name));
    const result = await connection.runAndReadAll(
      `SELECT ${BY_DAY} FROM (
         SELECT * EXCLUDE place FROM (
           SELECT *, row_number() OVER (PARTITION BY ${GREEN_KEY.join(', ')} ORDER BY ${rest.map((name) => `${name} DESC NULLS LAST`).join(', ')}) AS place
           FROM (${rows.join(' UNION ALL ')})
         ) WHERE place = 1
       ) GROUP BY 1 ORDER BY 1`,
    );
    return result.getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

(existsSync(DATA) ? test : test.skip)(
  'two real files with other integers, doubles for counts and a column of nothing become one table',
  async () => {
    for (const [index, file] of FILES.entries())
      await twin.put(`green/2026/11/20/08/${index}.parquet`, readFileSync(join(DATA, file)));
    const document = await twin.load({ dataset: 'green', partition: HOUR });
    expect(document).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ files: 2, rows_in_files: 116_537 }],
    });
    const { rows } = await twin.sql(`SELECT ${BY_DAY} FROM green GROUP BY 1 ORDER BY 1`);
    expect(rows).toEqual(await expectedGreen());
    expect(rows.length).toBeGreaterThan(60);
    expect(await twin.stagingTables()).toEqual([]);
  },
);

const TRIPS = tripsSelect([
  { trip_id: 'a', passenger_count: 2, total_amount: 12.5 },
  { trip_id: 'b', passenger_count: 3, total_amount: 99.99 },
]);
/** The same trips as other writers hold them. */
const LAYOUTS: Readonly<Record<string, string>> = {
  'as the dataset has them': TRIPS,
  'in another order': `SELECT updated_at, total_amount, * EXCLUDE (updated_at, total_amount) FROM (${TRIPS})`,
  'counts as doubles, money as text': `SELECT * REPLACE (passenger_count::DOUBLE AS passenger_count, total_amount::VARCHAR AS total_amount) FROM (${TRIPS})`,
  'wider integers, times in milliseconds': `SELECT * REPLACE (vendor_id::BIGINT AS vendor_id, updated_at::TIMESTAMP_MS AS updated_at) FROM (${TRIPS})`,
  'times as text': `SELECT * REPLACE (strftime(pickup_datetime, '%Y-%m-%dT%H:%M:%SZ') AS pickup_datetime) FROM (${TRIPS})`,
  'small integers, money as doubles': `SELECT * REPLACE (passenger_count::SMALLINT AS passenger_count, total_amount::DOUBLE AS total_amount) FROM (${TRIPS})`,
};

test('an hour whose files differ in types and order is one load: the table is the same as from any one of them', async () => {
  await twin.put(twin.keyOf(HOUR, 'a.parquet'), await parquetOf(TRIPS));
  await twin.load({ dataset: 'trips', partition: HOUR });
  const expected = await twin.target();
  await twin.reset();

  for (const [index, select] of Object.values(LAYOUTS).entries())
    await twin.put(twin.keyOf(HOUR, `${index}.parquet`), await parquetOf(select));
  const document = await twin.load({ dataset: 'trips', partition: HOUR });
  expect(document.partitions).toMatchObject([
    { outcome: 'loaded', files: 6, rows_in_files: 12, staged: 12, duplicates: 10, inserted: 2 },
  ]);
  expect(await twin.target()).toEqual(expected);
  expect(await twin.stagingTables()).toEqual([]);
});

test('a column of nothing but nulls is loaded whatever type its writer chose', async () => {
  const names = ['vendor_id', 'dropoff_datetime', 'passenger_count', 'trip_distance', 'total_amount'];
  const files = ['BOOLEAN', 'INTEGER', 'DOUBLE', 'VARCHAR', 'DATE'].map(
    (type) =>
      `SELECT * REPLACE (${names.map((name) => `NULL::${type} AS ${name}`).join(', ')}) FROM (${TRIPS})`,
  );
  for (const [index, select] of files.entries())
    await twin.put(twin.keyOf(HOUR, `${index}.parquet`), await parquetOf(select));
  const document = await twin.load({ dataset: 'trips', partition: HOUR });
  expect(document.partitions).toMatchObject([{ outcome: 'loaded', files: 5, inserted: 2 }]);
  expect(
    (
      await twin.sql(
        `SELECT COUNT(*) FROM trips WHERE ${names.map((name) => `${name} IS NULL`).join(' AND ')}`,
      )
    ).rows,
  ).toEqual([[2]]);
});

test('an hour whose files differ in types leaves no staging table if it fails', async () => {
  await twin.put(twin.keyOf(HOUR, 'a.parquet'), await parquetOf(TRIPS));
  const blank = `SELECT * REPLACE ('' AS total_amount) FROM (${TRIPS})`;
  await twin.put(twin.keyOf(HOUR, 'b.parquet'), await parquetOf(blank));
  const document = await twin.load({ dataset: 'trips', partition: HOUR });
  expect(document).toMatchObject({ status: 'FAILED', error: 'ValueInvalid', partitions: [{ staged: 0 }] });
  expect(await twin.stagingTables()).toEqual([]);
});

test.each(Object.entries(LAYOUTS))('files that hold the trips %s give the same table', async (_, select) => {
  await twin.put(twin.keyOf(HOUR, 'a.parquet'), await parquetOf(select));
  expect(await twin.load({ dataset: 'trips', partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
  const { rows } = await twin.sql(
    'SELECT trip_id, vendor_id, pickup_datetime, passenger_count, total_amount FROM trips ORDER BY 1',
  );
  expect(rows).toEqual([
    ['a', 1, '2026-11-23 08:00:00', 2, '12.50'],
    ['b', 1, '2026-11-23 08:00:00', 3, '99.99'],
  ]);
});

test.each<[string, string, RegExp]>([
  [
    'a count of 2.5',
    'passenger_count + 0.5::DOUBLE AS passenger_count',
    /column passenger_count: 2 of 2 values cannot be INTEGER.*for example "2\.5"/,
  ],
  [
    'an id beyond 32 bits',
    '3000000000::BIGINT AS vendor_id',
    /column vendor_id: 2 of 2 values cannot be INTEGER.*"3000000000"/,
  ],
  [
    'money with a third decimal',
    `'1.005' AS total_amount`,
    /column total_amount: 2 of 2 values cannot be DECIMAL\(10, 2\).*"1\.005"/,
  ],
  [
    'a time with an offset',
    `'2026-11-23T08:00:00+02:00' AS updated_at`,
    /column updated_at: 2 of 2 values cannot be TIMESTAMP.*\+02:00"/,
  ],
  ['a blank amount', `'' AS total_amount`, /column total_amount: 2 of 2 values .*for example ""/],
])('%s is refused by name, and nothing is loaded', async (_, replaced, cause) => {
  await twin.put(
    twin.keyOf(HOUR, 'a.parquet'),
    await parquetOf(`SELECT * REPLACE (${replaced}) FROM (${TRIPS})`),
  );
  const document = await twin.load({ dataset: 'trips', partition: HOUR });
  expect(document).toMatchObject({ status: 'FAILED', error: 'ValueInvalid' });
  expect(document.partitions[0]?.cause).toMatch(cause);
  expect((await twin.sql('SELECT COUNT(*) FROM trips')).rows).toEqual([[0]]);
  expect(await twin.stagingTables()).toEqual([]);
});
