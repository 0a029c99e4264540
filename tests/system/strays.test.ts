import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { runInspect } from '../../cli/inspect';
import type { FileDocument } from '../../cli/inspect/inspect-file';
import type { FilesDocument } from '../../cli/inspect/inspect-files';
import type { LoadDocument } from '../../cli/load/document';
import { addHours, hourOf } from '../../core/hour';
import { CapturedOutput } from '../../testkit/captured-output';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
import { TestTwin } from '../../testkit/test-twin';

/** An hour within a scheduled execution's lookback. */
const HOUR = hourOf(new Date(Date.now() - 5 * 3_600_000));
const [YEAR = '', MONTH = '', DAY = ''] = HOUR.slice(0, 10).split('-');
const OF_DAY = `trips/year=${YEAR}/month=${MONTH}/day=${DAY}/`;

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

/** The S3 listings of one load. */
async function listings(input: object = {}): Promise<{ document: LoadDocument; count: number }> {
  let count = 0;
  twin.twin.faults.observe(({ operation }) => {
    if (operation === 'ListObjectsV2') count += 1;
    return Promise.resolve();
  });
  const document = await twin.load(input);
  twin.twin.faults.observe(undefined);
  return { document, count };
}

test('objects of no hour are counted and named, and the others are loaded', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const above = [
    `trips/${YEAR}/${MONTH}/${DAY}/08/a.parquet`,
    'trips/readme',
    `trips/year=${YEAR}/month=0/day=5/hour=8/a.parquet`,
    `trips/year=${YEAR}/month=${MONTH}/day=0/hour=8/a.parquet`,
  ];
  // XML cannot hold the second key.
  const inDay = [`${OF_DAY}hour=8/a.parquet`, `${OF_DAY}late \u0001+%.parquet`];
  const unnamed = `${OF_DAY}hour=8/b.parquet`;
  // What holds no data, here too.
  const markers = ['trips/', 'trips/old/', 'trips/old/_SUCCESS', 'trips/_x/a', `${OF_DAY}hour=08_$folder$`];
  for (const key of [...above, ...inDay, unnamed, ...markers]) await twin.put(key, 'x');
  for (const key of ['trips/year=2020', 'trips/empty/a', `${OF_DAY}hour=08`]) await twin.put(key, '');

  expect(await twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ partition: HOUR, outcome: 'loaded', inserted: 1 }],
    strays: { count: 6, complete: true, keys: [...above, inDay[0]] },
  });
  expect(await twin.load({ plan: true })).toMatchObject({ status: 'SUCCEEDED', strays: { count: 6 } });
  // A requested hour: only its day is listed.
  expect(await twin.load({ partition: HOUR })).toMatchObject({
    status: 'SUCCEEDED',
    strays: { count: 2, complete: true, keys: inDay },
  });
});

test('other years, months and days cost no listing', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const { count } = await listings({ plan: true });
  for (let hours = 24 * 10; hours < 24 * 1_000; hours += 24 * 9)
    await twin.put(twin.keyOf(addHours(HOUR, -hours), 'a.parquet'), 'x');
  const later = await listings({ plan: true });
  expect(later).toMatchObject({ count, document: { strays: { count: 0, complete: true } } });
});

test('a load goes on if the folders above the days may not be listed, and says that there may be more', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.put('trips/readme', 'x');
  await twin.put(`${OF_DAY}late.parquet`, 'x');
  const { account } = twin.twin;
  const { bucket: Bucket, s3 } = twin.connection;
  const before = account.bucketPolicies.get(Bucket)!;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${Bucket}`,
      Condition: { StringEquals: { 's3:prefix': 'trips/' } },
    },
  });
  try {
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect(await twin.load()).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ outcome: 'loaded', inserted: 1 }],
      strays: { count: 1, complete: false, keys: [`${OF_DAY}late.parquet`] },
    });
  } finally {
    account.bucketPolicies.set(Bucket, before);
  }
});

test('inspect says of an object, and of a prefix, that no load reads it', async () => {
  const folder = `trips/year=${YEAR}/month=0/day=5/hour=8/`;
  const body = await parquetOf(tripsSelect([{ trip_id: 'a' }]));
  for (const name of ['a', 'b', 'c']) await twin.put(`${folder}${name}.parquet`, body);
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const inspect = async (key: string, json: boolean) => {
    const captured = new CapturedOutput(json);
    const target = `s3://${twin.connection.bucket}/${key}`;
    await runInspect(twin.connection, captured.output, { target, rows: 1, width: 200 });
    return captured;
  };
  const why = 'belongs to no hour of dataset trips, so no load reads it';
  expect((await inspect(`${folder}a.parquet`, true)).document<FileDocument>()).toMatchObject({
    rows: 1,
    no_hour: expect.stringContaining(why) as string,
  });
  expect((await inspect(`${folder}a.parquet`, false)).stdout).toContain(`It ${why}`);
  const { files, total } = (await inspect('trips/', true)).document<FilesDocument>();
  expect(total).toMatchObject({ files: 4, no_hour: 3 });
  expect(files.filter((file) => file.no_hour === null).map(({ path }) => path)).toEqual([
    `s3://${twin.connection.bucket}/${twin.keyOf(HOUR, 'a.parquet')}`,
  ]);
  const { stdout } = await inspect('trips/', false);
  expect(stdout).toContain('; 3 in no hour');
  expect(stdout).toContain(`hour=8/a.parquet and 2 more, each: ${why}`);
});
