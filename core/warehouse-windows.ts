import { PRICES } from './prices';

/** Whole seconds since 1970; `end` does not belong to it, and is greater than `start`. */
export interface Seconds {
  readonly start: number;
  readonly end: number;
}

/** A time for which the warehouse is awake and billed. */
export interface Window extends Seconds {
  /** Seconds in which a statement runs. */
  readonly busy: number;
}

/**
 * The seconds that a statement touches: Redshift Serverless bills by the second, so a second that has begun counts. A
 * statement without a duration wakes the warehouse, too.
 * @param start, end milliseconds since 1970.
 */
export function secondsOf(start: number, end: number): Seconds {
  const first = Math.floor(start / 1_000);
  return { start: first, end: Math.max(Math.ceil(end / 1_000), first + 1) };
}

/** The union of intervals, in order: those that overlap or touch become one. */
export function union(intervals: readonly Seconds[]): Seconds[] {
  const merged: Seconds[] = [];
  for (const next of intervals.toSorted((left, right) => left.start - right.start)) addTo(merged, next);
  return merged;
}

/** Adds an interval to a union, in place. One that begins last, as most do, takes no look at the others. */
export function addTo(merged: Seconds[], next: Seconds): void {
  const last = merged.at(-1);
  if (last === undefined || next.start > last.end) merged.push(next);
  else if (next.start >= last.start)
    merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
  else merged.splice(0, merged.length, ...union([...merged, next]));
}

/**
 * The windows in which the warehouse is billed for these statements.
 *
 * What AWS documents: usage is billed by the second while queries run, nothing while none runs, and each time that the
 * workgroup becomes active at least 60 seconds. So a window begins with a statement that finds the warehouse asleep, and
 * lasts until the last statement ends, or until its 60 seconds are over.
 *
 * What nobody documents is how long a pause must be until the warehouse sleeps. A statement that begins within the
 * seconds that are billed anyway belongs to the window: a user reports such pauses as billed, and no second minimum
 * (dbt-adapters #633). After that every pause of a whole second counts as sleep: the pause costs nothing, as documented,
 * and the next statement pays for at least 60 seconds again, which is the dearer guess.
 *
 * Source: Amazon Redshift Management Guide, "Billing for Amazon Redshift Serverless".
 */
export function windowsOf(statements: readonly Seconds[]): readonly Window[] {
  const windows: Window[] = [];
  for (const { start, end } of union(statements)) {
    const last = windows.at(-1);
    if (last === undefined || start >= last.end) {
      windows.push({ start, end: Math.max(end, start + PRICES.wake_up_seconds), busy: end - start });
    } else {
      const busy = last.busy + end - start;
      windows[windows.length - 1] = { start: last.start, end: Math.max(last.end, end), busy };
    }
  }
  return windows;
}
