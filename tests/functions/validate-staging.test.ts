import { HOUR, Steps, type State } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

async function judged(load: State): Promise<State> {
  const statement = await steps.submit('validate-staging', load);
  return steps.call('validate-staging', { load, entered: '', statement });
}

test('counts rows, keys and events of other hours, and returns their range', async () => {
  const trip = (trip_id: string, pickup_datetime: string) => ({ trip_id, pickup_datetime });
  await steps.twin.putTrips(HOUR, 'a.parquet', [
    trip('a', '2026-11-20 08:59:59.999999'),
    trip('b', '2026-11-20 07:59:59'),
    trip('b', '2026-11-20 09:00:00'),
  ]);
  expect(await judged(await steps.copied())).toEqual({
    staged: 3,
    keys: 2,
    other_hours: 2,
    first_event: '2026-11-20 07:59:59',
    last_event: '2026-11-20 09:00:00',
  });
});

test('row counts that differ from the footers, and null keys, stop the load', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.copied();
  const [staging] = (await steps.twin.stagingTables()).map(String);
  await steps.twin.sql(`INSERT INTO sluice."${staging}" SELECT * FROM sluice."${staging}"`);
  await expect(judged(load)).rejects.toMatchObject({ name: 'RowCountMismatch' });
  await steps.twin.sql(`DELETE FROM sluice."${staging}"`);
  await steps.twin.sql(`INSERT INTO sluice."${staging}" (vendor_id) VALUES (1)`);
  // A new attempt, because the service would return the first count otherwise.
  const statement = await steps.submit('validate-staging', load, 1);
  await expect(steps.call('validate-staging', { load, entered: '', statement })).rejects.toMatchObject({
    name: 'NullKeys',
    message: expect.stringContaining('trip_id in 1 of 1') as string,
  });
});
