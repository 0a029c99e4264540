import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

const staged = async () => {
  const [table] = await steps.twin.stagingTables();
  return (await steps.twin.sql(`SELECT trip_id FROM sluice."${String(table)}" ORDER BY 1`)).rows.flat();
};

test('creates the load’s own staging table and copies exactly the plan’s files', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'a' }]);
  const load = await steps.inspected();
  await steps.twin.putTrips(HOUR, 'later.parquet', [{ trip_id: 'later' }]);
  expect(await steps.submit('copy-to-staging', load)).toMatchObject({ status: 'FINISHED', rows: [] });
  expect(await staged()).toEqual(['a', 'a']);
});

test('Lambda’s own retry gets the same statement; a retry of the step starts a new one', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const first = await steps.submit('copy-to-staging', load);
  expect((await steps.submit('copy-to-staging', load)).id).toBe(first.id);
  expect((await steps.submit('copy-to-staging', load, 1)).id).not.toBe(first.id);
  expect(await staged()).toEqual(['a']);
});
