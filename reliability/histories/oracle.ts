import type { Hour } from '../../core/hour';
import { REMAINING, type Trip } from './trip';

/** The rows of the files that one load took, as the files hold them. */
export interface Delivery {
  readonly partition: Hour;
  readonly trips: readonly Trip[];
}

/** A row of the target, as text: the columns of the dataset, then year, month, day, hour, source_partition. */
export type TargetRow = readonly (string | number | null)[];

/** The expected counts of a load, if no other load ran at the same time. */
export interface ExpectedCounts {
  readonly superseded: number;
  readonly deleted: number;
}

interface Candidate {
  readonly trip: Trip;
  readonly partition: Hour;
}

/**
 * Computes the table that docs/convergence.md defines, from the contents of the files alone. Concurrent loads may
 * commit in any order. If they have different rows of one key with equal version and partition, each of these rows is
 * right.
 */
export class Oracle {
  /** The rows that may be in the target, by key. */
  private readonly standing = new Map<string, readonly Candidate[]>();
  /** Every row that was ever loaded, by key. */
  private readonly loaded = new Map<string, Candidate[]>();

  /** The counts of a load, if it commits next. */
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

  /** Adds the loads that committed since the last call, in an unknown order. */
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
      // An equal row is replaced: a correction of the same hour also wins with an equal version.
      if (stands !== undefined && compareAge(stands, greatest) > 0) continue;
      this.standing.set(
        key,
        candidates.filter((each) => compareAge(each, greatest) === 0),
      );
    }
  }

  /** The differences between a table and the expected one; empty if the table is right. */
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
   * A stronger expectation, which does not depend on the order of the loads: the row with the greatest version and
   * partition that was ever loaded. Undefined if several rows share them.
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

/** One row for each key of a load: the one with the greatest version. All remaining columns break ties. */
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

/** Positive if the first has the greater version, or the same version and the later partition. */
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

/** Nulls are the least: they come last if the greatest comes first. */
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
