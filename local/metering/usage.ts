import * as z from 'zod';
import { warehouseUse } from '../../core/bill';
import { add, counts, type Counts } from '../../core/usage';
import type { Meter } from './meter';

/** What a twin has used since a time: the answer of `GET /_sluice/usage`. */
export const usage = z.object({
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  counts,
  warehouse: z.object({
    capacity: z.number(),
    wake_ups: z.number(),
    busy_seconds: z.number(),
    billed_rpu_seconds: z.number(),
  }),
});
export type Usage = z.infer<typeof usage>;

/**
 * @param capacity the workgroup's base capacity, in RPU.
 * @param since default: when the first thing was counted.
 */
export function usageOf(meter: Meter, capacity: number, since: Date = meter.begin()): Usage {
  const until = new Date(meter.now());
  const { minutes, statements } = meter.read(since, until);
  return {
    since: since.toISOString(),
    until: until.toISOString(),
    counts: minutes.reduce<Counts>((total, each) => add(total, each.counts), {}),
    warehouse: warehouseUse(statements, capacity),
  };
}
