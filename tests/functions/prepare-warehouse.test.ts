import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { hourOf } from '../../core/hour';
import { deleteObjects } from '../../testkit/empty-twin';
import { HOUR, Steps, type State } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

/** Within the lookback of a scheduled execution. */
const RECENT = hourOf(new Date(Date.now() - 5 * 3_600_000));
const BEFORE = hourOf(new Date(Date.now() - 6 * 3_600_000));

/** On another day. */
const EARLIER = hourOf(new Date(Date.now() - 30 * 3_600_000));
/** Cuts off what the ledger holds of the last hours' day. */
async function spoilDay(): Promise<void> {
  const { s3, bucket } = steps.twin.connection;
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: 'sluice/trips/ledger/' }),
  );
  const folder = /^(.*)\d{4}\/\d\d\/\d\d\.json$/.exec(
    Contents.map(({ Key = '' }) => Key).find((key) => /\d\.json$/.test(key)) ?? '',
  );
  await steps.twin.put(`${folder?.[1]}${RECENT.slice(0, 10).replaceAll('-', '/')}.json`, Buffer.from('{'));
}

/** A partition as the first Map hands it on. */
const inspected = async (load: State) => ({ ...load, inspection: await steps.call('inspect-files', load) });
const put = (hour: string, trip_id: string) => steps.twin.putTrips(hour, `${trip_id}.parquet`, [{ trip_id }]);
const forgetLedger = () => deleteObjects(steps.twin.connection, 'sluice/trips/ledger/');
async function statementsOf(run: () => Promise<unknown>): Promise<number> {
  const sent = jest.spyOn(RedshiftDataClient.prototype, 'send');
  await run();
  const count = sent.mock.calls.filter(([command]) =>
    command.constructor.name.includes('ExecuteStatement'),
  ).length;
  sent.mockRestore();
  return count;
}

test('creates the tables, and each partition keeps its inspection', async () => {
  await put(HOUR, 'a');
  const listing = await steps.listing();
  const partitions = [await inspected(listing.partitions[0]!)];
  expect(await steps.prepared({ partition: HOUR }, { ...listing, partitions })).toEqual({
    ...listing,
    partitions,
  });
  expect((await steps.twin.sql('SELECT COUNT(*) FROM trips')).rows).toEqual([[0]]);
});

test('two first executions at once: one finds the tables that the other one creates while it looks', async () => {
  await put(HOUR, 'a');
  const listing = await steps.listing();
  let reads = 0;
  const { faults } = steps.twin.twin;
  faults.observe(async ({ operation }) => {
    if (operation !== 'BatchExecuteStatement') return;
    reads += 1;
    // The first read has failed, since there is no history. The second one looks at what there is.
    if (reads === 2) await steps.prepared({ partition: HOUR }, listing);
  });
  try {
    await expect(steps.prepared({ partition: HOUR }, listing)).resolves.toMatchObject({
      partitions: [{ partition: HOUR }],
    });
  } finally {
    faults.observe(undefined);
  }
  expect(reads).toBeGreaterThan(2);
});

test('takes out what the load history knows as loaded, and tells the ledger', async () => {
  await put(RECENT, 'a');
  await steps.twin.load({});
  await forgetLedger();
  const listing = await steps.listing({});
  expect(listing.partitions).toMatchObject([{ partition: RECENT, reason: 'new' }]);
  const partitions = [await inspected(listing.partitions[0]!)];
  expect(await steps.prepared({}, { ...listing, partitions })).toMatchObject({
    loads: true,
    partitions: [],
  });
  expect(await steps.listing({})).toMatchObject({ loads: false, partitions: [] });
});

test('a partition of whose last load only the history knows is inspected again', async () => {
  await put(RECENT, 'a');
  await steps.twin.load({});
  await forgetLedger();
  await put(RECENT, 'b');
  const listing = await steps.listing({});
  const partitions = [await inspected(listing.partitions[0]!)];
  expect(partitions).toMatchObject([{ reason: 'new', inspection: { files: 2 } }]);
  const [prepared = {}] = (await steps.prepared({}, { ...listing, partitions })).partitions;
  expect(prepared).toMatchObject({ partition: RECENT, reason: 'late-files', built_on: 1 });
  expect(prepared.inspection).toBeUndefined();
  expect(await inspected(prepared)).toMatchObject({ inspection: { files: 1 } });
});

test('adds what has come since the listing, without an inspection', async () => {
  await put(RECENT, 'a');
  const listing = await steps.listing({});
  const partitions = [await inspected(listing.partitions[0]!)];
  await put(BEFORE, 'b');
  const prepared = await steps.prepared({}, { ...listing, partitions });
  expect(prepared.partitions).toMatchObject([{ partition: BEFORE }, { partition: RECENT }]);
  expect(prepared.partitions.map((each) => each.inspection !== undefined)).toEqual([false, true]);
});

describe('if every inspection has failed', () => {
  const failed = async () => {
    const listing = await steps.listing({});
    return {
      ...listing,
      partitions: listing.partitions.map((each) => ({ ...each, files_refused: true })),
    };
  };

  test('nobody asks a warehouse that has loaded before', async () => {
    await put(BEFORE, 'a');
    await steps.twin.load({});
    await put(RECENT, 'b');
    const listing = await failed();
    expect(await statementsOf(() => steps.prepared({}, listing))).toBe(0);
    expect(await steps.prepared({}, listing)).toMatchObject({ partitions: [{ partition: RECENT }] });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['the ledger is gone', forgetLedger],
    ['a day of the ledger is cut off', spoilDay],
    ['another hour has come', () => put(BEFORE, 'c')],
  ])('but %s, the history is asked', async (_, change) => {
    await put(EARLIER, 'a');
    await steps.twin.load({});
    await put(RECENT, 'b');
    const listing = await failed();
    await change();
    expect(await statementsOf(() => steps.prepared({}, listing))).toBeGreaterThan(0);
  });

  test('before the first load the history is created, in which failures are recorded', async () => {
    await put(RECENT, 'b');
    const listing = await failed();
    expect(await statementsOf(() => steps.prepared({}, listing))).toBeGreaterThan(0);
    expect(await steps.twin.history('outcome')).toEqual([]);
  });
});
