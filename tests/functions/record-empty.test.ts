import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

test('an hour without files is recorded once, however often the step runs', async () => {
  const load = await steps.inspected();
  expect(load).toMatchObject({ outcome: 'empty', partitions: [{ inspection: { outcome: 'empty' } }] });
  for (let attempt = 0; attempt < 2; attempt += 1) await steps.call('record-empty', load);
  expect(await steps.twin.history('partition, outcome, files')).toEqual([[HOUR, 'empty', 0]]);
});

test('the staging tables of COPYs before it are dropped', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await steps.call('record-empty', await steps.copied());
  expect(await steps.twin.stagingTables()).toEqual([]);
});
