import { createColors } from 'picocolors';
import type { Dataset } from '../../core/dataset';
import { addHours, type Hour } from '../../core/hour';
import type { HourState } from '../../core/hour-state';
import { wantsColours } from '../shared/colours';
import { sluice, sluiceOf } from '../shared/commands';
import { isTwin, type Connection } from '../shared/connection';
import { terminalWidth } from '../shared/table';
import { plural } from '../shared/text';
import { wrappedText } from '../shared/wrapped-text';
import { groupsOfHours, groupText, type HourGroup } from './hour-groups';
import { pictureOf } from './picture';
import type { DatasetStatus } from './read-status';
import { lagText, markOf, verdictText, type Mark } from './verdict-text';

const MARKS: Readonly<Record<Mark, { mark: string; colour: 'green' | 'yellow' | 'red' }>> = {
  well: { mark: '✔', colour: 'green' },
  look: { mark: '⚠', colour: 'yellow' },
  act: { mark: '✖', colour: 'red' },
};
const SHOWN_GROUPS = 8;
/** States of which the hours are named below the picture. */
const NAMED: readonly HourState[] = ['failed', 'overdue', 'quarantined', 'late'];

/** The verdict, the picture, and what is wrong with which command to load it. */
export function statusText(
  connection: Connection,
  dataset: Dataset,
  status: DatasetStatus,
  options: { readonly width?: number; readonly colour?: boolean } = {},
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
  return lines.join('\n');
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
          `${groupText(group)}: has got or lost files since its last load. The next execution loads what is there.`,
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
