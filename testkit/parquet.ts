export { parquetOf } from '../local/behaviour/parquet/written-file';

export interface Trip {
  readonly trip_id: string | null;
  readonly vendor_id?: number;
  readonly pickup_datetime?: string;
  readonly dropoff_datetime?: string;
  readonly passenger_count?: number;
  readonly trip_distance?: number;
  readonly total_amount?: number;
  readonly updated_at?: string;
}

/** A SELECT of trips, with the columns and order of datasets/trips.yml. */
export function tripsSelect(trips: readonly Trip[]): string {
  const text = (value: string | null | undefined, otherwise: string) =>
    value === null ? 'NULL' : `'${(value ?? otherwise).replaceAll("'", "''")}'`;
  return trips
    .map(
      (trip) =>
        `SELECT ${text(trip.trip_id, '')}::VARCHAR AS trip_id, ${trip.vendor_id ?? 1}::INTEGER AS vendor_id, ` +
        `${text(trip.pickup_datetime, '2026-11-23 08:00:00')}::TIMESTAMP AS pickup_datetime, ` +
        `${text(trip.dropoff_datetime, '2026-11-23 08:20:00')}::TIMESTAMP AS dropoff_datetime, ` +
        `${trip.passenger_count ?? 'NULL'}::INTEGER AS passenger_count, ` +
        `${trip.trip_distance ?? 1.5}::DOUBLE AS trip_distance, ${trip.total_amount ?? 10}::DECIMAL(10,2) AS total_amount, ` +
        `${text(trip.updated_at, '2026-11-23 08:20:00')}::TIMESTAMP AS updated_at`,
    )
    .join(' UNION ALL ');
}
