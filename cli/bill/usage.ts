import { hourOf, startOfHour } from '../../core/hour';
import { UsageError } from '../shared/output';

/** Days for which CloudWatch keeps values by the minute. Source: Amazon CloudWatch User Guide, "Metrics retention". */
const DAYS_OF_MINUTES = 15;
const DAY_MS = 24 * 60 * 60 * 1000;

/** @throws UsageError */
export function checkBill(
  { since, stage, dataset }: { readonly since?: Date; readonly stage?: string; readonly dataset?: string },
  now: Date,
): void {
  if (dataset !== undefined) throw new UsageError('The bill is that of all datasets: it has no --dataset.');
  if (since === undefined) return;
  if (since > now) throw new UsageError(`--since ${since.toISOString()} is in the future.`);
  if (stage !== undefined && now.getTime() - startOfBill(since).getTime() > DAYS_OF_MINUTES * DAY_MS) {
    throw new UsageError(
      `CloudWatch keeps the minutes of a stage for ${DAYS_OF_MINUTES} days only. Name a later time; for more look into AWS Cost Explorer.`,
    );
  }
}

/**
 * A stage is billed by whole hours: where CloudWatch begins the hours of its sums if the time is within one is unproven.
 */
export const startOfBill = (since: Date): Date => startOfHour(hourOf(since));

/** The time from which a stage is billed if none is named. */
export const defaultSince = (now: Date): Date => new Date(now.getTime() - (DAYS_OF_MINUTES - 1) * DAY_MS);
