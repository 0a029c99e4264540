import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

const COUNTS = { staged: 3, duplicates: 1, superseded: 0, deleted: 0, inserted: 2 };

async function validated() {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }, { trip_id: 'b' }]);
  return steps.validated();
}

test('changes the target, writes the history and drops the staging table in one transaction', async () => {
  expect(await steps.submit('merge-into-target', await validated())).toMatchObject({
    status: 'FINISHED',
    rows: [COUNTS],
  });
  expect((await steps.twin.target()).map(([key]) => key)).toEqual(['a', 'b']);
  expect(await steps.twin.history('outcome, staged, duplicates, inserted')).toEqual([['loaded', 3, 1, 2]]);
  expect(await steps.twin.stagingTables()).toEqual([]);
});

test('a retry after a committed merge returns its counts and submits nothing', async () => {
  const load = await validated();
  await steps.submit('merge-into-target', load);
  const before = await steps.twin.target();
  expect(await steps.submit('merge-into-target', load, 1)).toMatchObject({
    status: 'FINISHED',
    rows: [COUNTS],
  });
  expect(await steps.twin.target()).toEqual(before);
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

test('a retry of the step ends the statement before it', async () => {
  const load = await validated();
  const { submitted } = await steps.submitUnending('merge-into-target', 'MergeIntoTarget', load);
  expect(await steps.submit('merge-into-target', load, 1)).toMatchObject({
    status: 'FINISHED',
    rows: [COUNTS],
  });
  await expect(submitted).rejects.toMatchObject({ name: 'StatementAborted' });
  expect(await steps.twin.history('outcome')).toEqual([['loaded']]);
});

test('counts that do not add up roll everything back', async () => {
  const load = await validated();
  const [staging] = (await steps.twin.stagingTables()).map(String);
  await steps.twin.sql(`INSERT INTO sluice."${staging}" SELECT * FROM sluice."${staging}"`);
  await expect(steps.submit('merge-into-target', load)).rejects.toMatchObject({ name: 'RowCountMismatch' });
  expect(await steps.twin.target()).toEqual([]);
  expect(await steps.twin.history('outcome')).toEqual([]);
  expect(await steps.twin.stagingTables()).toEqual([staging]);
});
