import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateTrips, spread, type GeneratorOptions } from '../../../cli/trips/generate';
import type { TripEvent } from '../../../cli/trips/trip-event';
import { parseDataset } from '../../../core/dataset';
import { hourOf } from '../../../core/hour';
import { transformEvent } from '../../../core/transform';

const OPTIONS: GeneratorOptions = { rows: 20_000, seed: 7, hours: 24, until: '2026-11-23T08' };

async function generated(options: Partial<GeneratorOptions> = {}) {
  const events: { arrival: string; event: TripEvent }[] = [];
  for await (const each of generateTrips({ ...OPTIONS, ...options })) events.push(each);
  return events;
}

test('generates the exact number of events, over the hours up to the last one, in order of arrival', async () => {
  for (const [rows, hours] of [
    [20_000, 24],
    [1, 1],
    [7, 3],
    [100, 30],
    [0, 4],
  ] as const) {
    const arrivals = (await generated({ rows, hours })).map(({ arrival }) => arrival);
    expect(arrivals).toHaveLength(rows);
    expect(arrivals).toEqual([...arrivals].sort());
    expect(new Set(arrivals).size).toBeLessThanOrEqual(hours);
  }
  const arrivals = new Set((await generated()).map(({ arrival }) => arrival));
  expect([...arrivals][0]).toBe('2026-11-22T09');
  expect([...arrivals].at(-1)).toBe('2026-11-23T08');
  expect(arrivals.size).toBe(24);
});

test('the same seed gives the same events, and another seed gives others', async () => {
  const first = await generated({ rows: 500 });
  expect(await generated({ rows: 500 })).toEqual(first);
  expect(await generated({ rows: 500, seed: 8 })).not.toEqual(first);
});

test('the pickup of a trip never changes, whenever trips are made up again', async () => {
  const pickups = new Map<string, string>();
  for (const until of ['2026-11-23T08', '2026-11-23T10', '2026-11-24T08'])
    for (const { event } of await generated({ rows: 2_000, until })) {
      const { trip_id: id } = event;
      const pickup = event.pickup_datetime ?? '';
      expect(pickups.get(id) ?? pickup).toBe(pickup);
      pickups.set(id, pickup);
    }
  expect(pickups.size).toBeGreaterThan(2_000);
});

test('about one event in a hundred is a duplicate, two are late, three are updates', async () => {
  const events = await generated();
  const seen = new Map<string, string>();
  const latest = new Map<string, TripEvent>();
  const counts = { duplicates: 0, late: 0, updates: 0 };
  const hoursBetween = (from: string, to: string) =>
    (Date.parse(`${to}:00:00Z`) - Date.parse(`${from}:00:00Z`)) / 3_600_000;
  const gaps = { duplicates: new Set<number>(), late: new Set<number>() };
  for (const { arrival, event } of events) {
    const text = JSON.stringify(event);
    const earlier = latest.get(event.trip_id);
    if (seen.has(text)) {
      counts.duplicates += 1;
      gaps.duplicates.add(hoursBetween(seen.get(text) ?? '', arrival));
      continue;
    }
    seen.set(text, arrival);
    latest.set(event.trip_id, event);
    if (earlier) {
      counts.updates += 1;
      expect(Date.parse(event.updated_at ?? '')).toBeGreaterThan(Date.parse(earlier.updated_at ?? ''));
      expect(event.total_amount).not.toBe(earlier.total_amount);
      expect({ ...event, total_amount: 0, updated_at: '' }).toEqual({
        ...earlier,
        total_amount: 0,
        updated_at: '',
      });
      continue;
    }
    const hours = hoursBetween(hourOf(new Date(event.pickup_datetime ?? '')), arrival);
    gaps.late.add(hours);
    if (hours > 0) counts.late += 1;
  }
  expect([...gaps.duplicates].sort()).toEqual([0, 1]);
  expect([...gaps.late].sort()).toEqual([0, 1, 2, 3]);
  const share = (count: number) => count / events.length;
  expect(share(counts.duplicates)).toBeGreaterThan(0.006);
  expect(share(counts.duplicates)).toBeLessThan(0.014);
  expect(share(counts.late)).toBeGreaterThan(0.015);
  expect(share(counts.late)).toBeLessThan(0.025);
  expect(share(counts.updates)).toBeGreaterThan(0.024);
  expect(share(counts.updates)).toBeLessThan(0.036);
});

test('the dataset trips accepts every event', async () => {
  const file = join(__dirname, '../../../datasets/trips.yml');
  const trips = parseDataset(readFileSync(file, 'utf8'), 'trips.yml');
  for (const { event } of await generated({ rows: 2_000 })) {
    expect(transformEvent(trips, JSON.stringify(event))).toMatchObject({ accepted: true });
  }
});

test('trips have realistic distributions', async () => {
  const trips = (await generated()).map(({ event }) => event);
  const numbers = (pick: (trip: TripEvent) => number | null) =>
    trips
      .map(pick)
      .filter((value) => value !== null)
      .sort((left, right) => left - right);
  const distances = numbers((trip) => trip.trip_distance);
  const median = distances[distances.length / 2] ?? 0;
  const mean = distances.reduce((sum, each) => sum + each, 0) / distances.length;
  // Log-normal: most are short, a few are very long.
  expect(median).toBeGreaterThan(1.5);
  expect(median).toBeLessThan(2.2);
  expect(mean).toBeGreaterThan(median * 1.2);
  expect(distances.at(-1)).toBeLessThanOrEqual(60);
  expect(new Set(trips.map((trip) => trip.vendor_id))).toEqual(new Set([1, 2, 6]));
  expect(trips.some((trip) => trip.passenger_count === null)).toBe(true);
  expect(
    trips.every((trip) => Date.parse(trip.dropoff_datetime ?? '') > Date.parse(trip.pickup_datetime ?? '')),
  ).toBe(true);

  const fareOf = (least: number, most: number) => {
    const fares = trips
      .filter(({ trip_distance: miles }) => miles !== null && miles >= least && miles < most)
      .map((trip) => trip.total_amount ?? 0);
    return fares.reduce((sum, each) => sum + each, 0) / fares.length;
  };
  expect(fareOf(0, 1)).toBeLessThan(fareOf(2, 4));
  expect(fareOf(2, 4)).toBeLessThan(fareOf(8, 60));

  const inHour = (hour: number) =>
    trips.filter((trip) => trip.pickup_datetime?.slice(11, 13) === String(hour).padStart(2, '0')).length;
  expect(inHour(18)).toBeGreaterThan(inHour(4) * 5);
});

test('the parts add up to the number, whatever the weights', () => {
  expect(spread(10, [1, 1, 1])).toEqual([3, 4, 3]);
  expect(spread(1, [1, 1, 1, 1]).reduce((sum, part) => sum + part, 0)).toBe(1);
  expect(spread(1_000_003, [34, 22, 15, 10, 8]).reduce((sum, part) => sum + part, 0)).toBe(1_000_003);
});
