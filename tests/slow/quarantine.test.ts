import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hourOf } from '../../core/hour';
import { withoutStatistics } from '../../local/behaviour/parquet/edit-footer';
import type { FaultRule } from '../../local/faults/fault-rule';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
import { ServiceTwin } from '../../testkit/service-twin';
import type { TestTwin } from '../../testkit/test-twin';

const trips = readFileSync(resolve(__dirname, '../../datasets/trips.yml'), 'utf8');
/** An hour within a scheduled execution's lookback. */
const HOUR = hourOf(new Date(Date.now() - 5 * 3_600_000));
const good = tripsSelect([{ trip_id: 'a' }]);

let twin: TestTwin;
let deployed: ServiceTwin;
beforeAll(async () => {
  deployed = await ServiceTwin.start({ 'trips.yml': `${trips}  on_bad_file: quarantine\n` });
  ({ twin } = deployed);
});
afterEach(() => twin.reset());
afterAll(() => deployed.remove());

const keys = async () => (await twin.sql('SELECT trip_id FROM trips ORDER BY trip_id')).rows.flat();

const BAD: [string, () => Promise<Buffer | string>, string, RegExp][] = [
  ['is not Parquet', () => Promise.resolve('trip_id,vendor_id'), 'UnreadableFile', /another format/],
  ['lacks columns', () => parquetOf(`SELECT trip_id FROM (${good})`), 'ColumnMismatch', /data columns: 1/],
  ['has a null key', () => parquetOf(tripsSelect([{ trip_id: null }])), 'NullKeys', /trip_id in 1 of 1 rows/],
  // Only COPY finds this defect.
  [
    'has a text that is too long',
    () => parquetOf(tripsSelect([{ trip_id: 'x'.repeat(65) }])),
    'ValueTooLong',
    /Table: 64, Data: 65/,
  ],
];

test.each(BAD)(
  'a file that %s is left out and named, and loaded alone once it is written again',
  async (_, body, error, reason) => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    const bad = twin.keyOf(HOUR, 'bad.parquet');
    await twin.put(bad, await body());
    await twin.putTrips(HOUR, 'c.parquet', [{ trip_id: 'c' }, { trip_id: 'c' }]);

    const document = await twin.load();

    expect(document).toMatchObject({ status: 'FAILED', error: 'FilesQuarantined' });
    expect(document.partitions).toMatchObject([
      {
        partition: HOUR,
        outcome: 'loaded',
        files: 2,
        rows_in_files: 3,
        staged: 3,
        duplicates: 1,
        inserted: 2,
        quarantined: 1,
        error: 'FilesQuarantined',
        rerun: { partition: HOUR },
      },
    ]);
    expect(await keys()).toEqual(['a', 'c']);
    const [partition] = document.partitions;
    expect(partition?.cause).toContain(`/${bad}: ${error}: `);
    expect(partition?.cause).toMatch(reason);
    const recorded = await twin.history('outcome, files, quarantined, error, cause, fix, rerun');
    expect(recorded).toEqual([
      [
        'loaded',
        2,
        1,
        'FilesQuarantined',
        partition?.cause,
        partition?.fix,
        JSON.stringify({ partition: HOUR }),
      ],
    ]);
    const notifications = await twin.notifications();
    expect(notifications).toEqual([{ subject: expect.any(String) as string, message: document.cause }]);
    for (const part of [bad, error, partition?.fix ?? '?', JSON.stringify({ partition: HOUR })]) {
      expect(document.cause).toContain(part);
    }
    expect(await twin.stagingTables()).toEqual([]);

    // Nothing is new, so there is no notification every hour.
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
    expect(await twin.notifications()).toHaveLength(1);

    await twin.putTrips(HOUR, 'bad.parquet', [{ trip_id: 'b' }]);
    expect(await twin.load()).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [
        { reason: 'late-files', outcome: 'loaded', files: 1, inserted: 1, quarantined: 0, error: null },
      ],
    });
    expect(await keys()).toEqual(['a', 'b', 'c']);
  },
);

test('several bad files, found by footers and by COPYs, are all left out and each is reported', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  for (const [index, [, body]] of BAD.entries())
    await twin.put(twin.keyOf(HOUR, `bad-${index}`), await body());
  await twin.putTrips(HOUR, 'long', [{ trip_id: 'y'.repeat(70) }]);

  const document = await twin.load({ partition: HOUR });

  expect(document.partitions).toMatchObject([{ outcome: 'loaded', files: 1, inserted: 1, quarantined: 5 }]);
  for (const name of ['bad-0', 'bad-1', 'bad-2', 'bad-3', 'long'])
    expect(document.cause).toContain(`/${name}: `);
  expect(await keys()).toEqual(['a']);
});

/** Redshift cuts an error within a name that is this long; SYS_LOAD_ERROR_DETAIL holds all of it. */
const LONG = 'p'.repeat(140);
const noDetail: FaultRule = {
  service: 'redshift-data',
  operation: 'statement',
  match: 'sys_load_error_detail',
  times: 9,
  fault: {
    type: 'statement',
    status: 'FAILED',
    error: 'ERROR: permission denied for relation sys_load_error_detail',
  },
};

test.each<[string, string, FaultRule[]]>([
  ['by the name that SYS_LOAD_ERROR_DETAIL holds, although others begin alike', `${LONG}-good`, []],
  ['by the beginning of its name if that view cannot be read', 'good', [noDetail]],
])('the one bad file is found %s', async (_, good, rules) => {
  await twin.putTrips(HOUR, `${good}.parquet`, [{ trip_id: 'a' }]);
  await twin.putTrips(HOUR, `${LONG}-bad.parquet`, [{ trip_id: 'x'.repeat(65) }]);
  twin.twin.faults.set(rules);
  const document = await twin.load({ partition: HOUR });
  expect(document.partitions).toMatchObject([{ outcome: 'loaded', inserted: 1, quarantined: 1 }]);
  expect(document.cause).toContain(`${LONG}-bad.parquet: ValueTooLong: `);
  expect(await keys()).toEqual(['a']);
});

test('bad files that no error names are found by loading the files apart, and SYS_LOAD_ERROR_DETAIL masks nothing', async () => {
  for (const index of [0, 1, 2, 3, 4])
    await twin.putTrips(HOUR, `${LONG}-${index}.parquet`, [
      { trip_id: index === 3 ? 'x'.repeat(65) : `k${index}` },
    ]);
  const amount = `SELECT * REPLACE (1.005::DOUBLE AS total_amount) FROM (${tripsSelect([{ trip_id: 'z' }])})`;
  await twin.put(twin.keyOf(HOUR, `${LONG}-5.parquet`), await parquetOf(amount));
  twin.twin.faults.set([noDetail]);
  const document = await twin.load({ partition: HOUR });
  expect(document.partitions).toMatchObject([
    { outcome: 'loaded', files: 4, inserted: 4, quarantined: 2, error: 'FilesQuarantined' },
  ]);
  expect(document.cause).toContain(`${LONG}-3.parquet: ValueTooLong: `);
  expect(document.cause).toMatch(
    /-5\.parquet: ValueInvalid: .*column total_amount: 1 of 1 values cannot be DECIMAL/,
  );
  expect(document.cause).not.toContain('permission denied');
  expect(await keys()).toEqual(['k0', 'k1', 'k2', 'k4']);
  expect(await twin.history('outcome, staged, inserted, quarantined')).toEqual([['loaded', 4, 4, 2]]);
  expect(await twin.stagingTables()).toEqual([]);
  twin.twin.faults.clear();
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
});

test('nulls in a required column that no footer tells of are found in their file', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.put(
    twin.keyOf(HOUR, 'nulls.parquet'),
    withoutStatistics(await parquetOf(tripsSelect([{ trip_id: 'b' }, { trip_id: null }]))),
  );
  const document = await twin.load({ partition: HOUR });
  expect(document.partitions).toMatchObject([{ outcome: 'loaded', inserted: 1, quarantined: 1 }]);
  expect(document.cause).toMatch(/nulls\.parquet: NullKeys: .*trip_id in 1 of 2 rows/);
});

test('an hour is loaded whole if no file is bad after all', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
  twin.twin.faults.set([
    {
      service: 'redshift-data',
      operation: 'statement',
      match: 'FORMAT AS PARQUET',
      fault: { type: 'statement', status: 'FAILED', error: 'ERROR: Value too long for character type' },
    },
  ]);
  const document = await twin.load({ partition: HOUR });
  expect(document).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ files: 2, inserted: 2, quarantined: 0 }],
  });
});

test.each<[string, () => Promise<Buffer | string>]>([
  ['a footer', () => Promise.resolve('no Parquet')],
  ['a COPY', () => parquetOf(tripsSelect([{ trip_id: 'x'.repeat(65) }]))],
  ['the staged values', () => parquetOf(`SELECT * REPLACE ('1.005' AS total_amount) FROM (${good})`)],
])(
  'an hour with only bad files, as %s shows, is reported once and not tried again every hour',
  async (_, body) => {
    await twin.put(twin.keyOf(HOUR, 'bad.parquet'), await body());
    expect(await twin.load()).toMatchObject({
      status: 'FAILED',
      error: 'FilesQuarantined',
      partitions: [{ outcome: 'empty', files: 0, quarantined: 1, error: 'FilesQuarantined' }],
    });
    expect(await twin.history('outcome, quarantined, error')).toEqual([['empty', 1, 'FilesQuarantined']]);
    expect(await twin.stagingTables()).toEqual([]);
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
    await twin.putTrips(HOUR, 'bad.parquet', [{ trip_id: 'b' }]);
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [{ inserted: 1 }] });
  },
);

test('a late file is loaded beside a bad file that is already reported, without another notification', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.putTrips(HOUR, 'long.parquet', [{ trip_id: 'x'.repeat(65) }]);
  expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'FilesQuarantined' });
  await twin.putTrips(HOUR, 'late.parquet', [{ trip_id: 'b' }]);
  expect(await twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ reason: 'late-files', files: 1, inserted: 1, quarantined: 1, error: null }],
  });
  expect(await keys()).toEqual(['a', 'b']);
  expect(await twin.notifications()).toHaveLength(1);
});

test('a bad file is loaded once it is written again, even after its hour has left the lookback', async () => {
  const old = hourOf(new Date(Date.now() - 200 * 3_600_000));
  await twin.put(twin.keyOf(old, 'bad.parquet'), 'no Parquet');
  expect(await twin.load({ partition: old })).toMatchObject({ error: 'FilesQuarantined' });
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
  await twin.putTrips(old, 'bad.parquet', [{ trip_id: 'b' }]);
  expect(await twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ partition: old, reason: 'late-files', inserted: 1 }],
  });
  expect(await twin.load()).toMatchObject({ partitions: [] });
});

test('if the ledger is lost, the history tells of files that were left out before the lookback', async () => {
  const old = hourOf(new Date(Date.now() - 200 * 3_600_000));
  await twin.put(twin.keyOf(old, 'bad.parquet'), 'no Parquet');
  expect(await twin.load({ partition: old })).toMatchObject({ error: 'FilesQuarantined' });
  await twin.loseLedgers();
  await twin.putTrips(old, 'bad.parquet', [{ trip_id: 'b' }]);
  // Something is due, so the history is asked.
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await twin.load()).toMatchObject({ partitions: [{ partition: old }, { partition: HOUR }] });
});

test('the partition fails if too many files are bad, and all bad files found are named', async () => {
  const files = Array.from({ length: 22 }, (_, index) => `long-${String(index).padStart(2, '0')}.parquet`);
  for (const [index, name] of files.entries())
    await twin.putTrips(HOUR, name, [{ trip_id: String(index).padStart(65, 'x') }]);
  const document = await twin.load({ partition: HOUR });
  expect(document).toMatchObject({
    status: 'FAILED',
    error: 'ValueTooLong',
    partitions: [{ outcome: 'failed', error: 'ValueTooLong', inserted: 0 }],
  });
  expect(document.cause).toContain('21 of 22 files cannot be loaded');
  expect(document.cause).toContain('21 COPYs in a row');
  expect(await twin.stagingTables()).toEqual([]);
});

test.each<[string, FaultRule[]]>([
  [
    'the inspection that leaves it out crashes',
    [{ service: 'lambda', operation: 'sluice-local-inspect-files', nth: 2, fault: { type: 'crash' } }],
  ],
  [
    'the answer to the merge is lost for good',
    [
      {
        service: 'redshift-data',
        operation: 'BatchExecuteStatement',
        match: '^LOCK ',
        times: 3,
        fault: { type: 'drop', when: 'after' },
      },
    ],
  ],
  [
    'the COPY of the rest meets a conflict',
    [
      {
        service: 'redshift-data',
        operation: 'statement',
        match: 'FORMAT AS PARQUET',
        nth: 2,
        fault: {
          type: 'statement',
          status: 'FAILED',
          error: 'ERROR: 1023 DETAIL: Serializable isolation violation',
        },
      },
    ],
  ],
])('a bad file is still left out if %s', async (_, rules) => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.putTrips(HOUR, 'long.parquet', [{ trip_id: 'x'.repeat(65) }]);
  twin.twin.faults.set(rules);
  const document = await twin.load({ partition: HOUR });
  expect(twin.twin.faults.rules().map(({ hit }) => hit)).toEqual(rules.map(({ times = 1 }) => times));
  expect(document).toMatchObject({
    error: 'FilesQuarantined',
    partitions: [{ outcome: 'loaded', files: 1, inserted: 1, quarantined: 1 }],
  });
  expect(await keys()).toEqual(['a']);
  expect(await twin.history('outcome, files, quarantined, error')).toEqual([
    ['loaded', 1, 1, 'FilesQuarantined'],
  ]);
  expect(await twin.stagingTables()).toEqual([]);
});

test('a late bad file is told once, is counted while it is there, and is no longer counted once it is deleted', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', failing: 0 });
  const Key = twin.keyOf(HOUR, 'bad.parquet');
  await twin.put(Key, 'no Parquet');
  expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'FilesQuarantined', failing: 1 });
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [], failing: 1 });
  await twin.connection.s3.send(new DeleteObjectCommand({ Bucket: twin.connection.bucket, Key }));
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', failing: 0 });
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', failing: 0 });
  expect(await twin.notifications()).toHaveLength(1);
});
