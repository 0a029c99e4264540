import type { Dataset } from '../../core/dataset';
import { UsageError } from '../shared/output';

/** A taxi trip, with the columns of `datasets/trips.yml`. Times are in UTC, ISO 8601. */
export interface TripEvent {
  readonly trip_id: string;
  readonly vendor_id: number | null;
  readonly pickup_datetime: string | null;
  readonly dropoff_datetime: string | null;
  readonly passenger_count: number | null;
  /** Miles. */
  readonly trip_distance: number | null;
  /** US dollars. */
  readonly total_amount: number | null;
  readonly updated_at: string | null;
}

export const TRIP_ATTRIBUTES = [
  'trip_id',
  'vendor_id',
  'pickup_datetime',
  'dropoff_datetime',
  'passenger_count',
  'trip_distance',
  'total_amount',
  'updated_at',
] as const satisfies readonly (keyof TripEvent)[];

/** Checks that a trip has every required column of a dataset. @throws UsageError */
export function checkTakesTrips({ name: dataset, columns }: Dataset): void {
  const missing = columns.filter(
    ({ name, required }) => required && !TRIP_ATTRIBUTES.some((attribute) => attribute === name),
  );
  if (missing.length === 0) return;
  throw new UsageError(
    `A trip has no value for ${missing.map(({ name }) => name).join(', ')} of dataset ${dataset}. ` +
      'Stream a file of JSON events, or name another --dataset.',
  );
}
