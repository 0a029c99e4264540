import { createColors } from 'picocolors';
import { chooseDataset, type Dataset } from '../core/dataset';
import { LONGEST_RANGE_HOURS } from '../core/execution-input';
import { addHours, hourOf, type Hour } from '../core/hour';
import type { HourState } from '../core/hour-state';
import { wantsColours } from './shared/colours';
import { sluice, sluiceOf } from './shared/commands';
import { isTwin, type Connection } from './shared/connection';
import { UsageError, type Output } from './shared/output';
import { terminalWidth } from './shared/table';
import { plural } from './shared/text';
import { wrappedText } from './shared/wrapped-text';
import { groupsOfHours, groupText, type HourGroup } from './status/hour-groups';
import { pictureOf } from './status/picture';
import { readStatus, type DatasetStatus } from './status/read-status';
import { readToday, type Today } from './status/today';
import { lagText, markOf, todayText, verdictText, type Mark } from './status/verdict-text';

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
    output.say(todayText(today, isTwin(connection)));
    for (const note of today.notes) output.say(note);
  }
  return datasets.every((each) => each.is_well) ? 0 : 1;
}

const MARKS: Readonly<Record<Mark, { mark: string; colour: 'green' | 'yellow' | 'red' }>> = {
  well: { mark: '✔', colour: 'green' },
  look: { mark: '⚠', colour: 'yellow' },
  act: { mark: '✖', colour: 'red' },
};
const SHOWN_GROUPS = 8;
/** States of which the hours are named below the picture. */
const NAMED: readonly HourState[] = ['failed', 'overdue', 'quarantined', 'late'];

function statusText(
  connection: Connection,
  dataset: Dataset,
  status: DatasetStatus,
  options: StatusOptions,
): string {
  const width = options.width ?? terminalWidth();
  const colours = createColors(options.colour ?? wantsColours());
  const { mark, colour } = MARKS[markOf(status)];
  const all = [...status.others, ...status.hours].sort((left, right) => (left.hour < right.hour ? -1 : 1));
  const groups = groupsOfHours(all, NAMED);
  const urgent = NAMED.flatMap((state) => groups.filter((group) => group.state === state));
  const gaps = groupsOfHours(status.hours, ['missing']);
  const lines = [
    `${colours[colour](mark)} ${wrappedText(`${dataset.name}: ${verdictText(status)}`, width - 2).replace(dataset.name, colours.bold)}`,
    lagText(status),
    ...status.notes.map((note) => colours.yellow(wrappedText(note, width))),
    '',
    pictureOf(status.hours, colours),
    ...urgent
      .slice(0, SHOWN_GROUPS)
      .flatMap((group) => ['', ...groupLines(connection, dataset, status, group, width)]),
  ];
  if (urgent.length > SHOWN_GROUPS)
    lines.push(
      '',
      `… and ${plural(urgent.length - SHOWN_GROUPS, 'group')} of hours more: --json names them all.`,
    );
  if (gaps.length > 0) {
    const named = gaps.slice(0, SHOWN_GROUPS).map(groupText);
    const more = gaps.length > named.length ? `, and ${plural(gaps.length - named.length, 'gap')} more` : '';
    lines.push('', wrappedText(`Nothing arrived in ${named.join(', ')}${more}.`, width));
  }
  for (const { name, since } of status.running)
    lines.push('', `Execution ${name} runs since ${since.slice(0, 16)}Z.`);
  return `${lines.join('\n')}\n`;
}

/** What is wrong with some hours, and the command that loads them. */
function groupLines(
  connection: Connection,
  dataset: Dataset,
  status: DatasetStatus,
  group: HourGroup,
  width: number,
): string[] {
  const { from, to, hours, error } = group;
  const [first] = hours;
  const wrapped = (text: string) => wrappedText(text, width, '  ');
  const range = from === to ? `load ${from}` : `load --from ${from} --to ${to}`;
  const command = `  ${sluiceOf(connection, dataset, range)}`;
  switch (group.state) {
    case 'failed':
      return [
        `${groupText(group)}: ${error}`,
        ...(first?.cause ? [wrapped(first.cause)] : []),
        ...(first?.fix ? [wrapped(`Fix: ${first.fix}`)] : []),
        wrapped(
          first?.next_try
            ? `It is tried again by itself from ${first.next_try.slice(0, 16)}Z on. At once:`
            : 'It is tried again by itself only after its files or the dataset have changed. At once:',
        ),
        command,
      ];
    case 'quarantined':
      return [
        `${groupText(group)}: loaded without bad files`,
        ...(first?.cause ? [wrapped(first.cause)] : []),
        ...(first?.fix ? [wrapped(`Fix: ${first.fix}`)] : []),
        command,
      ];
    case 'late':
      return [
        wrappedText(
          `${groupText(group)}: has got files since its last load. The next execution loads them.`,
          width,
        ),
        command,
      ];
    default:
      return [
        wrappedText(`${groupText(group)}: ${overdueText(connection, dataset, status, to)}`, width),
        command,
      ];
  }
}

function overdueText(
  connection: Connection,
  dataset: Dataset,
  { closed }: DatasetStatus,
  last: Hour,
): string {
  const { lookback_hours: lookback } = dataset.source;
  const forgotten = last < addHours(closed, 1 - lookback);
  if (forgotten)
    return `has files that no schedule loads: they came when the hour was older than the lookback of ${lookback} hours. By hand:`;
  if (isTwin(connection)) return 'has files that are not loaded. No schedule runs on the twin. By hand:';
  return `has files that should be loaded by now. Does the schedule run? ${sluice(connection, 'doctor')} looks. By hand:`;
}
