import { hourOf } from '../../core/hour';
import { TestTwin } from '../../testkit/test-twin';

/** Hours within the lookback that ended long enough ago to be loaded. */
const hoursAgo = (hours: number) => hourOf(new Date(Date.now() - hours * 3_600_000));

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

test('the first execution on an empty warehouse creates its tables and loads every closed hour, oldest first', async () => {
  const [early, late] = [hoursAgo(5), hoursAgo(3)];
  await twin.putTrips(late, 'a.parquet', [{ trip_id: 'b', pickup_datetime: '2026-11-23 07:05:00' }]);
  await twin.putTrips(early, 'a.parquet', [{ trip_id: 'a', pickup_datetime: '2024-02-29 23:59:59' }]);

  const document = await twin.load();

  expect(document).toMatchObject({ status: 'SUCCEEDED', waiting: 0, next: null, error: null, cause: null });
  expect(document.partitions).toMatchObject([
    {
      partition: early,
      reason: 'new',
      outcome: 'loaded',
      files: 1,
      rows_in_files: 1,
      staged: 1,
      inserted: 1,
      error: null,
    },
    { partition: late, reason: 'new', outcome: 'loaded', inserted: 1 },
  ]);
  const { rows } = await twin.sql('SELECT trip_id, year, month, day, hour FROM trips ORDER BY trip_id');
  expect(rows).toEqual([
    ['a', 2024, 2, 29, 23],
    ['b', 2026, 11, 23, 7],
  ]);
  expect(await twin.stagingTables()).toEqual([]);
  expect(await twin.notifications()).toEqual([]);
});

test('an execution with nothing new loads nothing and succeeds', async () => {
  await twin.putTrips(hoursAgo(3), 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
});

test('the next execution loads a late file, and only that file', async () => {
  const hour = hoursAgo(3);
  await twin.putTrips(hour, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
  await twin.load();
  await twin.putTrips(hour, 'b.parquet', [{ trip_id: 'c' }]);
  expect((await twin.load()).partitions).toMatchObject([
    { partition: hour, reason: 'late-files', files: 1, rows_in_files: 1, inserted: 1, deleted: 0 },
  ]);
  expect(await twin.target()).toHaveLength(3);
  expect(await twin.load()).toMatchObject({ partitions: [] });
});

test('an overwritten file is loaded again', async () => {
  const hour = hoursAgo(3);
  await twin.putTrips(hour, 'a.parquet', [{ trip_id: 'a', total_amount: 1 }]);
  await twin.load();
  await twin.putTrips(hour, 'a.parquet', [{ trip_id: 'a', total_amount: 2 }]);
  expect((await twin.load()).partitions).toMatchObject([
    { reason: 'late-files', files: 1, deleted: 1, inserted: 1 },
  ]);
});

test('the current hour is left for later, unless the input names it', async () => {
  const now = hoursAgo(0);
  await twin.putTrips(now, 'a.parquet', [{ trip_id: 'a' }]);
  expect((await twin.load()).partitions).toEqual([]);
  expect((await twin.load({ partition: now })).partitions).toMatchObject([
    { reason: 'requested', inserted: 1 },
  ]);
});

test('a plan says what a load would do and changes nothing', async () => {
  const hour = hoursAgo(3);
  await twin.putTrips(hour, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await twin.load({ plan: true })).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ partition: hour, reason: 'new', outcome: 'planned', files: 1, inserted: 0 }],
  });
  await expect(twin.sql('SELECT COUNT(*) FROM trips')).rejects.toThrow(/does not exist/);
});

test('a partition without files is empty, not failed', async () => {
  expect(await twin.load({ partition: '2026-11-20T08' })).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ partition: '2026-11-20T08', outcome: 'empty', files: 0, inserted: 0, error: null }],
  });
  expect(await twin.history('partition, outcome')).toEqual([['2026-11-20T08', 'empty']]);
});

test('a range loads the hours that have files, both ends included', async () => {
  for (const hour of ['2026-01-01T00', '2026-01-01T02', '2026-01-01T03']) {
    await twin.putTrips(hour, 'a.parquet', [{ trip_id: hour }]);
  }
  const document = await twin.load({ from: '2026-01-01T00', to: '2026-01-01T02' });
  expect(document.partitions.map((each) => each.partition)).toEqual(['2026-01-01T00', '2026-01-01T02']);
});

test('folder markers, _SUCCESS files and hidden files are left out', async () => {
  const hour = '2026-11-20T08';
  await twin.putTrips(hour, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.put(twin.keyOf(hour, ''), '');
  await twin.put(twin.keyOf(hour, '_SUCCESS'), '');
  await twin.put(twin.keyOf(hour, '.part.crc'), 'x');
  expect((await twin.load({ partition: hour })).partitions).toMatchObject([{ outcome: 'loaded', files: 1 }]);
});

test('keys with spaces, quotes, unicode and percent signs are loaded like any other', async () => {
  const hour = '2026-11-20T08';
  const names = [
    "it's a file.parquet",
    'ünïcödé – 東京.parquet',
    '100%25+1&2.parquet',
    'semi;colon"quote.parquet',
  ];
  for (const [index, name] of names.entries()) await twin.putTrips(hour, name, [{ trip_id: String(index) }]);
  expect((await twin.load({ partition: hour })).partitions).toMatchObject([
    { outcome: 'loaded', files: 4, inserted: 4 },
  ]);
});

test('events stream through Firehose and its transform into the hour of their arrival', async () => {
  const { connection } = twin;
  const [dataset] = connection.datasets;
  if (!dataset) throw new Error('no dataset');
  const { sendEvents } = await import('../../cli/delivery/send-events');
  const arrival = hoursAgo(3);
  const event = {
    trip_id: 'a',
    pickup_datetime: '2026-11-23T08:15:00+01:00',
    total_amount: 12.3,
    updated_at: 1_790_000_000_000,
    EXTRA: 1,
  };
  await sendEvents(connection, dataset, [{ arrival, event }]);
  const objects = await connection.deliver(dataset);
  expect(objects).toHaveLength(1);
  expect((await twin.load()).partitions).toMatchObject([{ partition: arrival, reason: 'new', inserted: 1 }]);
  const { rows } = await twin.sql(
    'SELECT trip_id, CAST(pickup_datetime AS VARCHAR), total_amount, hour, vendor_id FROM trips',
  );
  expect(rows).toMatchObject([['a', expect.stringContaining('2026-11-23 07:15:00'), '12.30', 7, null]]);
});
