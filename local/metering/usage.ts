import * as z from 'zod';
import { warehouseUse } from '../../core/bill';
import { add, counts, type Counts } from '../../core/usage';
import type { Stack } from '../stack';
import type { Meter } from './meter';

/** What a twin has used since a time: the answer of `GET /_sluice/usage`. */
export const usage = z.object({
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  /** The stack's alarms. */
  alarms: z.number(),
  counts,
  warehouse: z.object({
    capacity: z.number().nullable(),
    wake_ups: z.number(),
    used_rpu_seconds: z.number(),
    billed_rpu_seconds: z.number(),
  }),
});
export type Usage = z.infer<typeof usage>;

/**
 * @param stack the warehouse's workgroup is its first.
 * @param from default: when the first thing was counted. An earlier time is the same.
 */
export function usageOf(
  meter: Meter,
  { workgroups: [workgroup], alarms }: Pick<Stack, 'workgroups' | 'alarms'>,
  from?: Date,
): Usage {
  const begin = meter.begin();
  const since = from !== undefined && from > begin ? from : begin;
  const until = new Date(meter.now());
  const { minutes, statements } = meter.read(since, until);
  return {
    since: since.toISOString(),
    until: until.toISOString(),
    alarms: alarms.length,
    counts: minutes.reduce<Counts>((total, each) => add(total, each.counts), {}),
    warehouse: warehouseUse(statements, workgroup?.baseCapacity ?? 0),
  };
}
