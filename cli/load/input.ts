import type { Dataset } from '../../core/dataset';
import { splitMessage } from '../../core/errors';
import { LONGEST_RANGE_HOURS, parseExecutionInput } from '../../core/execution-input';
import { addHours, type Hour } from '../../core/hour';
import { UsageError } from '../shared/output';
import { ACCEPTED_TIMES, hoursNamed, type HourRange } from '../shared/when';
import { hoursOfWindow } from './windows';

export interface LoadOptions {
  readonly dataset?: string;
  /** What to load again, as a time: see {@link hoursNamed}. */
  readonly time?: string;
  /** The first and the last hour, as times. */
  readonly from?: string;
  readonly to?: string;
  readonly plan?: boolean;
  /** With a plan: also what the target holds of the hours. */
  readonly rows?: boolean;
  /** Only what is due of the hours: not loaded yet, failed, or with other files than were loaded. */
  readonly all?: boolean;
  /** Only the hours that are failing. */
  readonly failed?: boolean;
}

/** What a command starts. */
export type LoadRequest =
  /** One execution, which is followed. */
  | { readonly kind: 'execution'; readonly input: object }
  /** One execution that changes nothing. */
  | { readonly kind: 'plan'; readonly input: object }
  /** As many executions as the hours take. `due`: only what is due of them. */
  | { readonly kind: 'backfill'; readonly ranges: readonly HourRange[]; readonly due: boolean }
  /** The hours that are failing, of a range if there is one. */
  | { readonly kind: 'failed'; readonly range: Partial<HourRange> };

/** Turns the options into what is started. @throws UsageError for options that mean nothing together. */
export function loadRequest(options: LoadOptions, dataset: Dataset, now: Date): LoadRequest {
  const { time, from, to, plan, all, failed, rows } = options;
  if (rows && !plan) throw new UsageError('--rows is of a plan: --plan --rows.');
  if (time !== undefined && (from !== undefined || to !== undefined))
    throw new UsageError('Name one TIME, or a range with --from and --to, not both.');
  const range = time === undefined ? rangeOf(from, to, now) : named(time, now);
  if (failed) {
    if (all || plan)
      throw new UsageError(`--failed has no ${all ? '--all' : '--plan'}: it loads what fails.`);
    return { kind: 'failed', range };
  }
  const { from: first, to: last } = range;
  const common = {
    ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
    ...(plan ? { plan } : {}),
  };
  if (first === undefined && last === undefined) {
    if (all) throw new UsageError('--all needs a TIME, or a range: --from TIME and --to TIME.');
    return { kind: plan ? 'plan' : 'execution', input: checked(common) };
  }
  if (first === undefined || last === undefined)
    throw new UsageError('A range needs both --from TIME and --to TIME.');
  const isHour = first === last && !all;
  const hours = isHour ? { partition: first } : { from: first, to: last, ...(all ? { due: true } : {}) };
  if (plan) return { kind: 'plan', input: checked({ ...common, ...hours }) };
  if (all || addHours(first, hoursOfWindow(dataset)) <= last) {
    assertNotTooLong(first, last, all ?? false);
    return { kind: 'backfill', ranges: [{ from: first, to: last }], due: all ?? false };
  }
  return { kind: 'execution', input: checked({ ...common, ...hours }) };
}

function rangeOf(from: string | undefined, to: string | undefined, now: Date): Partial<HourRange> {
  const range = {
    ...(from === undefined ? {} : { from: named(from, now).from }),
    ...(to === undefined ? {} : { to: named(to, now).to }),
  };
  if (range.from !== undefined && range.to !== undefined && range.from > range.to)
    throw new UsageError(`--from ${range.from} is after --to ${range.to}.`);
  return range;
}

function named(text: string, now: Date): HourRange {
  const hours = hoursNamed(text, now);
  if (hours === undefined)
    throw new UsageError(`"${text}" is no time that is known. Write ${ACCEPTED_TIMES}.`);
  return hours;
}

/** What is loaded again, whatever it is, should have been meant. What is due may be as much as there is. */
function assertNotTooLong(from: Hour, to: Hour, isDue: boolean): void {
  if (isDue || addHours(from, LONGEST_RANGE_HOURS) > to) return;
  throw new UsageError(
    `${from} to ${to} is more than ${LONGEST_RANGE_HOURS / 24} days to load again. Name less, or add --all to load only what is due.`,
  );
}

function checked(input: object): object {
  try {
    parseExecutionInput(input);
  } catch (error) {
    throw new UsageError(splitMessage((error as Error).message).reason);
  }
  return input;
}
