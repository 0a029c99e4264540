import { displayText } from '../shared/table';
import { plural } from '../shared/text';
import type { CheckDocument, RefusalReason } from './check-document';
import { nearLimitText } from './near-limit';
import { wrapped } from './wrapped';

const MOST_SHOWN = 20;

/** How a sample fits a dataset, for people. */
export function checkText(document: CheckDocument): string {
  const { path, format, dataset, rows, taken, refused, unknown, notes } = document;
  const noun = format === 'events' ? 'event' : 'row';
  const at = format === 'events' ? 'line' : 'row';
  const verdict =
    refused === 0
      ? `✔ Dataset ${dataset} takes all ${plural(rows, noun)} of ${displayText(path, 200)}.`
      : `✘ Dataset ${dataset} takes ${taken.toLocaleString('en')} of ${plural(rows, noun)} of ${displayText(path, 200)}, and refuses ${refused.toLocaleString('en')}.`;
  return [
    ...wrapped(verdict),
    ...section(
      'Refused',
      document.reasons.flatMap((reason) => reasonLines(reason, noun, at)),
      Infinity,
    ),
    ...section(
      format === 'events'
        ? 'Attributes without a column, whose values are dropped'
        : 'Columns of the file that the dataset does not have',
      format === 'events'
        ? unknown.map((each) => `  ${displayText(each.name, 60)}: ${plural(each.rows, noun)}`)
        : namesIn(unknown.map(({ name }) => name)),
    ),
    ...section(`Columns without a value in any ${noun}`, namesIn(document.empty_columns)),
    ...section(
      'Nearly full',
      document.near_limits.map((near) => `  ${nearLimitText(near)}`),
    ),
    ...(notes.length > 0 ? ['', ...notes.flatMap((note) => wrapped(displayText(note, Infinity)))] : []),
  ].join('\n');
}

const namesIn = (names: readonly string[]): string[] =>
  names.length === 0 ? [] : wrapped(names.map((name) => displayText(name, 60)).join(', '), { first: '  ' });

function reasonLines({ reason, column, rows, example }: RefusalReason, noun: string, at: string): string[] {
  const where = column === null ? '' : `${displayText(column, 60)}: `;
  const text = example.text === '' ? '' : `: ${displayText(example.text, 300)}`;
  return [
    ...wrapped(`${plural(rows, noun)}. ${where}${displayText(reason, 600)}`, { first: '  ', next: '    ' }),
    ...(example.at === null
      ? []
      : wrapped(`for example in ${at} ${example.at}${text}`, { first: '    ', next: '    ' })),
  ];
}

function section(title: string, lines: readonly string[], most = MOST_SHOWN): string[] {
  if (lines.length === 0) return [];
  const more =
    lines.length > most ? [`  … and ${(lines.length - most).toLocaleString('en')} more; --json has all`] : [];
  return ['', title, ...lines.slice(0, most), ...more];
}
