import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { addHours, hourOf } from '../../../core/hour';
import { Steps, type State } from '../../functions/steps';

/** An hour within a scheduled execution's lookback. */
const HOUR = hourOf(new Date(Date.now() - 5 * 3_600_000));

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

const put = (name: string, total_amount: number, hour = HOUR) =>
  steps.twin.putTrips(hour, name, [{ trip_id: name, total_amount }]);
const merge = (load: State) => steps.call('merge-into-target', load);
const amounts = async () =>
  (await steps.twin.sql('SELECT trip_id, total_amount FROM trips ORDER BY trip_id')).rows;
const load = async (input: object = {}) => (await steps.twin.load(input)).partitions;
const setClock = (now: () => Date) => (steps.twin.twin.warehouseClock.now = now);
/** The warehouse's clock stands still: all loads end in the same second. */
const stopClock = () => {
  const now = new Date();
  setClock(() => now);
};

describe('an older load that commits after a newer one', () => {
  beforeEach(stopClock);

  test('is loaded over: the next execution brings the corrected rows back', async () => {
    await put('a', 1);
    const older = await steps.validated({ partition: HOUR });
    await put('a', 2);
    const newer = await steps.validated({ partition: HOUR });
    await merge(newer);
    await merge(older);
    expect(await amounts()).toEqual([['a', '1.00']]);

    expect(await load()).toMatchObject([{ partition: HOUR, reason: 'late-files', inserted: 1 }]);
    expect(await amounts()).toEqual([['a', '2.00']]);
    expect(await load()).toEqual([]);
  });

  test('is loaded over even if a third one has loaded late files since', async () => {
    await put('a', 1);
    await load();
    const older = await steps.validated({ partition: HOUR });
    await put('a', 2);
    await load();
    await put('late', 3);
    const late = await steps.validated({});
    expect(late.partitions).toMatchObject([{ reason: 'late-files', inspection: { files: 1 } }]);
    await merge(older);
    await merge(late);
    expect(await amounts()).toEqual([
      ['a', '1.00'],
      ['late', '3.00'],
    ]);

    expect(await load()).toMatchObject([{ reason: 'overlapped', files: 2, inserted: 2 }]);
    expect(await amounts()).toEqual([
      ['a', '2.00'],
      ['late', '3.00'],
    ]);
    expect(await load()).toEqual([]);
  });

  test('is loaded over even if the hour has left the lookback', async () => {
    const hour = addHours(HOUR, -200);
    await put('a', 1, hour);
    const older = await steps.validated({ partition: hour });
    await put('a', 2, hour);
    await load({ partition: hour });
    await merge(older);
    expect(await load()).toMatchObject([{ partition: hour, reason: 'late-files', inserted: 1 }]);
    expect(await amounts()).toEqual([['a', '2.00']]);
    expect(await load()).toEqual([]);
  });

  test('is loaded over even then if the ledger is lost: the history tells of it', async () => {
    const hour = addHours(HOUR, -200);
    await put('a', 1, hour);
    const older = await steps.validated({ partition: hour });
    await put('a', 2, hour);
    await load({ partition: hour });
    await merge(older);
    await steps.twin.loseLedgers();
    // Something is due, so the history is asked.
    await put('b', 3);
    expect(await load()).toMatchObject([{ partition: hour }, { partition: HOUR }]);
    expect(await amounts()).toEqual([
      ['a', '2.00'],
      ['b', '3.00'],
    ]);
  });
});

describe('after the warehouse’s clock went back two hours', () => {
  const HOURS = 3_600_000;
  const turnBack = () => setClock(() => new Date(Date.now() - 2 * HOURS));

  test('a late file is loaded once, and not by every execution', async () => {
    await put('a', 1);
    await load();
    turnBack();
    await put('late', 2);
    expect(await load()).toMatchObject([{ reason: 'late-files', files: 1 }]);
    expect(await load()).toEqual([]);
  });

  test('an hour that has failed and was loaded since is not due, even if it has left the lookback', async () => {
    const hour = addHours(HOUR, -200);
    await steps.twin.put(steps.twin.keyOf(hour, 'a'), 'no Parquet');
    expect(await load({ partition: hour })).toMatchObject([{ outcome: 'failed' }]);
    turnBack();
    expect(await load({ partition: hour })).toMatchObject([{ outcome: 'failed' }]);
    await put('a', 1, hour);
    expect(await load()).toMatchObject([{ partition: hour, outcome: 'loaded' }]);
    expect(await load()).toEqual([]);
  });

  test('an hour whose file vanished is reported once', async () => {
    const key = await put('a', 1);
    await put('b', 1);
    await load();
    turnBack();
    await steps.twin.connection.s3.send(
      new DeleteObjectCommand({ Bucket: steps.twin.connection.bucket, Key: key }),
    );
    expect(await load()).toMatchObject([{ outcome: 'empty', vanished: 1 }]);
    expect(await load()).toEqual([]);
  });
});

test('merges are numbered on after the mutex was dropped', async () => {
  await put('a', 1);
  await load();
  await put('a', 2);
  await load();
  await steps.twin.sql('DROP TABLE sluice.mutex_trips');
  await put('a', 3);
  expect(await load()).toMatchObject([{ reason: 'late-files' }]);
  expect(await steps.twin.history('merge_number, built_on')).toEqual([
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
  expect(await load()).toEqual([]);
});

test('attempts without a merge are recorded while a merge holds the lock', async () => {
  await load({ partition: HOUR });
  const { workgroup: WorkgroupName, database: Database } = steps.twin.connection;
  const { endpoint, region, env } = steps.twin.twin.description;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const account = new RedshiftDataClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const endless =
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0 AND i < 2000000000) SELECT COUNT(*) FROM n';
  const { Id } = await account.send(
    new BatchExecuteStatementCommand({
      WorkgroupName,
      Database,
      Sqls: ['LOCK sluice.mutex_trips', endless],
    }),
  );
  const started = async () => {
    const { SubStatements = [] } = await account.send(new DescribeStatementCommand({ Id }));
    return SubStatements[1]?.Status === 'STARTED';
  };
  while (!(await started()));
  try {
    await steps.twin.put(steps.twin.keyOf(HOUR, 'bad'), 'no Parquet');
    expect(await load({ from: addHours(HOUR, -1), to: addHours(HOUR, -1) })).toMatchObject([
      { outcome: 'empty' },
    ]);
    expect(await load({ partition: HOUR })).toMatchObject([{ outcome: 'failed' }]);
    expect(await started()).toBe(true);
  } finally {
    await account.send(new CancelStatementCommand({ Id }));
  }
  expect(await steps.twin.history('outcome, merge_number, failures')).toEqual([
    ['empty', 0, 0],
    ['empty', 0, 0],
    ['failed', 0, 1],
  ]);
});
