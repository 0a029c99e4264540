/** A row of the dataset trips, as a file holds it. Times are UTC as `2026-11-20 08:00:00`. */
export interface Trip {
  readonly trip_id: string;
  readonly vendor_id: number | null;
  readonly pickup_datetime: string;
  readonly dropoff_datetime: string | null;
  readonly passenger_count: number | null;
  readonly trip_distance: number | null;
  /** In cents. */
  readonly total_amount: number | null;
  readonly updated_at: string;
}

/** The columns that break ties, in the order of datasets/trips.yml: all except the key and the version. */
export const REMAINING = [
  'vendor_id',
  'pickup_datetime',
  'dropoff_datetime',
  'passenger_count',
  'trip_distance',
  'total_amount',
] as const satisfies readonly (keyof Trip)[];

/** A short text for a story. It leaves out nulls. */
export function tripText(trip: Trip): string {
  const time = (text: string) => text.slice(5, 16);
  const parts = [
    `${trip.trip_id}@${trip.updated_at.slice(11, 16)}`,
    ...(trip.vendor_id === null ? [] : [`vendor ${trip.vendor_id}`]),
    `picked up ${time(trip.pickup_datetime)}`,
    ...(trip.dropoff_datetime === null ? [] : [`dropped off ${time(trip.dropoff_datetime)}`]),
    ...(trip.passenger_count === null ? [] : [`${trip.passenger_count} passengers`]),
    ...(trip.trip_distance === null ? [] : [`${trip.trip_distance} miles`]),
    ...(trip.total_amount === null ? [] : [`${(trip.total_amount / 100).toFixed(2)} $`]),
  ];
  return parts.join(' ');
}
