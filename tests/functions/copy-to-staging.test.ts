import { addHours } from '../../core/hour';
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

test('hours that come to the step in the same moment have statements of their own', async () => {
  const hours = [HOUR, addHours(HOUR, 1)];
  for (const hour of hours) await steps.twin.putTrips(hour, 'a.parquet', [{ trip_id: hour }]);
  const ids = new Set<string>();
  for (const load of await steps.allListed({ from: hours[0], to: hours[1] })) {
    const inspection = await steps.call('inspect-files', load);
    ids.add((await steps.submit('copy-to-staging', { ...load, inspection })).id);
  }
  expect(ids.size).toBe(2);
  expect(await steps.twin.stagingTables()).toHaveLength(2);
});

test('executions that come to the step in the same moment have statements of their own', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const first = await steps.submit('copy-to-staging', await steps.inspected());
  expect((await steps.submit('copy-to-staging', await steps.inspected())).id).not.toBe(first.id);
  expect(await steps.twin.stagingTables()).toHaveLength(2);
});

test('an attempt that goes on after it was given up does not touch the one that replaced it', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const { id } = await steps.submit('copy-to-staging', load, 1);
  await expect(steps.submit('copy-to-staging', load, 0)).rejects.toMatchObject({
    name: 'StatusUnavailable',
    message: expect.stringContaining(`${id} could not be read: it belongs to a later attempt`) as string,
  });
  expect(await staged()).toEqual(['a']);
});

test('a retry of the step ends the statement before it', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const { submitted } = await steps.submitUnending('copy-to-staging', 'CopyToStaging', load);
  expect(await steps.submit('copy-to-staging', load, 1)).toMatchObject({ status: 'FINISHED' });
  await expect(submitted).rejects.toMatchObject({ name: 'StatementAborted' });
  expect(await staged()).toEqual(['a']);
});
