import type { WarehouseUse } from '../../core/bill';
import { dollarsOfRpuSeconds } from '../../core/prices';
import { warehouseOfStage } from '../bill/stage-use';
import { isTwin, type Connection } from '../shared/connection';

/** What the warehouse was used for since midnight, UTC, by everybody who uses the workgroup. */
export interface Today {
  readonly wake_ups: number | null;
  /** At the list price; on a stage at least this. Null: unknown, and the notes say why. */
  readonly dollars: number | null;
  /** The base capacity of the workgroup, in RPU; null: it has none, or nobody knows it. */
  readonly capacity: number | null;
  readonly notes: readonly string[];
}

/** Asks the twin's meter or CloudWatch, never the warehouse. */
export async function readToday(connection: Connection, now: Date): Promise<Today> {
  const midnight = new Date(now);
  midnight.setUTCHours(0, 0, 0, 0);
  const { warehouse, notes } = isTwin(connection)
    ? { warehouse: (await connection.usage(midnight)).warehouse, notes: [] }
    : await warehouseOfStage(connection, midnight, now);
  return { ...useOf(warehouse), notes };
}

const useOf = (warehouse: WarehouseUse | null): Omit<Today, 'notes'> => ({
  wake_ups: warehouse?.wake_ups ?? null,
  capacity: warehouse?.capacity ?? null,
  dollars: warehouse === null ? null : dollarsOfRpuSeconds(warehouse.billed_rpu_seconds),
});
