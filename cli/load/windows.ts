import type { Dataset } from '../../core/dataset';
import { addHours } from '../../core/hour';
import type { HourRange } from '../shared/when';

/** Hours that are loaded well by one execution: whole groups, if it takes so many. */
export function hoursOfWindow({ load }: Pick<Dataset, 'load'>): number {
  const { max_partitions: most, hours_per_merge: together } = load;
  return most < together ? most : most - (most % together);
}

/** Ranges, each for an execution, in the order of the given ones. */
export function windowsOf(ranges: readonly HourRange[], hours: number): readonly HourRange[] {
  const windows: HourRange[] = [];
  for (const { from, to } of ranges)
    for (let first = from; first <= to; first = addHours(first, hours)) {
      const last = addHours(first, hours - 1);
      windows.push({ from: first, to: last < to ? last : to });
    }
  return windows;
}
