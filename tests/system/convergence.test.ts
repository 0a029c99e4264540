import fc from 'fast-check';
import type { Trip } from '../support/parquet';
import { TestTwin } from '../support/test-twin';

const HOURS = ['2026-11-20T08', '2026-11-20T09', '2026-11-20T10'] as const;

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.start();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const load = async (partition: string) => {
  const document = await twin.load({ partition });
  expect(document.status).toBe('SUCCEEDED');
  return document.partitions[0];
};

/** key → total_amount: which version of each row stands. */
const amounts = async () => {
  const { rows } = await twin.sql(
    'SELECT trip_id, total_amount, source_partition FROM trips ORDER BY trip_id',
  );
  return rows;
};

test('the same partition twice changes nothing', async () => {
  await twin.putTrips(HOURS[0], 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b', total_amount: 5 }]);
  expect(await load(HOURS[0])).toMatchObject({ staged: 2, inserted: 2, deleted: 0 });
  const once = await twin.target();
  expect(await load(HOURS[0])).toMatchObject({ staged: 2, inserted: 2, deleted: 2, superseded: 0 });
  expect(await twin.target()).toEqual(once);
});

test('a re-run of an old hour never undoes a newer row', async () => {
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

test('of equal versions the later hour stands, in whichever order the hours are loaded', async () => {
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

test('duplicates within and across the files of an hour are counted and only one row stands', async () => {
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

const trips = fc.array(
  fc.record({
    trip_id: fc.constantFrom('a', 'b', 'c', 'd'),
    total_amount: fc.integer({ min: 0, max: 9 }),
    passenger_count: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    updated_at: fc.constantFrom('2026-11-20 08:00:00', '2026-11-20 09:00:00', '2026-11-20 10:00:00'),
  }),
  { minLength: 1, maxLength: 6 },
);
const history = fc.record({
  hours: fc.tuple(trips, trips, trips),
  order: fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 3 }),
});

test('partitions in any order, any number of times, give the same table', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ hours, order }) => {
      for (const [index, rows] of hours.entries()) await twin.putTrips(HOURS[index] ?? '', 'a.parquet', rows);
      const indexes = [...order, 0, 1, 2].filter(
        (each, at, all) => at < order.length || !all.slice(0, at).includes(each),
      );
      for (const index of indexes) await load(HOURS[index] ?? '');
      expect(await amounts()).toEqual(expectedRows(hours));
      await twin.reset();
    }),
    { numRuns: 6 },
  );
});

/** The oracle, straight from the definition: the greatest (version, hour), then the remaining columns in order. */
function expectedRows(hours: readonly (readonly Trip[])[]): unknown[][] {
  const rank = (trip: Trip, hour: number) =>
    [trip.updated_at, hour, trip.passenger_count ?? -1, trip.total_amount] as const;
  const winners = new Map<string, { trip: Trip; hour: number }>();
  hours.forEach((rows, hour) => {
    for (const trip of rows) {
      const before = winners.get(String(trip.trip_id));
      const left = rank(trip, hour);
      const right = before && rank(before.trip, before.hour);
      const at = right ? left.findIndex((value, index) => value !== right[index]) : 0;
      if (!right || (at >= 0 && (left[at] ?? 0) > (right[at] ?? 0)))
        winners.set(String(trip.trip_id), { trip, hour });
    }
  });
  return [...winners]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([id, { trip, hour }]) => [
      id,
      (trip.total_amount ?? 0).toFixed(2),
      expect.stringContaining((HOURS[hour] ?? '').replace('T', ' ')) as unknown,
    ]);
}
