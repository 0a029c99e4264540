import { dollarsOfRpuSeconds } from './prices';
import { secondsOf, windowsOf } from './warehouse-windows';

/** When a statement ran, in milliseconds since 1970. A merge that waits for another one is running, too. */
export interface StatementTime {
  readonly start: number;
  readonly end: number;
}

/** The seconds for which these statements ran, each by itself, to the millisecond. */
export function warehouseSeconds(times: readonly StatementTime[]): number {
  return Math.round(times.reduce((sum, { start, end }) => sum + end - start, 0)) / 1_000;
}

/**
 * What the windows of the warehouse cost in which these statements ran, as if nobody else had used it then: an estimate, by
 * the prices in prices.ts.
 * @param capacity the workgroup's base capacity, in RPU. @returns dollars.
 */
export function warehouseDollars(times: readonly StatementTime[], capacity: number): number {
  const windows = windowsOf(times.map(({ start, end }) => secondsOf(start, end)));
  const seconds = windows.reduce((sum, { start, end }) => sum + end - start, 0);
  return dollarsOfRpuSeconds(seconds * capacity);
}
