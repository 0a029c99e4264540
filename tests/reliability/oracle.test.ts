import { Oracle, type TargetRow } from '../../reliability/histories/oracle';
import type { Trip } from '../../reliability/histories/trip';

const EARLY = '2026-11-20T08';
const LATE = '2026-11-20T09';

const trip = (changed: Partial<Trip> = {}): Trip => ({
  trip_id: 'a',
  vendor_id: null,
  pickup_datetime: '2025-12-31 23:59:59',
  dropoff_datetime: null,
  passenger_count: null,
  trip_distance: null,
  total_amount: 1050,
  updated_at: '2026-11-20 08:00:00',
  ...changed,
});

/** A trip as the target holds it, except for the given changes. */
const row = (
  amount: string,
  hour: string,
  changed: Readonly<Record<number, TargetRow[number]>> = {},
): TargetRow =>
  Object.assign(
    ['a', null, '2025-12-31 23:59:59', null, null, null, amount, '2026-11-20 08:00:00', 2025, 12, 31, 23],
    changed,
  ).concat(`${hour.replace('T', ' ')}:00:00`);

const RIGHT: TargetRow[] = [row('10.50', EARLY)];

test('a row that the target holds as it was loaded is right', () => {
  const oracle = new Oracle();
  oracle.commit([{ partition: EARLY, trips: [trip(), trip()] }]);
  expect(oracle.differences(RIGHT)).toEqual([]);
});

test.each<[string, TargetRow[]]>([
  ['a row is missing', []],
  ['a key occurs twice', [...RIGHT, ...RIGHT]],
  ['a key was never loaded', [...RIGHT, row('10.50', EARLY, { 0: 'b' })]],
  ['the partition differs', [row('10.50', LATE)]],
  ...Array.from({ length: 12 }, (_, index): [string, TargetRow[]] => [
    `column ${index} differs`,
    [row('10.50', EARLY, { [index]: '0' })],
  ]),
])('a table is wrong if %s', (_, table) => {
  const oracle = new Oracle();
  oracle.commit([{ partition: EARLY, trips: [trip()] }]);
  expect(oracle.differences(table)).not.toEqual([]);
});

const older = { partition: EARLY, trips: [trip({ total_amount: 100 })] };
const later = { partition: LATE, trips: [trip({ total_amount: 200 })] };

test.each([
  ['one after the other', [[older], [later]]],
  ['the later hour first', [[later], [older]]],
  ['at once', [[later, older]]],
])('the later hour wins among equal versions: %s', (_, groups) => {
  const oracle = new Oracle();
  for (const group of groups) oracle.commit(group);
  expect(oracle.differences([row('2.00', LATE)])).toEqual([]);
  expect(oracle.differences([row('1.00', EARLY)])).not.toEqual([]);
});

test('the last load wins among equal versions of one hour; any of several concurrent loads may win', () => {
  const correction = { partition: EARLY, trips: [trip({ total_amount: 300 })] };
  const inTurn = new Oracle();
  inTurn.commit([older]);
  expect(inTurn.expected(correction)).toEqual({ superseded: 0, deleted: 1 });
  inTurn.commit([correction]);
  expect(inTurn.differences([row('3.00', EARLY)])).toEqual([]);
  expect(inTurn.differences([row('1.00', EARLY)])).not.toEqual([]);

  const atOnce = new Oracle();
  atOnce.commit([older, correction]);
  expect(atOnce.differences([row('3.00', EARLY)])).toEqual([]);
  expect(atOnce.differences([row('1.00', EARLY)])).toEqual([]);
  expect(atOnce.differences([row('2.00', EARLY)])).not.toEqual([]);
});

test('the remaining columns break ties within a load, in their order, nulls last', () => {
  const oracle = new Oracle();
  const trips = [
    trip({ total_amount: 999 }),
    trip({ trip_distance: 0, total_amount: null }),
    trip({ trip_distance: 0, total_amount: -100 }),
  ];
  oracle.commit([{ partition: EARLY, trips }]);
  expect(oracle.differences([row('-1.00', EARLY, { 5: 0 })])).toEqual([]);
});

test('an older version is superseded', () => {
  const oracle = new Oracle();
  oracle.commit([later]);
  const old = { partition: LATE, trips: [trip({ updated_at: '2026-11-19 00:00:00' })] };
  expect(oracle.expected(old)).toEqual({ superseded: 1, deleted: 0 });
  oracle.commit([old]);
  expect(oracle.differences([row('2.00', LATE)])).toEqual([]);
});
