import { createHash } from 'node:crypto';
import type { Random } from './random';
import type { TripEvent } from './trip-event';

/** Hours of the day in which traffic is slow: the two rush hours and what lies between them. */
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
 * A made-up trip: distances log-normal, its time by distance and traffic, its fare by both.
 * @param id anything that no other trip has.
 */
export function newTrip(random: Random, id: string, pickup: Date): TripEvent {
  const slow = pickup.getUTCHours() >= SLOW_HOURS.from && pickup.getUTCHours() <= SLOW_HOURS.to;
  const miles = Math.min(MOST_MILES, Math.max(0.1, random.logNormal(1.8, 0.85)));
  const milesAnHour = Math.max(3, random.logNormal(slow ? SPEED.slow : SPEED.fast, 0.3));
  const minutes = 2 + (miles / milesAnHour) * 60;
  const dropoff = iso(new Date(pickup.getTime() + Math.round(minutes * 60) * 1_000));
  // A meter charges for distance or, when it crawls, for time: mostly the one, partly the other.
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

/** The same trip with another total, as when a fare is disputed or a tip comes later. */
export function updatedTrip(random: Random, trip: TripEvent, time: Date): TripEvent {
  const change = cents(random.logNormal(2, 0.8));
  // Never below 1 cent more, so that an update always changes something.
  const total = cents((trip.total_amount ?? 0) + Math.max(0.01, change));
  return { ...trip, total_amount: total, updated_at: iso(time) };
}

export function iso(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}

function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
