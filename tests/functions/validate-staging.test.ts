import { HOUR, inspectedOtherwise, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

test('counts rows, keys and events of other hours, and returns their range', async () => {
  const trip = (trip_id: string, pickup_datetime: string) => ({ trip_id, pickup_datetime });
  await steps.twin.putTrips(HOUR, 'a.parquet', [
    trip('a', '2026-11-20 08:59:59.999999'),
    trip('b', '2026-11-20 07:59:59'),
    trip('b', '2026-11-20 09:00:00'),
  ]);
  expect(await steps.call('validate-staging', await steps.copied())).toEqual([
    {
      partition: HOUR,
      staged: 3,
      keys: 2,
      other_hours: 2,
      first_event: '2026-11-20 07:59:59',
      last_event: '2026-11-20 09:00:00',
      warehouse_seconds: expect.any(Number) as number,
    },
  ]);
});

test('row counts that differ from the footers, and null keys, stop the load', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.copied();
  const [staging] = (await steps.twin.stagingTables()).map(String);
  await steps.twin.sql(`INSERT INTO sluice."${staging}" SELECT * FROM sluice."${staging}"`);
  await expect(steps.call('validate-staging', load)).rejects.toMatchObject({ name: 'RowCountMismatch' });
  await steps.twin.sql(`DELETE FROM sluice."${staging}"`);
  await steps.twin.sql(`INSERT INTO sluice."${staging}" (vendor_id) VALUES (1)`);
  // As another COPY, because the step goes on with the count that it has made.
  const another = inspectedOtherwise(load, { further_copies: 1 });
  await expect(steps.call('validate-staging', another)).rejects.toMatchObject({
    name: 'NullKeys',
    message: expect.stringContaining('trip_id in 1 of 1') as string,
  });
});
