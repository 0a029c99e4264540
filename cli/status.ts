import { chooseDataset } from '../core/dataset';
import { LONGEST_RANGE_HOURS } from '../core/execution-input';
import { addHours, hourOf, type Hour } from '../core/hour';
import { isTwin, type Connection } from './shared/connection';
import { UsageError, type Output } from './shared/output';
import { readStatus, type DatasetStatus } from './status/read-status';
import { statusText } from './status/text';
import { readToday, type Today } from './status/today';
import { todayText } from './status/verdict-text';

export interface StatusOptions {
  /** Default: all datasets. */
  readonly dataset?: string;
  /** Default: midnight, six days ago. */
  readonly from?: Hour;
  /** Default: the hour that runs. */
  readonly to?: Hour;
  /** Characters in a line. Default: the terminal's width. */
  readonly width?: number;
  /** Default: as wantsColours() says. */
  readonly colour?: boolean;
}

/** The document of `--json`: scripts rely on it. */
export interface StatusDocument {
  readonly stage: string;
  readonly region: string;
  readonly now: string;
  readonly today: Today;
  readonly datasets: readonly DatasetStatus[];
}

/** @throws UsageError */
export function rangeOfStatus(
  { from, to }: StatusOptions,
  now: Date,
): { readonly from: Hour; readonly to: Hour } {
  const last = to ?? hourOf(now);
  const first = from ?? `${addHours(last, -6 * 24).slice(0, 10)}T00`;
  if (first > last) throw new UsageError(`--from ${first} is after --to ${last}.`);
  if (addHours(first, LONGEST_RANGE_HOURS) <= last)
    throw new UsageError(`${first} to ${last} is more than ${LONGEST_RANGE_HOURS / 24} days.`);
  return { from: first, to: last };
}

/**
 * Shows which hours are in, and what is wrong with the others. It reads the ledger, the lake, Step Functions and CloudWatch,
 * and never wakes the warehouse.
 * @returns the exit code: 1 if an hour has failed or is overdue.
 * @throws UsageError; LoadError as diagnosed
 */
export async function runStatus(
  connection: Connection,
  output: Output,
  options: StatusOptions,
): Promise<number> {
  const now = new Date();
  const range = rangeOfStatus(options, now);
  const chosen =
    options.dataset === undefined
      ? connection.datasets
      : [chooseDataset(connection.datasets, options.dataset)];
  const [today, ...datasets] = await Promise.all([
    readToday(connection, now),
    ...chosen.map((dataset) => readStatus(connection, dataset, range, now)),
  ]);
  const { stage, region } = connection;
  output.document({ stage, region, now: now.toISOString(), today, datasets } satisfies StatusDocument);
  if (!output.json) {
    for (const [index, status] of datasets.entries()) {
      if (index > 0) output.say();
      output.say(statusText(connection, chosen[index]!, status, options));
    }
    output.say();
    output.say(todayText(today, isTwin(connection)));
    for (const note of today.notes) output.say(note);
  }
  return datasets.every((each) => each.is_well) ? 0 : 1;
}
