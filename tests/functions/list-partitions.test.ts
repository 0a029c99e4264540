import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

test('gives each partition what the steps after it need, and creates the warehouse', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await steps.call('list-partitions', { input: { partition: HOUR }, execution: 'by-hand' })).toEqual({
    dataset: 'trips',
    several: false,
    plan: false,
    partitions: [
      {
        dataset: 'trips',
        execution: 'by-hand',
        partition: HOUR,
        reason: 'requested',
        files: 1,
        diagnosis_bytes: 100_000,
      },
    ],
    waiting: 0,
    next: null,
    max_concurrency: 4,
  });
  expect((await steps.twin.sql('SELECT COUNT(*) FROM trips')).rows).toEqual([[0]]);
});

test('throws what Retry and Catch match on by its name', async () => {
  await expect(steps.call('list-partitions', { input: { hour: 8 }, execution: 'x' })).rejects.toMatchObject({
    name: 'InvalidInput',
  });
  await expect(steps.call('list-partitions', {})).rejects.toMatchObject({ name: 'ConfigurationError' });
});
