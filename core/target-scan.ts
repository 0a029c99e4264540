import type { Dataset } from './dataset';
import { HOUR_MILLISECONDS } from './hour';

/** What a merge reads of the target to find the staged keys there. */
export interface TargetScan {
  /** In words. */
  readonly reads: string;
  /** What makes it cost more than it has to; null: nothing. */
  readonly warning: string | null;
}

/**
 * By how many hours the scans of a merge are wider than the staged range of event times; null if they have no range. MERGE
 * joins by the key alone. A range beside it would only hide newer rows from the statements that look for them.
 */
export const scannedDrift = ({ target, load }: Dataset): number | null =>
  load.strategy === 'merge' ? null : target.event_time_drift_hours;

/**
 * With a promise on the event times of a key, the merge reads the blocks of the staged range; without one it reads the key
 * of every row. Redshift skips a block if the least and the greatest value in it show that no row can match, which needs
 * rows that are sorted by that column. Source: Amazon Redshift, "Sort keys".
 */
export function targetScan({ target, load }: Dataset): TargetScan {
  const { event_time: eventTime, event_time_drift_hours: drift, sortkey, distkey, key } = target;
  const [first] = sortkey;
  if (drift === null) {
    return {
      reads:
        'the key of every row of the target, since nothing is promised of event times (event_time_drift_hours)',
      warning:
        distkey !== undefined && key.includes(distkey)
          ? null
          : `target.distkey is ${distkey ?? 'not set'}: rows move between the nodes for each merge; name a column of the key`,
    };
  }
  if (load.strategy === 'merge') {
    return {
      reads: 'the key of every row of the target, since MERGE joins by the key alone (load.strategy)',
      warning: `load.strategy is merge, which makes nothing of the promise on ${eventTime}: delete-insert reads only the staged range`,
    };
  }
  const range = drift === 0 ? 'the staged range' : `the staged range and ${drift} h before and after it`;
  return {
    reads: `only rows of the target whose ${eventTime} is in ${range}`,
    warning:
      first === eventTime
        ? null
        : `target.sortkey ${first === undefined ? 'is not set' : `begins with ${first}`}: without sorted rows the range of ${eventTime} skips few blocks; begin it with ${eventTime}`,
  };
}

/** The first and the last time of a range, as Redshift writes a TIMESTAMP. */
export interface EventTimes {
  readonly first: string;
  readonly last: string;
}

/** The years that a timestamp of four digits can have: Redshift writes others in other forms. */
const LEAST = '0001-01-01 00:00:00';
const GREATEST = '9999-12-31 23:59:59.999999';

/**
 * The range of event times in which the target can hold a row with the key of a staged row. Times before the year 1 and
 * after the year 9999 are not moved: a promise says nothing of such a time.
 */
export function scannedRange({ first, last }: EventTimes, driftHours: number): EventTimes {
  if (driftHours === 0) return { first, last };
  return { first: moved(first, -driftHours) ?? first, last: moved(last, driftHours) ?? last };
}

/** The range that holds all of these ranges; undefined if there is none. */
export function widestRange(ranges: readonly EventTimes[]): EventTimes | undefined {
  const firsts = ranges.map(({ first }) => first).sort(compareTimes);
  const lasts = ranges.map(({ last }) => last).sort(compareTimes);
  const [first, last] = [firsts[0], lasts.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}

/** Years before Christ and years of five digits are not in the order of their texts. */
function compareTimes(left: string, right: string): number {
  return yearOf(left) - yearOf(right) || (left < right ? -1 : left > right ? 1 : 0);
}

function yearOf(time: string): number {
  const year = Number.parseInt(time, 10);
  return /\bBC\b/.test(time) ? -year : year;
}

function moved(time: string, hours: number): string | undefined {
  const [, day, clock, fraction = ''] = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d+)?$/.exec(time) ?? [];
  if (day === undefined) return undefined;
  const there = new Date(Date.parse(`${day}T${clock}Z`) + hours * HOUR_MILLISECONDS);
  const year = there.getUTCFullYear();
  if (year < 1) return LEAST;
  if (year > 9_999) return GREATEST;
  return `${there.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;
}
