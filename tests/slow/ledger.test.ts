import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { ledgerOf, warehousePlace } from '../../cli/ledger/ledger-of';
import { addHours, hourOf } from '../../core/hour';
import { ledgerKey, ledgerPrefix, runningKey, runningText, warehouseOf } from '../../core/ledger';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = hourOf(new Date(Date.now() - 5 * 3_600_000));
const NEXT = addHours(HOUR, 1);

let twin: TestTwin;
let statements: string[] = [];
beforeAll(async () => {
  twin = await TestTwin.shared();
});
beforeEach(() => {
  statements = [];
  twin.twin.faults.observe(({ service, operation, subject }) => {
    if (service === 'redshift-data' && operation === 'statement') statements.push(subject);
  });
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const bucket = () => ({ Bucket: twin.connection.bucket });
const keyOf = (hour: string) => {
  const [trips] = twin.connection.datasets;
  const warehouse = warehouseOf(warehousePlace(twin.connection), trips!);
  return ledgerKey({ dataset: 'trips', warehouse }, hour.slice(0, 10));
};
async function ledger(hour: string): Promise<string> {
  const { Body } = await twin.connection.s3.send(new GetObjectCommand({ ...bucket(), Key: keyOf(hour) }));
  return Body!.transformToString();
}
const attemptsOn = async (hour: string) =>
  (JSON.parse(await ledger(hour)) as { hours: Record<string, readonly object[]> }).hours[hour.slice(11)];
const rows = async () => (await twin.sql('SELECT trip_id FROM trips ORDER BY trip_id')).rows.flat();

test('an hour without anything new makes no statement, also on an empty warehouse', async () => {
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [], housekeeping: null });
  expect(statements).toEqual([]);

  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await twin.load()).toMatchObject({ partitions: [{ outcome: 'loaded', inserted: 1 }] });
  expect(statements.length).toBeGreaterThan(0);
  const [trips] = twin.connection.datasets;
  expect((await ledgerOf(twin.connection, trips!).read()).running).toEqual([]);

  statements = [];
  for (let hours = 0; hours < 3; hours += 1)
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
  expect(await twin.load({ plan: true })).toMatchObject({ partitions: [] });
  expect(statements).toEqual([]);
});

test('an hour without anything new has five transitions', async () => {
  const before = (await twin.connection.usage()).counts.transitions ?? 0;
  await twin.load();
  expect(((await twin.connection.usage()).counts.transitions ?? 0) - before).toBe(5);
});

test('somebody who only looks wakes nobody, whatever is due', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await twin.load({ plan: true })).toMatchObject({
    partitions: [{ partition: HOUR, outcome: 'planned' }],
  });
  expect(await twin.load({ plan: true, partition: HOUR })).toMatchObject({
    partitions: [{ partition: HOUR }],
  });
  expect(statements).toEqual([]);
});

test('the ledger has what the history has', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'a' }]);
  await twin.load();
  await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
  await twin.load();
  const columns =
    'execution, outcome, reason, fingerprint, plan_key, merge_number, built_on, failures, rows_in_files, inserted';
  const history = await twin.history(columns);
  expect((await attemptsOn(HOUR))?.length).toBe(2);
  expect(await attemptsOn(HOUR)).toEqual(
    history.map(
      (row) =>
        expect.objectContaining(
          Object.fromEntries(columns.split(', ').map((name, index) => [name, row[index]])),
        ) as unknown,
    ),
  );
});

test('the history is asked before a COPY, even if the first inspection failed', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  // The warehouse was restored to a time before the load, so the ledger is ahead.
  await twin.sql('DELETE FROM sluice.load_history');
  await twin.sql('DELETE FROM trips');
  await twin.putTrips(HOUR, 'late.parquet', [{ trip_id: 'late' }]);
  twin.twin.faults.set([
    {
      ...{ service: 'lambda', operation: 'sluice-local-inspect-files', state: 'InspectFiles', times: 99 },
      fault: { type: 'crash' },
    },
  ]);
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED' });
  expect((await twin.target()).map(([key]) => key).sort()).toEqual(['a', 'late']);
});

describe.each([
  ['gone', () => twin.connection.s3.send(new DeleteObjectCommand({ ...bucket(), Key: keyOf(HOUR) }))],
  ['cut off', async () => twin.put(keyOf(HOUR), (await ledger(HOUR)).slice(0, 99))],
  [
    'of another warehouse',
    async () => twin.put(keyOf(HOUR), (await ledger(HOUR)).replace('public', 'other')),
  ],
  [
    'of another dataset',
    async () => twin.put(keyOf(HOUR), (await ledger(HOUR)).replace('"trips"', '"orders"')),
  ],
])('a ledger that is %s', (_, spoil) => {
  test('is repaired from the history, and nothing is copied twice', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.load();
    const whole = await attemptsOn(HOUR);
    await spoil();
    statements = [];
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
    expect(statements.filter((text) => text.includes('COPY'))).toEqual([]);
    expect(statements).not.toEqual([]);
    expect(await attemptsOn(HOUR)).toMatchObject(
      whole!.map((attempt) => ({
        ...attempt,
        started: expect.any(String) as string,
        finished: expect.any(String) as string,
      })),
    );
    statements = [];
    await twin.load();
    expect(statements).toEqual([]);
  });
});

test('a ledger that is ahead is put right as soon as the warehouse is asked, and hides no hour', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  // The warehouse is restored from a snapshot of before the load.
  await twin.sql('DELETE FROM trips');
  await twin.sql('DELETE FROM sluice.load_history');
  await twin.putTrips(NEXT, 'b.parquet', [{ trip_id: 'b' }]);
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED' });
  await twin.load();
  expect(await rows()).toEqual(['a', 'b']);
});

test('a ledger that is ahead hides no hour, however long nothing was due', async () => {
  const old = addHours(HOUR, -24 * 10);
  await twin.putTrips(old, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load({ partition: old });
  await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
  await twin.load();
  await twin.sql('DELETE FROM trips');
  await twin.sql('DELETE FROM sluice.load_history');
  // A load by hand asks, too, and what it finds missing is not forgotten, although it does not load it.
  await twin.putTrips(NEXT, 'c.parquet', [{ trip_id: 'c' }]);
  expect(await twin.load({ partition: NEXT })).toMatchObject({ partitions: [{ outcome: 'loaded' }] });
  await twin.load();
  expect(await rows()).toEqual(['a', 'b', 'c']);
  statements = [];
  await twin.load();
  expect(statements).toEqual([]);
});

test('of a ledger that is ahead only what the history lacks is loaded again', async () => {
  const old = addHours(HOUR, -24 * 10);
  await twin.putTrips(old, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load({ partition: old });
  await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
  await twin.load();
  await twin.sql(`DELETE FROM sluice.load_history WHERE partition = '${HOUR}'`);
  await twin.putTrips(NEXT, 'c.parquet', [{ trip_id: 'c' }]);
  expect(await twin.load()).toMatchObject({ partitions: [{ partition: HOUR }, { partition: NEXT }] });
});

test('executions that write a day at the same moment keep each other’s hours', async () => {
  const [trips] = twin.connection.datasets;
  const ledgerNow = () => ledgerOf(twin.connection, trips!);
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  const [first] = (await ledgerNow().attemptsOn([HOUR])).get(HOUR) ?? [];
  const end = (execution: string) => ({ ended: new Map([[HOUR, [{ ...first!, execution }]]]) });
  let isBetween = false;
  twin.twin.faults.observe(async ({ service, operation, subject }) => {
    if (isBetween || service !== 's3' || operation !== 'PutObject' || !subject.includes('ledger')) return;
    isBetween = true;
    await ledgerNow().change(end('between'));
  });
  await ledgerNow().change(end('outer'));
  expect(isBetween).toBe(true);
  expect((await attemptsOn(HOUR))?.length).toBe(3);
});

describe('a target that was dropped', () => {
  const OLD = addHours(HOUR, -24 * 10);
  beforeEach(async () => {
    await twin.putTrips(OLD, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.load({ partition: OLD });
    await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
    await twin.load();
    await twin.sql('DROP TABLE trips');
  });

  test('is loaded again as soon as the warehouse is asked, by whomever', async () => {
    await twin.putTrips(NEXT, 'c.parquet', [{ trip_id: 'c' }]);
    // It creates the target, so the next execution does not see that it was gone.
    await twin.load({ partition: NEXT });
    expect(await rows()).toEqual(['c']);
    expect(await twin.load()).toMatchObject({ partitions: [{ reason: 'new' }, { reason: 'new' }] });
    expect(await rows()).toEqual(['a', 'b', 'c']);
    statements = [];
    await twin.load();
    expect(statements).toEqual([]);
    const history = await twin.history('partition, outcome, merge_number, built_on');
    const byNumber = history.sort((left, right) => Number(left[2]) - Number(right[2]));
    expect(byNumber).toEqual(
      expect.arrayContaining([
        [OLD, 'loaded', 1, 0],
        [HOUR, 'loaded', 2, 0],
        [OLD, 'dropped', 3, 1],
        [HOUR, 'dropped', 3, 2],
        [NEXT, 'loaded', 4, 0],
        [OLD, 'loaded', expect.any(Number), 3],
        [HOUR, 'loaded', expect.any(Number), 3],
      ]) as unknown,
    );
    expect(history).toHaveLength(7);
  });

  test('is loaded again although an hour fails in the first execution', async () => {
    await twin.putTrips(NEXT, 'c.parquet', [{ trip_id: 'c' }]);
    twin.twin.faults.set([
      {
        ...{ service: 'redshift-data', operation: 'statement', match: 'COPY', times: 99 },
        fault: { type: 'statement', status: 'FAILED', error: 'ERROR: out of luck' },
      },
    ]);
    expect(await twin.load()).toMatchObject({ status: 'FAILED' });
    twin.twin.faults.clear();
    await twin.load();
    expect(await rows()).toEqual(['a', 'b', 'c']);
  });
});

describe('an execution that ended without a word', () => {
  async function plant(name: string, hours: readonly string[]) {
    const [trips] = twin.connection.datasets;
    const owner = { dataset: 'trips', warehouse: warehouseOf(warehousePlace(twin.connection), trips!) };
    await twin.put(runningKey(owner, name), runningText(hours));
  }
  const runs = async () => {
    statements = [];
    await twin.load();
    return statements.length > 0;
  };

  test('is asked after, and only once', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    const { execution } = await twin.load();
    // It was stopped after the commit, and another one has loaded the hour by the ledger alone.
    const text = await ledger(HOUR);
    await twin.put(keyOf(HOUR), text.replaceAll(execution, 'another'));
    // It was stopped before it came to the other hour.
    await plant(execution, [HOUR, NEXT]);
    expect(await runs()).toBe(true);
    expect(await attemptsOn(HOUR)).toMatchObject([{ execution }]);
    expect(await runs()).toBe(false);
  });

  test('is not asked after if the ledger tells how all of it ended', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    const { execution } = await twin.load();
    await plant(execution, [HOUR]);
    expect(await runs()).toBe(false);
  });

  test('is forgotten by a bucket that refuses deletions, too', async () => {
    twin.twin.faults.set([
      {
        ...{ service: 's3', operation: 'DeleteObject', times: 99 },
        fault: { type: 'error', code: 'AccessDenied', message: 'no', status: 403 },
      },
    ]);
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await runs()).toBe(false);
  });

  test.each(['unknown', 'no execution has this name: it is too long'.repeat(3)])(
    'keeps nobody from loading if the service does not know it: %s',
    async (name) => {
      await plant(name, [HOUR, 'no hour']);
      await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
      expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [{ outcome: 'loaded' }] });
    },
  );
});

test('a day of the ledger that may not be read tells nothing, and the others still do', async () => {
  const old = addHours(HOUR, -24 * 10);
  await twin.putTrips(old, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load({ partition: old });
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  twin.twin.faults.set([
    {
      ...{ service: 's3', operation: 'GetObject', match: keyOf(old), times: 99 },
      fault: { type: 'error', code: 'InvalidObjectState', message: 'archived', status: 403 },
    },
  ]);
  statements = [];
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
  expect(statements).toEqual([]);
});

test('a warehouse that was restored is loaded only after the ledger has been put right', async () => {
  const old = addHours(HOUR, -24 * 10);
  await twin.putTrips(old, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load({ partition: old });
  await twin.sql('DELETE FROM trips');
  await twin.sql('DELETE FROM sluice.load_history');
  await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
  twin.twin.faults.set([
    {
      ...{ service: 's3', operation: 'PutObject', match: keyOf(old), times: 999 },
      fault: { type: 'error', code: 'AccessDenied', message: 'no', status: 403 },
    },
  ]);
  expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'ServiceUnavailable', partitions: [] });
  expect(await rows()).toEqual([]);
  twin.twin.faults.clear();
  await twin.load();
  expect(await rows()).toEqual(['a', 'b']);
});

test('a request loads whatever the ledger says', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  await twin.sql('DELETE FROM trips');
  expect(await twin.load({ partition: HOUR })).toMatchObject({
    partitions: [{ outcome: 'loaded', inserted: 1 }],
  });
});

test('a ledger that cannot be written fails no load, and is made up for', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  twin.twin.faults.set([
    {
      ...{ service: 's3', operation: 'PutObject', match: 'ledger', times: 100 },
      fault: { type: 'error', code: 'AccessDenied', message: 'no', status: 403 },
    },
  ]);
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [{ outcome: 'loaded' }] });
  twin.twin.faults.clear();
  const { KeyCount } = await twin.connection.s3.send(
    new ListObjectsV2Command({ ...bucket(), Prefix: ledgerPrefix('trips') }),
  );
  expect(KeyCount).toBe(0);
  statements = [];
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
  expect(statements.filter((text) => text.includes('COPY'))).toEqual([]);
  expect(await attemptsOn(HOUR)).toHaveLength(1);
});

test('executions that end at the same time keep each other’s hours', async () => {
  const hours = Array.from(
    { length: 6 },
    (_, index) => `${addHours(HOUR, -24).slice(0, 10)}T${`${index}`.padStart(2, '0')}`,
  );
  for (const hour of hours) await twin.putTrips(hour, 'a.parquet', [{ trip_id: hour }]);
  await Promise.all(hours.map((partition) => twin.load({ partition })));
  for (const hour of hours) expect(await attemptsOn(hour)).toHaveLength(1);
});
