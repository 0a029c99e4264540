import { Readable } from 'node:stream';
import { addHours, HOUR_MILLISECONDS, startOfHour, type Hour } from '../../core/hour';
import type { ArrivingEvent } from './arrival';
import { newTrip, updatedTrip } from './new-trip';
import { Random } from './random';
import type { TripEvent } from './trip-event';

export interface GeneratorOptions {
  /** Number of events, with duplicates, late events and updates. */
  readonly rows: number;
  /** The same seed makes the same events. */
  readonly seed: number;
  /** Number of consecutive hours of arrival. */
  readonly hours: number;
  /** The last hour of arrival. */
  readonly until: Hour;
}

/** Firehose delivers at least once: the share of events that are repeated unchanged, in the same or the next hour. */
const DUPLICATES = 0.01;
/** The share of trips that are reported again, with another total and a later updated_at. */
const UPDATES = 0.03;
/** The share of trips from an earlier hour. */
const LATE = 0.02;
const MOST_HOURS_LATE = 3;

/** Number of remembered trips, from which duplicates and updates are made, whatever the number of rows. */
const REMEMBERED = 2_000;

/** The weight of each hour of a day, in UTC: quiet nights, a morning rush and a higher evening rush. */
const BUSINESS = [
  34, 22, 15, 10, 8, 10, 22, 44, 60, 58, 54, 57, 62, 63, 68, 72, 74, 84, 92, 86, 74, 70, 66, 52,
];

type ArrivingTrip = ArrivingEvent & { readonly event: TripEvent };

/** Makes up trips, in the order of their hours of arrival. */
export function generateTrips(options: GeneratorOptions): AsyncIterable<ArrivingTrip> {
  return Readable.from(tripsOf(options));
}

function* tripsOf(options: GeneratorOptions): Generator<ArrivingTrip> {
  const random = new Random(options.seed);
  const hours = Array.from({ length: options.hours }, (_, index) =>
    addHours(options.until, index + 1 - options.hours),
  );
  const known = new Memory<TripEvent>(random);
  let before: Memory<TripEvent> | undefined;
  let made = 0;

  for (const [index, rows] of spread(options.rows, hours.map(businessOf)).entries()) {
    const arrival = hours[index] ?? options.until;
    const start = startOfHour(arrival).getTime();
    const now = new Memory<TripEvent>(random);
    for (let row = 0; row < rows; row += 1) {
      const event = nextEvent(start, row / rows, now, before);
      now.add(event);
      yield { arrival, event };
    }
    before = now;
  }

  /** @param start start of the hour of arrival, in milliseconds. @param progress the passed part of it, from 0 to 1. */
  function nextEvent(
    start: number,
    progress: number,
    now: Memory<TripEvent>,
    last: Memory<TripEvent> | undefined,
  ): TripEvent {
    const kind = random.next();
    if (kind < DUPLICATES) {
      const again = (last && random.chance(0.5) ? last : now).pick();
      if (again) return again;
    } else if (kind < DUPLICATES + UPDATES) {
      const trip = known.take();
      if (trip) {
        const earliest = Math.max(start, Date.parse(trip.updated_at ?? ''));
        const updated = updatedTrip(random, trip, new Date(earliest + random.integer(1, 600) * 1_000));
        known.add(updated);
        return updated;
      }
    }
    const late = random.chance(LATE / (1 - DUPLICATES - UPDATES)) ? random.integer(1, MOST_HOURS_LATE) : 0;
    const second = Math.floor((late > 0 ? random.next() : progress) * (HOUR_MILLISECONDS / 1_000)) * 1_000;
    const pickup = new Date(start - late * HOUR_MILLISECONDS + second);
    // The pickup is in the id, so that it never changes, as the dataset promises, whenever trips are made up again.
    const trip = newTrip(random, `${options.seed}/${pickup.getTime()}/${(made += 1)}`, pickup);
    known.add(trip);
    return trip;
  }
}

function businessOf(hour: Hour): number {
  return BUSINESS[startOfHour(hour).getUTCHours()] ?? 1;
}

/** Divides a number of rows by weights. The parts add up to the number. */
export function spread(rows: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let weighed = 0;
  let given = 0;
  return weights.map((weight) => {
    weighed += weight;
    const part = Math.round((rows * weighed) / total) - given;
    given += part;
    return part;
  });
}

/** Remembers some of many values: when it is full, each new value replaces a random one. */
class Memory<Value> {
  private readonly values: Value[] = [];

  constructor(private readonly random: Random) {}

  add(value: Value): void {
    if (this.values.length < REMEMBERED) this.values.push(value);
    else this.values[this.random.integer(0, REMEMBERED - 1)] = value;
  }

  pick(): Value | undefined {
    return this.random.pick(this.values);
  }

  /** Picks a random value and forgets it. */
  take(): Value | undefined {
    if (this.values.length === 0) return undefined;
    const index = this.random.integer(0, this.values.length - 1);
    const last = this.values.pop();
    if (index === this.values.length) return last;
    const taken = this.values[index];
    if (last !== undefined) this.values[index] = last;
    return taken;
  }
}
