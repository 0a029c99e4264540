import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { addHours, hourOf } from '../../core/hour';
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
    listing: { ...listing, partitions: undefined },
    groups: [{ partitions, outcome: 'ready', searching: false, on_bad_file: 'fail' }],
    ends: [],
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
      groups: [{ partitions: [{ partition: HOUR }], outcome: 'not-inspected' }],
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
    listing: { loads: true },
    groups: [],
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
  const [group] = (await steps.prepared({}, { ...listing, partitions })).groups;
  const prepared = group?.partitions[0] ?? {};
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
  expect(prepared.groups).toMatchObject([
    { partitions: [{ partition: BEFORE }], outcome: 'not-inspected' },
    { partitions: [{ partition: RECENT }], outcome: 'ready' },
  ]);
});

test('hours that lie within a day are a group, others are not', async () => {
  const hours = [HOUR, addHours(HOUR, 1), addHours(HOUR, 23), addHours(HOUR, 24)];
  for (const hour of hours) await put(hour, hour);
  const groups = await steps.allInspected({ from: HOUR, to: addHours(HOUR, 24) });
  expect(groups.map(({ partitions }) => partitions.map(({ partition }) => partition))).toEqual([
    hours.slice(0, 3),
    hours.slice(3),
  ]);
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
    expect(await steps.prepared({}, listing)).toMatchObject({
      groups: [{ partitions: [{ partition: RECENT }], outcome: 'not-inspected' }],
    });
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
