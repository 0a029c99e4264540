import { DataApi } from '../../functions/shared/data-api';
import { HeldCalls } from '../../testkit/held-calls';
import { HOUR, Steps, type Group } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => {
  steps.twin.twin.faults.observe(undefined);
  return steps.twin.reset();
});
afterAll(() => steps.twin.remove());

const COUNTS = { staged: 3, duplicates: 1, superseded: 0, deleted: 0, inserted: 2 };
const LOADED = { ends: [{ partition: HOUR, outcome: 'loaded', merged: COUNTS }], again: [] };
/** When it ended is when the function that says so ran. */
const untimed = ({ ends }: { ends: readonly object[] }) =>
  ends.map((end) => ({ ...end, finished: undefined }));
const merge = async (load: Group) => untimed(await steps.call('merge-into-target', load));

async function validated() {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }, { trip_id: 'b' }]);
  return steps.validated();
}

test('changes the target, writes the history and drops the staging table in one transaction', async () => {
  expect(await steps.call('merge-into-target', await validated())).toMatchObject(LOADED);
  expect((await steps.twin.target()).map(([key]) => key)).toEqual(['a', 'b']);
  expect(await steps.twin.history('outcome, staged, duplicates, inserted')).toEqual([['loaded', 3, 1, 2]]);
  expect(await steps.twin.stagingTables()).toEqual([]);
});

test('a step that is called again returns the counts of its merge, and submits nothing', async () => {
  const load = await validated();
  const counts = await merge(load);
  const before = await steps.twin.target();
  expect(await merge(load)).toEqual(counts);
  expect(await steps.twin.target()).toEqual(before);
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

test('a merge that is said to have failed though it was committed is not submitted again', async () => {
  const load = await validated();
  const counts = await merge(load);
  // The list of statements tells of a failure only.
  jest
    .spyOn(DataApi.prototype, 'list')
    .mockResolvedValue([
      { id: 'gone', name: 'merge', isRunning: false, hasFailed: true, created: new Date() },
    ]);
  expect(await merge(load).finally(() => jest.restoreAllMocks())).toEqual(counts);
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

test('a merge of which the list of statements does not tell yet is not submitted twice', async () => {
  const load = await validated();
  const counts = await merge(load);
  const list = jest.spyOn(DataApi.prototype, 'list').mockResolvedValue([]);
  expect(await merge(load).finally(() => list.mockRestore())).toEqual(counts);
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

test('a step that is called again waits for the merge that runs, and returns its counts', async () => {
  const load = await validated();
  const held = new HeldCalls([
    {
      isHeld: ({ operation, subject }) => operation === 'statement' && subject.startsWith('LOCK '),
      letsGo: () => false,
    },
  ]);
  steps.twin.twin.faults.observe((call) => held.on(call));
  await expect(steps.call('merge-into-target', load, 60)).rejects.toMatchObject({ name: 'StatementRunning' });
  const again = steps.call('merge-into-target', load);
  held.end();
  expect(await again).toMatchObject(LOADED);
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

test('counts that do not add up roll everything back', async () => {
  const load = await validated();
  const [staging] = (await steps.twin.stagingTables()).map(String);
  await steps.twin.sql(`INSERT INTO sluice."${staging}" SELECT * FROM sluice."${staging}"`);
  await expect(steps.call('merge-into-target', load)).rejects.toMatchObject({ name: 'RowCountMismatch' });
  expect(await steps.twin.target()).toEqual([]);
  expect(await steps.twin.history('outcome')).toEqual([]);
  expect(await steps.twin.stagingTables()).toEqual([staging]);
});
