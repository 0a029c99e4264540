import { stripVTControlCharacters } from 'node:util';
import { createColors } from 'picocolors';
import { chooseDataset, type Dataset } from '../core/dataset';
import { hourOf, type Hour } from '../core/hour';
import type { LedgerAttempt } from '../core/ledger-attempt';
import { hoursOfPlans } from '../core/partitions';
import { ledgerOf } from './ledger/ledger-of';
import { wantsColours } from './shared/colours';
import { sluiceOf } from './shared/commands';
import type { Connection } from './shared/connection';
import { UsageError, type Output } from './shared/output';
import { renderTable, terminalWidth } from './shared/table';
import { plural } from './shared/text';
import type { HourRange } from './shared/when';
import { wrappedText } from './shared/wrapped-text';

export interface HistoryOptions {
  readonly dataset?: string;
  /** The hours whose attempts are shown. Default: `from` to `to`. */
  readonly hours?: HourRange;
  /** Default: as far back as plans are kept. */
  readonly from?: Hour;
  /** Default: the hour that runs. */
  readonly to?: Hour;
  /** The most attempts that are shown, the newest. Default: 20. */
  readonly limit?: number;
  /** Characters in a line. Default: the terminal's width. */
  readonly width?: number;
  /** Default: as wantsColours() says. */
  readonly colour?: boolean;
}

/** An attempt with its hour. */
export type HourAttempt = LedgerAttempt & { readonly hour: Hour };

/** The document of `--json`: scripts rely on it. */
export interface HistoryDocument {
  readonly dataset: string;
  readonly from: Hour;
  readonly to: Hour;
  /** The newest first. */
  readonly attempts: readonly HourAttempt[];
  /** How many older ones are not shown. */
  readonly more: number;
}

const SHOWN = 20;

/** The hours that are asked for; undefined: all of which plans are kept. @throws UsageError */
export function rangeOfHistory({ hours, from, to }: HistoryOptions, now: Date): HourRange | undefined {
  if (hours !== undefined && (from !== undefined || to !== undefined))
    throw new UsageError('Name one time, or a range with --from and --to, not both.');
  if (from === undefined && to === undefined) return hours;
  const range = { from: from ?? '0000-01-01T00', to: to ?? hourOf(now) };
  if (range.from > range.to) throw new UsageError(`--from ${range.from} is after --to ${range.to}.`);
  return range;
}

/**
 * Shows the attempts on hours, as the ledger tells of them: it never wakes the warehouse.
 * @returns the exit code.
 * @throws UsageError; LoadError as diagnosed
 */
export async function runHistory(
  connection: Connection,
  output: Output,
  options: HistoryOptions,
): Promise<number> {
  const now = new Date();
  const dataset = chooseDataset(connection.datasets, options.dataset);
  const hour = hourOf(now);
  const range = rangeOfHistory(options, now) ?? hoursOfPlans(dataset, { from: hour, to: hour }, now);
  const { hours } = await ledgerOf(connection, dataset).read(range);
  const all = [...hours]
    .flatMap(([each, attempts]) => attempts.map((attempt) => ({ hour: each, ...attempt })))
    .sort((left, right) => (ageOf(left) < ageOf(right) ? 1 : -1));
  const attempts = all.slice(0, options.limit ?? SHOWN);
  const document: HistoryDocument = {
    dataset: dataset.name,
    ...range,
    attempts,
    more: all.length - attempts.length,
  };
  output.document(document);
  if (!output.json) output.say(historyText(connection, dataset, document, options));
  return 0;
}

function historyText(
  connection: Connection,
  dataset: Dataset,
  { from, to, attempts, more }: HistoryDocument,
  options: HistoryOptions,
): string {
  const width = options.width ?? terminalWidth();
  const colour = options.colour ?? wantsColours();
  const colours = createColors(colour);
  const named = from === to ? from : `${from} to ${to}`;
  if (attempts.length === 0)
    return wrappedText(
      `The ledger tells of no attempt on ${named}. ${sluiceOf(connection, dataset, 'status')} says what has arrived.`,
      width,
    );
  const lines = [tableOf(attempts, width, colour)];
  // One hour: what its attempts have to say fits.
  const told = from === to ? attempts : attempts.filter(({ error }) => error !== null).slice(0, 1);
  for (const { hour, finished, error, cause, fix, execution } of told) {
    if (error === null) continue;
    lines.push('', colours.red(`${hour}, ${minuteOf(finished)}: ${error}`));
    if (cause !== null) lines.push(wrappedText(cause, width, '  '));
    if (fix !== null) lines.push(wrappedText(`Fix: ${fix}`, width, '  '));
    lines.push(wrappedText(`Execution: ${execution}`, width, '  '));
  }
  if (more > 0)
    lines.push('', `${plural(more, 'older attempt')}: --limit ${attempts.length + more} shows all.`);
  if (from !== to)
    lines.push('', `One hour in full: ${sluiceOf(connection, dataset, `history ${attempts[0]!.hour}`)}`);
  return lines.join('\n');
}

const ageOf = ({ finished, hour }: HourAttempt): string => `${finished} ${hour}`;
const minuteOf = (time: string): string => `${time.slice(0, 16)}Z`;

interface Column {
  readonly name: string;
  readonly of: (attempt: HourAttempt) => string | number;
  /** Left out of a narrow table. */
  readonly isWide?: true;
}

const COLUMNS: readonly Column[] = [
  { name: 'hour', of: ({ hour }) => hour },
  { name: 'ended (UTC)', of: ({ finished }) => finished.slice(0, 16).replace('T', ' ') },
  { name: 'reason', of: ({ reason }) => reason, isWide: true },
  { name: 'outcome', of: (attempt) => outcomeOf(attempt) },
  { name: 'files', of: ({ files }) => files },
  { name: 'rows', of: (attempt) => attempt.rows_in_files },
  { name: 'duplicates', of: ({ duplicates }) => duplicates, isWide: true },
  { name: 'superseded', of: ({ superseded }) => superseded, isWide: true },
  { name: 'deleted', of: ({ deleted }) => deleted, isWide: true },
  { name: 'inserted', of: ({ inserted }) => inserted },
];
const ERROR: Column = { name: 'error', of: ({ error }) => error ?? '' };

/** The whole table, or what fits into 80 characters. */
function tableOf(attempts: readonly HourAttempt[], width: number, colour: boolean): string {
  const all = attempts.some(({ error }) => error !== null) ? [...COLUMNS, ERROR] : COLUMNS;
  const table = (columns: readonly Column[], lineWidth: number) =>
    renderTable(
      columns.map(({ name }) => name),
      attempts.map((attempt) => columns.map((column) => column.of(attempt))),
      { width: lineWidth, colour, lengths: [64, 16] },
    );
  const whole = table(all, Infinity);
  if (whole.split('\n').every((line) => stripVTControlCharacters(line).length <= width)) return whole;
  const left = all.filter(({ isWide }) => isWide).map(({ name }) => name);
  return `${table(
    all.filter(({ isWide }) => !isWide),
    width,
  )}\n(For want of room without ${left.join(', ')}: see --json.)`;
}

/** `loaded −2`: two files were left out. */
const outcomeOf = ({ outcome, quarantined }: LedgerAttempt): string =>
  quarantined > 0 ? `${outcome} −${quarantined}` : outcome;
