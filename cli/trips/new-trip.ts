import { createHash } from 'node:crypto';
import type { Random } from './random';
import type { TripEvent } from './trip-event';

/** Hours of the day with slow traffic: the two rush hours and the time between them. */
const SLOW_HOURS = { from: 7, to: 19 };
const SPEED = { slow: 9, fast: 14 }; // median miles an hour in a city

const VENDORS = [
  [1, 24],
  [2, 74],
  [6, 2],
] as const;
const PASSENGERS = [
  [1, 72],
  [2, 14],
  [3, 4],
  [4, 3],
  [5, 2],
  [6, 1],
  [null, 4],
] as const;

const FARE = { flag: 3, mile: 3.5, minute: 0.7, surcharges: 4 }; // US dollars
const MOST_MILES = 60;
const TIP_SHARES = [
  [0, 35],
  [0.1, 10],
  [0.15, 15],
  [0.2, 30],
  [0.25, 10],
] as const;

/**
 * Makes up a trip. The distance is log-normal, the time depends on distance and traffic, the fare on both.
 * @param id an id that no other trip has.
 */
export function newTrip(random: Random, id: string, pickup: Date): TripEvent {
  const slow = pickup.getUTCHours() >= SLOW_HOURS.from && pickup.getUTCHours() <= SLOW_HOURS.to;
  const miles = Math.min(MOST_MILES, Math.max(0.1, random.logNormal(1.8, 0.85)));
  const milesAnHour = Math.max(3, random.logNormal(slow ? SPEED.slow : SPEED.fast, 0.3));
  const minutes = 2 + (miles / milesAnHour) * 60;
  const dropoff = iso(new Date(pickup.getTime() + Math.round(minutes * 60) * 1_000));
  // A meter charges for distance or, in slow traffic, for time: mostly for the first.
  const fare = FARE.flag + FARE.mile * miles * 0.8 + FARE.minute * minutes * 0.4 + FARE.surcharges;
  return {
    trip_id: createHash('sha256').update(id).digest('hex'),
    vendor_id: random.weighted(VENDORS),
    pickup_datetime: iso(pickup),
    dropoff_datetime: dropoff,
    passenger_count: random.weighted<number | null>(PASSENGERS),
    trip_distance: Math.round(miles * 100) / 100,
    total_amount: cents(fare * (1 + random.weighted<number>(TIP_SHARES))),
    updated_at: dropoff,
  };
}

/** The same trip with another total, as after a disputed fare or a later tip. */
export function updatedTrip(random: Random, trip: TripEvent, time: Date): TripEvent {
  const change = cents(random.logNormal(2, 0.8));
  // At least 1 cent more, so that an update always changes a value.
  const total = cents((trip.total_amount ?? 0) + Math.max(0.01, change));
  return { ...trip, total_amount: total, updated_at: iso(time) };
}

export function iso(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}

function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
