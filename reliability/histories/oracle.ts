import type { Hour } from '../../core/hour';
import { REMAINING, type Trip } from './trip';

/** What one load brought: the rows of the files that it took, as they stand in the files. */
export interface Delivery {
  readonly partition: Hour;
  readonly trips: readonly Trip[];
}

/** A row of the target, as text: the columns of the dataset, then year, month, day, hour, source_partition. */
export type TargetRow = readonly (string | number | null)[];

/** What a load's counts have to be, where nothing else was loaded at the same time. */
export interface ExpectedCounts {
  readonly superseded: number;
  readonly deleted: number;
}

interface Candidate {
  readonly trip: Trip;
  readonly partition: Hour;
}

/**
 * The table that the definition in docs/convergence.md asks for, from the contents of the files alone.
 * Of loads that ran at the same time any order of commit is right, so a key has several rows that may stand
 * where such loads brought different ones of equal version and partition.
 */
export class Oracle {
  /** By key. */
  private readonly standing = new Map<string, readonly Candidate[]>();
  /** Every row that was ever loaded, by key. */
  private readonly loaded = new Map<string, Candidate[]>();

  /** What one load will count, if it is the next to be committed. */
  expected(delivery: Delivery): ExpectedCounts {
    let superseded = 0;
    let deleted = 0;
    for (const offer of offersOf(delivery)) {
      const [stands] = this.standing.get(offer.trip.trip_id) ?? [];
      if (stands === undefined) continue;
      if (compareAge(stands, offer) > 0) superseded += 1;
      else deleted += 1;
    }
    return { superseded, deleted };
  }

  /** Takes loads in that were committed since the last call, in an order that is not known. */
  commit(deliveries: readonly Delivery[]): void {
    const offers = new Map<string, Candidate[]>();
    for (const delivery of deliveries) {
      for (const offer of offersOf(delivery)) push(offers, offer.trip.trip_id, offer);
      for (const trip of delivery.trips)
        push(this.loaded, trip.trip_id, { trip, partition: delivery.partition });
    }
    for (const [key, candidates] of offers) {
      const greatest = candidates.reduce((one, other) => (compareAge(one, other) >= 0 ? one : other));
      const [stands] = this.standing.get(key) ?? [];
      // An equal one is replaced: a correction of the same hour wins also with an equal version.
      if (stands !== undefined && compareAge(stands, greatest) > 0) continue;
      this.standing.set(
        key,
        candidates.filter((each) => compareAge(each, greatest) === 0),
      );
    }
  }

  /** How a table differs from what it has to be; nothing where it is right. */
  differences(table: readonly TargetRow[]): string[] {
    const found = new Map<string, TargetRow[]>();
    for (const row of table) push(found, String(row[0]), row);
    const keys = [...new Set([...found.keys(), ...this.standing.keys()])].sort();
    return keys.flatMap((key) => {
      const rows = (found.get(key) ?? []).map(text);
      const may = [...new Set((this.standing.get(key) ?? []).map((each) => text(targetRow(each))))];
      const isRight = rows.length === 1 && may.includes(rows[0] ?? '');
      const must = this.greatestEverLoaded(key);
      if (isRight && (must === undefined || rows[0] === must)) return [];
      return [
        `key ${key}`,
        ...(rows.length > 0 ? rows : ['nothing']).map((row) => `  holds      ${row}`),
        ...(may.length > 0 ? may : ['nothing']).map((row) => `  should be  ${row}`),
        ...(must === undefined || may.includes(must)
          ? []
          : [`  of all rows ever loaded the greatest is ${must}`]),
      ];
    });
  }

  /**
   * The stronger form, for which the order of the loads does not matter: the row with the greatest version and
   * partition of all that were ever loaded. Undefined where different rows share these.
   */
  private greatestEverLoaded(key: string): string | undefined {
    const candidates = this.loaded.get(key) ?? [];
    const newestFirst = [...candidates].sort((one, other) => compareAge(other, one));
    const [first] = newestFirst;
    if (first === undefined) return undefined;
    const rows = new Set(
      newestFirst.filter((each) => compareAge(each, first) === 0).map((each) => text(targetRow(each))),
    );
    return rows.size === 1 ? [...rows][0] : undefined;
  }
}

/** One row for each key of a load: the greatest version, ties broken by all remaining columns. */
function offersOf({ partition, trips }: Delivery): Candidate[] {
  const best = new Map<string, Trip>();
  for (const trip of trips) {
    const other = best.get(trip.trip_id);
    if (other === undefined || compareInStaging(trip, other) > 0) best.set(trip.trip_id, trip);
  }
  return [...best.values()].map((trip) => ({ trip, partition }));
}

export function keysOf(trips: readonly Trip[]): number {
  return new Set(trips.map((trip) => trip.trip_id)).size;
}

/** Positive where the first has the greater version, or the same and the later partition. */
function compareAge(one: Candidate, other: Candidate): number {
  return compare(one.trip.updated_at, other.trip.updated_at) || compare(one.partition, other.partition);
}

function compareInStaging(one: Trip, other: Trip): number {
  for (const column of ['updated_at', ...REMAINING] as const) {
    const order = compare(one[column], other[column]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Nulls are the least: they stand last where the greatest stands first. */
function compare(one: string | number | null, other: string | number | null): number {
  if (one === other) return 0;
  if (one === null) return -1;
  if (other === null) return 1;
  return one > other ? 1 : -1;
}

function targetRow({ trip, partition }: Candidate): TargetRow {
  const [year, month, day, hour] = trip.pickup_datetime.split(/[- :]/).map(Number);
  return [
    trip.trip_id,
    trip.vendor_id,
    trip.pickup_datetime,
    trip.dropoff_datetime,
    trip.passenger_count,
    trip.trip_distance,
    trip.total_amount === null ? null : (trip.total_amount / 100).toFixed(2),
    trip.updated_at,
    year ?? null,
    month ?? null,
    day ?? null,
    hour ?? null,
    `${partition.replace('T', ' ')}:00:00`,
  ];
}

function text(row: TargetRow): string {
  return row.map((value) => (value === null ? 'null' : String(value))).join(' | ');
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
