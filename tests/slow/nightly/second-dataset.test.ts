import { sendEvents } from '../../../cli/delivery/send-events';
import { prefixOfHour } from '../../../core/prefix';
import { readStack } from '../../../local/stack';
import { readDatasets } from '../../../service/datasets';
import { parquetOf, tripsSelect } from '../../../testkit/parquet';
import { ServiceTwin } from '../../../testkit/service-twin';
import type { TestTwin } from '../../../testkit/test-twin';

/** As different from trips as a dataset file allows. No other file of the project names any of it. */
const READINGS = String.raw`
dataset: probe_readings
source:
  prefix: sensors/{yyyy}/{MM}/{dd}/{HH}/
  settle_minutes: 35
target:
  schema: telemetry
  table: order
  key: [site, 'probe "inner"']
  event_time: measured
  derive: [year, month]
columns:
  - { name: site, type: char(4), required: true }
  - { name: 'probe "inner"', type: smallint, required: true }
  - { name: measured, type: timestamp, required: true }
  - { name: select, type: varchar(20) }
  - { name: valid, type: boolean }
  - { name: calibrated, type: date }
  - { name: temperature, type: real }
  - { name: cost, type: 'decimal(12,4)' }
`;

/** The columns of trips, with derived columns from the transform and one added column. */
const RIDES = String.raw`
dataset: rides
source:
  prefix: rides/{yyyy}/{MM}/{dd}/{HH}/
target:
  table: rides
  key: [trip_id]
  version: updated_at
  event_time: pickup_datetime
  derive_in: transform
columns:
  - { name: trip_id, type: varchar(64), required: true }
  - { name: vendor_id, type: integer }
  - { name: pickup_datetime, type: timestamp, required: true }
  - { name: dropoff_datetime, type: timestamp }
  - { name: passenger_count, type: integer }
  - { name: trip_distance, type: double precision }
  - { name: total_amount, type: 'decimal(10,2)' }
  - { name: updated_at, type: timestamp, required: true }
  - { name: tip_amount, type: 'decimal(10,2)', since: 2026-11-20T08 }
`;

const HOUR = '2026-11-20T08';
const LATER = '2026-11-20T09';

let deployed: ServiceTwin;
let twin: TestTwin;
beforeAll(async () => {
  deployed = await ServiceTwin.start({ 'probe_readings.yml': READINGS, 'rides.yml': RIDES });
  ({ twin } = deployed);
});
afterEach(async () => {
  await twin.sql('DROP TABLE IF EXISTS telemetry."order"');
  await twin.reset();
});
afterAll(() => deployed.remove());

/** Sends events to a dataset's own stream, and returns the keys of the written objects. */
async function stream(name: string, arrival: string, events: readonly object[]): Promise<string[]> {
  const dataset = readDatasets(deployed.service.directory).find((each) => each.name === name);
  if (!dataset) throw new Error(`There is no dataset ${name}.`);
  const source = events.map((event) => ({ arrival, event }));
  expect(await sendEvents(twin.connection, dataset, source)).toMatchObject({ records: events.length });
  return (await twin.connection.deliver(dataset)).map(({ key }) => key);
}

const reading = (site: string, probe: number, measured: string, more: object = {}) => ({
  site,
  'probe "inner"': probe,
  measured,
  ...more,
});

const ORDER = `SELECT site, "probe ""inner""", CAST(measured AS VARCHAR), "select", valid, CAST(calibrated AS VARCHAR),
  temperature, cost, year, month, CAST(source_partition AS VARCHAR) FROM telemetry."order" ORDER BY site, "probe ""inner"""`;

test('each dataset gets a schedule and a stream of its own, and all start in the same minute', () => {
  const { schedules } = readStack(twin.twin.packageDirectory, {
    region: 'us-east-1',
    accountId: '000000000000',
    stackName: 'sluice-local',
  });
  const inputOf = (request: string) => (JSON.parse(request) as { readonly Input: string }).Input;
  expect(schedules.map(({ expression, input }) => `${expression} ${inputOf(input)}`).sort()).toEqual([
    // Its hours settle later than those of the others.
    'cron(40 * * * ? *) {"dataset":"probe_readings"}',
    'cron(40 * * * ? *) {"dataset":"rides"}',
    'cron(40 * * * ? *) {"dataset":"trips"}',
  ]);
  expect(twin.twin.description.streams).toEqual({
    probe_readings: 'sluice-local-probe_readings',
    rides: 'sluice-local-rides',
    trips: 'sluice-local-trips',
  });
});

test('the other dataset streams, loads and converges with only its dataset file', async () => {
  const [key, ...more] = await stream('probe_readings', HOUR, [
    reading('ab', 1, '2026-11-20T08:59:59.5+02:00', {
      select: 'ünï "q" \\',
      valid: true,
      calibrated: '2024-02-29',
      temperature: 21.25,
      cost: '12345678.0001',
      extra: 1,
    }),
    reading('ab', 2, '2025-12-31T23:59:59Z', { valid: false, cost: -0.0001 }),
    // The same key: without a version, the later event time wins.
    reading('ab', 1, '2026-11-20T05:00:00Z', { select: 'older' }),
    // A different key, because its second column differs.
    reading('cd', 1, '2026-01-01T00:00:00Z'),
  ]);
  expect(more).toEqual([]);
  expect(key).toMatch(/^sensors\/2026\/11\/20\/08\/sluice-local-probe_readings-.*\.parquet$/);

  const first = await twin.load({ dataset: 'probe_readings', partition: HOUR });
  expect(first.partitions).toMatchObject([
    { outcome: 'loaded', files: 1, rows_in_files: 4, staged: 4, duplicates: 1, inserted: 3 },
  ]);
  const arrived = expect.stringMatching(/^2026-11-20 08:00:00/) as string;
  const at = (text: string) => expect.stringMatching(new RegExp(`^${text}`)) as string;
  const expected = [
    [
      'ab',
      1,
      at('2026-11-20 06:59:59.5'),
      'ünï "q" \\',
      true,
      '2024-02-29',
      21.25,
      '12345678.0001',
      2026,
      11,
      arrived,
    ],
    ['ab', 2, at('2025-12-31 23:59:59'), null, false, null, null, '-0.0001', 2025, 12, arrived],
    ['cd', 1, at('2026-01-01 00:00:00'), null, null, null, null, null, 2026, 1, arrived],
  ];
  expect((await twin.sql(ORDER)).rows).toEqual(expected);

  // An older measurement that arrives later is superseded, a newer one replaces, and a repeated load changes nothing.
  await stream('probe_readings', LATER, [
    reading('ab', 1, '2026-11-20T06:00:00Z', { select: 'older' }),
    reading('ab', 2, '2026-01-01T00:00:00Z', { select: 'newer' }),
  ]);
  const second = await twin.load({ dataset: 'probe_readings', partition: LATER });
  expect(second.partitions).toMatchObject([{ staged: 2, superseded: 1, deleted: 1, inserted: 1 }]);
  const after = (await twin.sql(ORDER)).rows;
  expect(after.map(([site, probe, , text]) => [site, probe, text])).toEqual([
    ['ab', 1, 'ünï "q" \\'],
    ['ab', 2, 'newer'],
    ['cd', 1, null],
  ]);
  const again = await twin.load({ dataset: 'probe_readings', from: HOUR, to: LATER });
  expect(again).toMatchObject({ status: 'SUCCEEDED' });
  expect((await twin.sql(ORDER)).rows).toEqual(after);
});

test('datasets have separate tables, files and history', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await stream('probe_readings', HOUR, [reading('ab', 1, '2026-11-20T08:15:00Z')]);
  expect(await twin.load({ dataset: 'trips', partition: HOUR })).toMatchObject({
    partitions: [{ files: 1, inserted: 1 }],
  });
  const trips = await twin.target();
  expect(await twin.load({ dataset: 'probe_readings', partition: HOUR })).toMatchObject({
    partitions: [{ files: 1, inserted: 1 }],
  });

  expect(await twin.target()).toEqual(trips);
  expect(await twin.history('dataset, partition, outcome, files, inserted')).toEqual([
    ['trips', HOUR, 'loaded', 1, 1],
    ['probe_readings', HOUR, 'loaded', 1, 1],
  ]);
  expect(await twin.stagingTables()).toEqual([]);
});

test('an input without a dataset fails with InvalidInput and the names of the datasets', async () => {
  const document = await twin.load({ partition: HOUR });
  expect(document).toMatchObject({ status: 'FAILED', error: 'InvalidInput', partitions: [] });
  expect(document.cause).toContain('The input names no dataset.');
  expect(document.cause).toContain('Name one of: probe_readings, rides, trips.');
  // Nothing was created for any of them.
  const { rows } = await twin.sql(
    `SELECT table_name FROM svv_tables WHERE table_schema IN ('public', 'sluice')`,
  );
  expect(rows).toEqual([]);
});

describe('columns derived by the transform', () => {
  test('are in the files: thirteen columns written, thirteen loaded', async () => {
    await stream('rides', HOUR, [
      { trip_id: 'a', pickup_datetime: '2026-03-01T00:30:00+01:00', updated_at: '2026-11-20T08:00:00Z' },
    ]);
    expect((await twin.load({ dataset: 'rides', partition: HOUR })).partitions).toMatchObject([
      { outcome: 'loaded', files: 1, inserted: 1 },
    ]);
    const { rows } = await twin.sql('SELECT trip_id, year, month, day, hour FROM public.rides');
    expect(rows).toEqual([['a', 2026, 2, 28, 23]]);
  });

  test('a file with only eight others fails with ColumnMismatch, both counts and the missing names', async () => {
    const key = `${prefixOfHour('rides/{yyyy}/{MM}/{dd}/{HH}/', HOUR)}elsewhere.parquet`;
    await twin.put(key, await parquetOf(tripsSelect([{ trip_id: 'a' }])));
    const { status, error, partitions } = await twin.load({ dataset: 'rides', partition: HOUR });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'ColumnMismatch' });
    expect(partitions).toMatchObject([{ outcome: 'failed', error: 'ColumnMismatch', inserted: 0 }]);
    expect(partitions[0]?.cause).toContain(
      `${key}: ColumnMismatch: table columns: 13, data columns: 8; missing: year, month, day, hour`,
    );
    expect((await twin.sql('SELECT COUNT(*) FROM public.rides')).rows).toEqual([[0]]);
    expect(await twin.stagingTables()).toEqual([]);
    // The input that runs it again names the dataset, because the service has several.
    expect((await twin.notifications())[0]?.message).toContain(`{"dataset":"rides","partition":"${HOUR}"}`);
  });
});

describe('a column added to the dataset', () => {
  const older = (id: string) =>
    parquetOf(
      `SELECT *, 2026::SMALLINT AS year, 11::SMALLINT AS month, 20::SMALLINT AS day, 8::SMALLINT AS hour FROM (${tripsSelect([{ trip_id: id }])})`,
    );
  const newer = (id: string) =>
    parquetOf(
      `SELECT 1.5::DECIMAL(10,2) AS tip_amount, *, 2026::SMALLINT AS year, 11::SMALLINT AS month, 20::SMALLINT AS day, 8::SMALLINT AS hour FROM (${tripsSelect([{ trip_id: id }])})`,
    );
  const keyOf = (hour: string, name: string) =>
    `${prefixOfHour('rides/{yyyy}/{MM}/{dd}/{HH}/', hour)}${name}`;

  test('is null in the files of its hour that lack it, beside those that hold it', async () => {
    await twin.put(keyOf(HOUR, 'older.parquet'), await older('a'));
    await twin.put(keyOf(HOUR, 'newer.parquet'), await newer('b'));
    expect(await twin.load({ dataset: 'rides', partition: HOUR })).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ outcome: 'loaded', files: 2, staged: 2, inserted: 2 }],
    });
    expect((await twin.sql('SELECT trip_id, tip_amount FROM public.rides ORDER BY trip_id')).rows).toEqual([
      ['a', null],
      ['b', '1.50'],
    ]);
  });

  test('must be in the files of later hours', async () => {
    await twin.put(keyOf(LATER, 'older.parquet'), await older('a'));
    const { error, partitions } = await twin.load({ dataset: 'rides', partition: LATER });
    expect(error).toBe('ColumnMismatch');
    expect(partitions[0]?.cause).toContain('missing: tip_amount');
  });
});
