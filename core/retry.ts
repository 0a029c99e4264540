import type { Failure } from './attempts';
import { columnsDigest } from './columns';
import type { Dataset } from './dataset';
import { FILE_ERRORS } from './errors';
import { HOUR_MILLISECONDS } from './hour';

/** The longest wait until a partition is tried again whose files are not to blame. */
const LONGEST_WAIT_HOURS = 24;

/** What decides, beside its files, whether a partition fails by them. A change of it is a reason to try again. */
export const judgeOf = ({ columns, load, target }: Dataset): string =>
  JSON.stringify([columnsDigest(columns), load.on_bad_file, target.derive]);

/** When a partition is tried again whose files do not change: 1, 2, 4 … 24 hours after its failures; undefined: never. */
export function nextTry({ error, finished, times }: Failure): Date | undefined {
  if (error !== null && FILE_ERRORS.includes(error)) return undefined;
  const hours = Math.min(2 ** (times - 1), LONGEST_WAIT_HOURS);
  return new Date(Date.parse(finished) + hours * HOUR_MILLISECONDS);
}

/**
 * Whether a scheduled execution tries a failed partition again.
 * @param fingerprint of the files that it has now, judged by the dataset as it is now: see {@link judgeOf}.
 * @param everyHours hours until the next scheduled execution. A time that comes before it has come now.
 */
export function isTriedAgain(failure: Failure, fingerprint: string, now: Date, everyHours: number): boolean {
  if (failure.fingerprint !== fingerprint) return true;
  const time = nextTry(failure);
  if (time === undefined) return false;
  const hasClockGoneBack = Date.parse(failure.finished) > now.getTime() + HOUR_MILLISECONDS;
  return hasClockGoneBack || time.getTime() < now.getTime() + everyHours * HOUR_MILLISECONDS;
}
