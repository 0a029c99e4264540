import { renderTable } from '../../cli/shared/table';
import { dollarsText, numberText } from '../../cli/shared/text';
import { HOURS_OF_MONTH } from '../../core/prices';
import type { Aim } from './aims';
import type { FigureName } from './counted';
import type { CostDocument, Row } from './document';

const HEADS: Readonly<Record<FigureName, string>> = {
  transitions: 'transitions',
  lambda_calls: 'Lambda calls',
  gb_seconds: 'GB-seconds',
  submits: 'submits',
  other_data_api_calls: 'other Data API calls',
  s3_requests: 'S3 requests',
  wake_ups: 'wake-ups',
  warehouse_seconds: 'warehouse s',
  month_dollars: '$ a month',
};
const FIGURES = Object.keys(HEADS) as readonly FigureName[];

const figureText = (name: FigureName, figure: number) =>
  name === 'month_dollars' ? dollarsText(figure) : numberText(figure);

/** `a month (24 hours run)`, `an hour` */
function extentOf({ of, together, hours: { Sluice, textbook } }: Row): string {
  if (of === 'year') return `all of them: ${Sluice * together} run`;
  if (together > 1) return 'all of them';
  if (of === 'hour') return 'an hour';
  const run = Sluice === textbook ? `${Sluice} hours run` : `${Sluice} and ${textbook} hours run`;
  return `a month: ${Sluice === HOURS_OF_MONTH ? run.replace('730', 'all 730') : run}`;
}

/** For a terminal: of each scenario the two designs, and the ratio. */
export function terminalText({ rows, aims, notes, prices, capacity }: CostDocument, width?: number): string {
  const lines = rows.flatMap((row) => [
    [`${row.name} (${extentOf(row)})`],
    ['  Sluice', ...FIGURES.map((name) => figureText(name, row.Sluice[name]))],
    ['  textbook', ...FIGURES.map((name) => figureText(name, row.textbook[name]))],
    [
      '  Sluice ÷ textbook',
      ...FIGURES.map((name) => (row.ratio[name] === null ? '–' : numberText(row.ratio[name]))),
    ],
  ]);
  const columns = ['', ...FIGURES.map((name) => HEADS[name])];
  const table = renderTable(
    columns,
    lines.map((line) => columns.map((_, index) => line[index] ?? '')),
    { numeric: new Set(FIGURES.map((_, index) => index + 1)), width, lengths: [80] },
  );
  return [
    table,
    '',
    ...aims.map(aimText),
    '',
    `List prices of ${prices.region}, looked up on ${prices.date}; the warehouse has ${capacity ?? 'an unknown number of'} RPU.`,
    ...notes,
  ].join('\n');
}

export const aimText = ({ aim, most, found, met }: Aim): string =>
  `${met ? '✔ met' : '✖ not met'}: ${aim}: ${numberText(found)}, at most ${numberText(most)}`;

/** Times of this machine are not in the page: equal counts give an equal page, but for the last digits of dollars. */
const ON_PAGE: readonly FigureName[] = [
  'transitions',
  'lambda_calls',
  'submits',
  's3_requests',
  'wake_ups',
  'warehouse_seconds',
  'month_dollars',
];

/** The table in docs/deploy.md, in Markdown. @param command what writes it. */
export function pageSection({ rows, prices, capacity }: CostDocument, command: string): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const onPage = (name: FigureName, figure: number) =>
    name === 'month_dollars' ? `$${figure.toFixed(2)}` : Math.round(figure).toLocaleString('en');
  const cells = (row: Row, design: 'Sluice' | 'textbook') =>
    ON_PAGE.map((name) => onPage(name, row[design][name]));
  return [
    `Written by \`${command}\`, by list prices of ${prices.date} in ${prices.region}, at ${capacity} RPU. Dollars are those of a month with such an execution each hour; of a catch-up and of a year's partitions, those of all of them.`,
    '',
    line(['', 'design', ...ON_PAGE.map((name) => HEADS[name])]),
    line(['---', '---', ...ON_PAGE.map(() => '--:')]),
    ...rows.flatMap((row) => [
      line([`${row.name} (${extentOf(row)})`, 'Sluice', ...cells(row, 'Sluice')]),
      line(['', 'textbook', ...cells(row, 'textbook')]),
    ]),
  ].join('\n');
}

const SECTION = /(<!-- cost -->)[^]*?(<!-- end -->)/;

/** @returns the page with another table between its marks. @throws Error if it has no marks. */
export function withSection(page: string, section: string): string {
  if (!SECTION.test(page)) throw new Error('The page has no <!-- cost --> … <!-- end -->.');
  return page.replace(SECTION, (_, begin: string, end: string) => `${begin}\n\n${section}\n\n${end}`);
}
