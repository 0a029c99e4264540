import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { hourOf } from '../../core/hour';
import { errorPrefixes, prefixOfHour } from '../../core/prefix';
import { TestTwin } from '../../testkit/test-twin';

/** An hour within a scheduled execution's lookback. */
const HOUR = hourOf(new Date(Date.now() - 5 * 3_600_000));

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const remove = (key: string) =>
  twin.connection.s3.send(new DeleteObjectCommand({ Bucket: twin.connection.bucket, Key: key }));
const amounts = async () => (await twin.sql('SELECT trip_id, total_amount FROM trips ORDER BY trip_id')).rows;

test('a late file is loaded, an overwritten one is loaded again, and a vanished one is reported: once each', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a', total_amount: 1 }]);
  const gone = await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b', total_amount: 2 }]);
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [{ reason: 'new', files: 2 }] });

  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a', total_amount: 5 }]);
  await twin.putTrips(HOUR, 'late.parquet', [{ trip_id: 'c', total_amount: 3 }]);
  await remove(gone);
  expect(await twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [
      { reason: 'late-files', outcome: 'loaded', files: 2, inserted: 2, overwritten: 1, vanished: 1 },
    ],
  });
  // Rows from the vanished file stay.
  expect(await amounts()).toEqual([
    ['a', '5.00'],
    ['b', '2.00'],
    ['c', '3.00'],
  ]);
  expect(await twin.history('reason, overwritten, vanished')).toEqual([
    ['new', 0, 0],
    ['late-files', 1, 1],
  ]);
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
});

test('a file that is overwritten while its footer is read is loaded as it is then', async () => {
  const key = await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a', total_amount: 1 }]);
  let reads = 0;
  twin.twin.faults.observe(async ({ service, operation, subject }) => {
    if (service !== 's3' || operation !== 'GetObject' || !subject.endsWith(key)) return;
    reads += 1;
    // The first read of each inspection is of the end of the file, which tells where the footer begins.
    if (reads === 2 || reads === 4)
      await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'b', total_amount: 5 * reads }]);
  });
  expect(await twin.load({ partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
  expect(reads).toBeGreaterThan(5);
  expect(await amounts()).toEqual([['b', '20.00']]);
});

test('a vanished file alone is reported, and there is nothing to load', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const gone = await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
  await twin.load();
  await remove(gone);
  expect(await twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ reason: 'late-files', outcome: 'empty', files: 0, vanished: 1 }],
  });
  expect(await twin.history('outcome, vanished')).toEqual([
    ['loaded', 0],
    ['empty', 1],
  ]);
});

test('an hour that is loaded by hand again reports changed files too', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load({ partition: HOUR });
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a', total_amount: 4 }]);
  expect(await twin.load({ partition: HOUR })).toMatchObject({
    partitions: [{ reason: 'requested', files: 1, overwritten: 1, vanished: 0 }],
  });
});

describe('records that Firehose could not deliver', () => {
  const [processing = '', conversion = ''] = errorPrefixes(
    'errors/trips/{type}/year={yyyy}/month={MM}/day={dd}/hour={HH}/',
  ).map((template) => prefixOfHour(template, HOUR));
  const record = JSON.stringify({ errorCode: 'x', rawData: 'e30=' });

  test('are counted for the partition, and are not a failure', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.put(`${processing}one`, `${record}\n${record}\n`);
    await twin.put(`${conversion}two`, record);
    expect(await twin.load()).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ outcome: 'loaded', inserted: 1, error_objects: 2, error_records: 3 }],
    });
    expect(await twin.history('outcome, error_objects, error_records')).toEqual([['loaded', 2, 3]]);
    expect(await twin.load()).toMatchObject({ partitions: [] });
  });

  test('are reported if the hour has no Parquet file, and if they arrive later', async () => {
    await twin.put(`${processing}one`, record);
    expect(await twin.load()).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ partition: HOUR, reason: 'new', outcome: 'empty', files: 0, error_records: 1 }],
    });
    await twin.put(`${processing}two`, `${record}\n${record}`);
    expect(await twin.load()).toMatchObject({
      partitions: [{ reason: 'late-files', outcome: 'empty', files: 0, error_objects: 2, error_records: 3 }],
    });
    expect(await twin.load()).toMatchObject({ partitions: [] });
  });
});

test('an hour that failed is tried again after it has left the lookback', async () => {
  const old = hourOf(new Date(Date.now() - 200 * 3_600_000));
  await twin.put(twin.keyOf(old, 'a.parquet'), 'no Parquet');
  expect(await twin.load({ partition: old })).toMatchObject({ status: 'FAILED', error: 'UnreadableFile' });
  await twin.putTrips(old, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ partition: old, reason: 'new', inserted: 1 }],
  });
  expect(await twin.load()).toMatchObject({ partitions: [] });
});

test('the load is unaffected if the role may not read Firehose’s error prefix', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.put(
    prefixOfHour('errors/trips/processing-failed/year={yyyy}/month={MM}/day={dd}/hour={HH}/one', HOUR),
    '{}',
  );
  twin.twin.faults.set([
    {
      service: 's3',
      operation: 'GetObject',
      match: '/errors/',
      times: 10,
      fault: { type: 'error', code: 'AccessDenied', message: 'Access Denied' },
    },
  ]);
  expect(await twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ outcome: 'loaded', inserted: 1, error_objects: 1, error_records: null }],
  });
  expect(twin.twin.faults.rules()[0]?.hit).toBe(1);
});
