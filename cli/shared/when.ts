import { addHours, hourOf, hoursOfText, isHour, type HourRange } from '../../core/hour';

export type { HourRange } from '../../core/hour';

/** The accepted forms, for messages and for --help. */
export const ACCEPTED_TIMES =
  'an hour (2026-11-23T08), a day (2026-11-23), a month (2026-11), now-6h, now-2d, today or yesterday, in UTC';

/**
 * The hours that a text names, in UTC: an hour, a day or a month by its date; `now` for the hour that runs, `now-6h` for the
 * sixth hour before it; `today`, `yesterday` and `now-2d` for whole days.
 * @returns undefined for any other text.
 */
export function hoursNamed(text: string, now: Date): HourRange | undefined {
  const hour = hourOf(now);
  const written = hoursOfText(text);
  if (written !== undefined) return written;
  if (/^\d{4}-\d{2}$/.test(text)) return monthNamed(text);
  if (text === 'today') return hoursOfText(hour.slice(0, 10));
  if (text === 'yesterday') return hoursOfText(addHours(hour, -24).slice(0, 10));
  const [, count, unit] = /^now(?:-(\d{1,6})([hd]))?$/.exec(text) ?? [undefined, undefined, undefined];
  if (!text.startsWith('now') || (text !== 'now' && unit === undefined)) return undefined;
  if (unit === 'd') return hoursOfText(addHours(hour, -24 * Number(count)).slice(0, 10));
  const named = addHours(hour, -Number(count ?? 0));
  return { from: named, to: named };
}

function monthNamed(month: string): HourRange | undefined {
  const from = `${month}-01T00`;
  if (!isHour(from)) return undefined;
  const next = new Date(`${from}:00:00Z`);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return { from, to: addHours(hourOf(next), -1) };
}
