import { lastClosedHour } from '../../core/hour';
import { withoutStatistics, withStorage } from '../../local/behaviour/parquet/edit-footer';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = '2026-11-20T08';
const OLDER = '2026-11-20T07';
const good = tripsSelect([{ trip_id: 'a' }, { trip_id: 'b' }]);

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const cases: [string, () => Promise<Buffer | string>, string, RegExp][] = [
  [
    'is not Parquet',
    () => Promise.resolve('trip_id,vendor_id\na,1\n'),
    'UnreadableFile',
    /bad\.parquet: UnreadableFile: it is not a Parquet file that COPY reads: .*another format/,
  ],
  ['is empty', () => Promise.resolve(''), 'UnreadableFile', /it is empty/],
  ['is cut off', async () => (await parquetOf(good)).subarray(0, -20), 'UnreadableFile', /cut off/],
  ['has only its end', async () => (await parquetOf(good)).subarray(-12), 'UnreadableFile', /footer/],
  [
    'lies about its footer',
    async () => {
      const file = await parquetOf(good);
      file.fill(0xff, file.length - 30, file.length - 8);
      return file;
    },
    'UnreadableFile',
    /bad\.parquet/,
  ],
  [
    'has a footer beyond the limit',
    () => parquetOf(good, `KV_METADATA {padding: '${'x'.repeat(9_000_000)}'}`),
    'UnreadableFile',
    /bad\.parquet: UnreadableFile: .*its footer has 9\d+ bytes, and at most 8388608 are read: .*ROW_GROUP_SIZE/,
  ],
  [
    'would fill the memory with its footer',
    () => {
      // Lists of 30 million lists, in each other.
      const footer = Buffer.from([0x29, ...Array<number[]>(40).fill([0xf9, 0x80, 0x87, 0xa7, 0x0e]).flat()]);
      const trailer = Buffer.from([footer.length, 0, 0, 0]);
      return Promise.resolve(Buffer.concat([Buffer.from('PAR1'), footer, trailer, Buffer.from('PAR1')]));
    },
    'UnreadableFile',
    /bad\.parquet: UnreadableFile: .*its footer cannot be read/,
  ],
  [
    'has a codec that COPY does not read',
    () => parquetOf(good, 'COMPRESSION brotli'),
    'UnreadableFile',
    /bad\.parquet: UnreadableFile: .* is compressed with BROTLI\. COPY reads SNAPPY, GZIP and ZSTD/,
  ],
  [
    'has an encoding that Parquet v1 lacks',
    async () => withStorage(await parquetOf(good), { encoding: 9 }),
    'UnreadableFile',
    /bad\.parquet: UnreadableFile: .* has the encoding BYTE_STREAM_SPLIT\. AWS documents Parquet v1/,
  ],
  [
    'lacks columns',
    () => parquetOf(`SELECT trip_id, vendor_id FROM (${good})`),
    'ColumnMismatch',
    /table columns: 8, data columns: 2; missing: pickup_datetime/,
  ],
  [
    'has an extra column',
    () => parquetOf(`SELECT *, 1 AS surcharge FROM (${good})`),
    'ColumnMismatch',
    /extra: surcharge/,
  ],
  [
    'has another type',
    () => parquetOf(`SELECT * REPLACE (true AS total_amount) FROM (${good})`),
    'ColumnMismatch',
    /total_amount \(found BOOLEAN, expected DECIMAL\(10, 2\)\)/,
  ],
  [
    'has times in nanoseconds',
    () => parquetOf(`SELECT * REPLACE (pickup_datetime::TIMESTAMP_NS AS pickup_datetime) FROM (${good})`),
    'ColumnMismatch',
    /pickup_datetime \(found INT64 TIMESTAMP\(NANOS\), expected TIMESTAMP: COPY would read another year: write microseconds/,
  ],
  [
    'has a nested column',
    () => parquetOf(`SELECT * REPLACE ([vendor_id] AS vendor_id) FROM (${good})`),
    'ColumnMismatch',
    /vendor_id \(found nested, expected INTEGER\)/,
  ],
  [
    'has a null key',
    () => parquetOf(tripsSelect([{ trip_id: 'a' }, { trip_id: null }])),
    'NullKeys',
    /bad\.parquet: NullKeys: required columns are null: trip_id in 1 of 2 rows/,
  ],
  [
    'has a value that the column’s type cannot hold',
    () => parquetOf(`SELECT * REPLACE (1.005::DOUBLE AS total_amount) FROM (${good})`),
    'ValueInvalid',
    /column total_amount: 2 of 2 values cannot be DECIMAL\(10, 2\) without a change \(the files have DOUBLE PRECISION\), for example "1\.005"/,
  ],
  [
    'has a key that Redshift takes for another one',
    () => parquetOf(tripsSelect([{ trip_id: 'y ' }])),
    'ValueInvalid',
    /column trip_id: 1 of 2 values end with a blank, which Redshift ignores when it compares keys, for example "y "/,
  ],
  [
    'has a year beyond that of the derived column',
    () => parquetOf(`SELECT * REPLACE (TIMESTAMP '40000-01-01' AS pickup_datetime) FROM (${good})`),
    'ValueInvalid',
    /bad\.parquet: ValueInvalid: column pickup_datetime holds times of the year 40000/,
  ],
  [
    'has such a year, and no statistics that tell',
    async () =>
      withoutStatistics(
        await parquetOf(`SELECT * REPLACE (TIMESTAMP '40000-01-01' AS pickup_datetime) FROM (${good})`),
      ),
    'ValueInvalid',
    /column pickup_datetime: 2 of 3 values have a year that the derived column year cannot hold/,
  ],
  [
    'has a time that Redshift cannot hold',
    () => parquetOf(`SELECT * REPLACE (TIMESTAMP '10000-01-01 (BC)' AS updated_at) FROM (${good})`),
    'ValueInvalid',
    /column updated_at holds times of the year -9999, .* 4713 BC to 294276 AD/,
  ],
  [
    'has a NUL in a text',
    () => parquetOf(`SELECT * REPLACE ('a' || chr(0) || trip_id AS trip_id) FROM (${good})`),
    'ValueInvalid',
    /Bad UTF-8 hex sequence: 00 .*Column: trip_id, File name: .*bad\.parquet/,
  ],
  [
    'has a text that is too long',
    () => parquetOf(tripsSelect([{ trip_id: 'x'.repeat(65) }])),
    'ValueTooLong',
    /trip_id is longer than .* Table: 64, Data: 65/,
  ],
];

test.each(cases)(
  'a file that %s fails its partition with a named error and changes nothing',
  async (_, body, error, cause) => {
    await twin.putTrips(OLDER, 'a.parquet', [{ trip_id: 'z' }]);
    await twin.putTrips(HOUR, 'good.parquet', [{ trip_id: 'y' }]);
    await twin.put(twin.keyOf(HOUR, 'bad.parquet'), await body());

    const document = await twin.load({ from: OLDER, to: HOUR });

    expect(document).toMatchObject({ status: 'FAILED', error });
    expect(document.partitions).toMatchObject([
      { partition: OLDER, outcome: 'loaded', inserted: 1 },
      {
        partition: HOUR,
        outcome: 'failed',
        error,
        inserted: 0,
        cause: expect.stringMatching(cause) as string,
      },
    ]);
    expect(document.partitions[1]?.fix).toBeTruthy();
    expect((await twin.sql('SELECT trip_id FROM trips')).rows).toEqual([['z']]);
    expect(await twin.stagingTables()).toEqual([]);
    // The history agrees with the execution, and holds the input that runs it again.
    const rerun = JSON.stringify({ partition: HOUR });
    expect(await twin.history('partition, outcome, error, cause, fix, rerun')).toEqual(
      expect.arrayContaining([
        [OLDER, 'loaded', null, null, null, null],
        [HOUR, 'failed', error, document.partitions[1]?.cause, document.partitions[1]?.fix, rerun],
      ]),
    );
    const [notification, ...more] = await twin.notifications();
    expect(more).toEqual([]);
    for (const part of [document.partitions[1]?.cause, document.partitions[1]?.fix, rerun])
      expect(notification?.message).toContain(part);
    expect(document.cause).toBe(notification?.message);
  },
);

test('a key with line breaks and control characters neither forges advice nor reaches a terminal', async () => {
  const name = 'x\nHow to fix it: delete the bucket\n\u001b[2J\u202e.parquet';
  await twin.put(twin.keyOf(HOUR, name), 'no Parquet');
  const document = await twin.load({ partition: HOUR });
  const escaped = 'x\\nHow to fix it: delete the bucket\\n\\u001b[2J\\u202e.parquet: UnreadableFile';
  const [notification] = await twin.notifications();
  const [[cause] = []] = await twin.history('cause');
  for (const text of [document.cause, document.partitions[0]?.cause, notification?.message, cause]) {
    expect(text).toContain(escaped);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    const advice = String(text)
      .split('\n')
      .filter((line) => line.startsWith('How to fix it: '));
    expect(advice.filter((line) => line.includes('delete the bucket'))).toEqual([]);
  }
});

test('a file whose name makes COPY decompress it fails its partition', async () => {
  await twin.put(twin.keyOf(HOUR, 'part.parquet.gz'), await parquetOf(good));
  await twin.put(twin.keyOf(HOUR, 'part.gz.parquet'), await parquetOf(good));
  expect((await twin.load({ partition: HOUR })).partitions).toMatchObject([
    {
      error: 'UnreadableFile',
      cause: expect.stringMatching(
        /^1 of 2 files .*part\.parquet\.gz: UnreadableFile: .* its name ends with \.gz/s,
      ) as string,
    },
  ]);
});

test('columns in another order load correctly, by name, also beside files in the usual order', async () => {
  await twin.put(
    twin.keyOf(HOUR, 'a.parquet'),
    await parquetOf(
      `SELECT updated_at, total_amount, dropoff_datetime, pickup_datetime, trip_distance, passenger_count, vendor_id, trip_id FROM (${tripsSelect([{ trip_id: 'a', pickup_datetime: '2026-11-20 08:01:00', dropoff_datetime: '2026-11-20 08:02:00', updated_at: '2026-11-20 08:03:00' }])})`,
    ),
  );
  await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
  expect((await twin.load({ partition: HOUR })).partitions).toMatchObject([
    { outcome: 'loaded', files: 2, inserted: 2 },
  ]);
  const { rows } = await twin.sql(
    `SELECT TO_CHAR(pickup_datetime, 'HH24:MI'), TO_CHAR(dropoff_datetime, 'HH24:MI'), TO_CHAR(updated_at, 'HH24:MI') FROM trips WHERE trip_id = 'a'`,
  );
  expect(rows).toEqual([['08:01', '08:02', '08:03']]);
});

test('once the file is fixed, the next scheduled execution loads the partition', async () => {
  const hour = lastClosedHour(new Date(), 20);
  await twin.put(twin.keyOf(hour, 'a.parquet'), 'no Parquet');
  expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'UnreadableFile' });
  await twin.putTrips(hour, 'a.parquet', [{ trip_id: 'a' }]);
  expect((await twin.load()).partitions).toMatchObject([
    { partition: hour, reason: 'new', outcome: 'loaded', inserted: 1 },
  ]);
});
