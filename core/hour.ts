import { LoadError } from './errors';

/**
 * An hour of arrival in UTC: `2026-11-23T08`. Its text order is its time order. It names a partition.
 */
export type Hour = string;

const HOUR = /^(\d{4})-(\d{2})-(\d{2})T(\d{2})$/;
export const HOUR_MILLISECONDS = 3_600_000;

/** @returns whether the text is a real hour: `2026-02-30T08` and `2026-11-23T24` are not. */
export function isHour(text: string): boolean {
  return (
    HOUR.test(text) &&
    !Number.isNaN(Date.parse(`${text}:00:00Z`)) &&
    hourOf(new Date(`${text}:00:00Z`)) === text
  );
}

/** The first and the last hour, both included. */
export interface HourRange {
  readonly from: Hour;
  readonly to: Hour;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** An hour as people and clocks write it: `2026-11-23 08`, `2026-11-23T08Z`, `20261123T08`, `2026-11-23T08:00:00.000Z`. */
const WRITTEN_HOUR = /^(\d{4})-?(\d{2})-?(\d{2})[T ](\d{2})(?::00(?::00(?:\.0+)?)?)?Z?$/;

/** The hours that a text names in UTC: one, or those of a day. @returns undefined if it names none. */
export function hoursOfText(text: string): HourRange | undefined {
  const [from, to] = DAY.test(text) ? [`${text}T00`, `${text}T23`] : [hourWritten(text), hourWritten(text)];
  return isHour(from) ? { from, to } : undefined;
}

const hourWritten = (text: string): string => text.replace(WRITTEN_HOUR, '$1-$2-$3T$4');

export function hourOf(time: Date): Hour {
  return time.toISOString().slice(0, 13);
}

export function startOfHour(hour: Hour): Date {
  if (!isHour(hour)) {
    throw new LoadError(
      'InvalidInput',
      `"${hour}" is not an hour.`,
      'Write an hour in UTC as 2026-11-23T08.',
    );
  }
  return new Date(`${hour}:00:00Z`);
}

export function addHours(hour: Hour, hours: number): Hour {
  return hourOf(new Date(startOfHour(hour).getTime() + hours * HOUR_MILLISECONDS));
}

/** The hours from `from` to `to`, both included. */
export function hoursFrom(from: Hour, to: Hour): Hour[] {
  const hours: Hour[] = [];
  for (let hour = from; hour <= to; hour = addHours(hour, 1)) hours.push(hour);
  return hours;
}

/** Time as Redshift reads a TIMESTAMP literal, in UTC: `2026-11-23 08:00:00.000`. */
export function timestampText(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '');
}

/** When a load started, in whole seconds, because GETDATE(), which records its end, has no fractions. */
export function startedText(time: Date): string {
  return timestampText(time).replace(/\.\d+$/, '');
}

/** The last hour that ended at least `settleMinutes` ago. Normally it gets no more files. */
export function lastClosedHour(now: Date, settleMinutes: number): Hour {
  return addHours(hourOf(new Date(now.getTime() - settleMinutes * 60_000)), -1);
}
