import type { Trip } from '../../testkit/parquet';
import { TestTwin } from '../../testkit/test-twin';

const HOURS = ['2026-11-20T08', '2026-11-20T09', '2026-11-20T10'] as const;

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const load = async (partition: string) => {
  const document = await twin.load({ partition });
  expect(document.status).toBe('SUCCEEDED');
  return document.partitions[0];
};

/** Keys with total_amount, which shows the version of each row. */
const amounts = async () => {
  const { rows } = await twin.sql(
    'SELECT trip_id, total_amount, source_partition FROM trips ORDER BY trip_id',
  );
  return rows;
};

test('a second load of the same partition changes nothing', async () => {
  await twin.putTrips(HOURS[0], 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b', total_amount: 5 }]);
  expect(await load(HOURS[0])).toMatchObject({ staged: 2, inserted: 2, deleted: 0 });
  const once = await twin.target();
  expect(await load(HOURS[0])).toMatchObject({ staged: 2, inserted: 2, deleted: 2, superseded: 0 });
  expect(await twin.target()).toEqual(once);
});

test('a repeated load of an old hour never replaces a newer row', async () => {
  await twin.putTrips(HOURS[0], 'a.parquet', [
    { trip_id: 'a', total_amount: 1, updated_at: '2026-11-20 08:10:00' },
  ]);
  await twin.putTrips(HOURS[1], 'a.parquet', [
    { trip_id: 'a', total_amount: 2, updated_at: '2026-11-20 09:10:00' },
  ]);
  await load(HOURS[0]);
  await load(HOURS[1]);
  expect(await load(HOURS[0])).toMatchObject({ staged: 1, superseded: 1, deleted: 0, inserted: 0 });
  expect(await amounts()).toEqual([['a', '2.00', expect.stringContaining('2026-11-20 09')]]);
});

test('the later hour wins among equal versions, in whichever order the hours are loaded', async () => {
  await twin.putTrips(HOURS[0], 'a.parquet', [{ trip_id: 'a', total_amount: 1 }]);
  await twin.putTrips(HOURS[1], 'a.parquet', [{ trip_id: 'a', total_amount: 2 }]);
  await load(HOURS[1]);
  await load(HOURS[0]);
  expect(await amounts()).toMatchObject([['a', '2.00', expect.stringContaining('2026-11-20 09')]]);
});

test('a corrected file of the same hour wins with an equal version', async () => {
  await twin.putTrips(HOURS[0], 'a.parquet', [{ trip_id: 'a', total_amount: 1 }]);
  await load(HOURS[0]);
  await twin.putTrips(HOURS[0], 'a.parquet', [{ trip_id: 'a', total_amount: 3 }]);
  expect(await load(HOURS[0])).toMatchObject({ deleted: 1, inserted: 1 });
  expect(await amounts()).toMatchObject([['a', '3.00', expect.anything()]]);
});

test('duplicates within and across the files of an hour are counted and only one row stays', async () => {
  const trip: Trip = { trip_id: 'a', total_amount: 1 };
  await twin.putTrips(HOURS[0], 'a.parquet', [trip, trip, { trip_id: 'b' }]);
  await twin.putTrips(HOURS[0], 'b.parquet', [trip, { ...trip, total_amount: 9 }]);
  expect(await load(HOURS[0])).toMatchObject({
    files: 2,
    rows_in_files: 5,
    staged: 5,
    duplicates: 3,
    inserted: 2,
  });
  // Equal versions: the remaining columns break the tie, greatest first.
  expect(await amounts()).toMatchObject([
    ['a', '9.00', expect.anything()],
    ['b', '10.00', expect.anything()],
  ]);
});
