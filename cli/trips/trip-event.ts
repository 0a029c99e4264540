/** A taxi trip as its meter reports it: the columns of `datasets/trips.yml`. Times are UTC, ISO 8601. */
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
