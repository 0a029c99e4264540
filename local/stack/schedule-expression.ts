import * as z from 'zod';

/** The values of a cron expression's fields, and whether `?` may stand for one: minutes, hours, day, month, weekday, year. */
const FIELDS = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31, orNone: true },
  { from: 1, to: 12 },
  { from: 1, to: 7, orNone: true },
  { from: 1970, to: 2199 },
] as const;

/**
 * A schedule expression that AWS accepts, of those that the twin knows: no `at(…)`, no names of months and days, no L, W
 * or #. Source: EventBridge Scheduler User Guide, "Schedule types"; Amazon EventBridge User Guide, "Setting a schedule
 * pattern".
 */
export const scheduleExpression = z
  .string()
  .max(256)
  .refine((text) => isRate(text) || isCron(text), 'a rate or cron expression that the twin knows');

/** The unit of 1 is singular. */
const isRate = (text: string): boolean =>
  /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minute|hour|day)s)\)$/.test(text);

function isCron(text: string): boolean {
  const fields = /^cron\((.*)\)$/.exec(text)?.[1]?.split(' ') ?? [];
  if (fields.length !== FIELDS.length) return false;
  // One of the two days must say nothing.
  if ([fields[2], fields[4]].filter((field) => field === '?').length !== 1) return false;
  return FIELDS.every((field, index) => {
    const given = fields[index] ?? '';
    return given === '?' ? 'orNone' in field : given.split(',').every((part) => isPart(part, field));
  });
}

/** `*`, `5`, `5-9`, or one of them with an increment: `0/10`. */
function isPart(part: string, { from, to }: { readonly from: number; readonly to: number }): boolean {
  const matched = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
  if (matched === null) return false;
  const [, first = from, last = to, step = 1] = matched;
  const isStep = Number(step) >= 1 && Number(step) <= to;
  return from <= Number(first) && Number(first) <= Number(last) && Number(last) <= to && isStep;
}
