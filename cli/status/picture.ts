import { createColors } from 'picocolors';
import type { HourState, HourStatus } from '../../core/hour-state';

type Colours = ReturnType<typeof createColors>;

/** How a state looks: a mark that is told from the others without colour, and its words in the legend. */
const MARKS: Readonly<
  Record<HourState, { mark: string; words: string; colour: (colours: Colours) => Paint }>
> = {
  failed: { mark: 'F', words: 'failed', colour: ({ red }) => red },
  overdue: { mark: 'O', words: 'overdue', colour: ({ red }) => red },
  quarantined: { mark: 'Q', words: 'loaded without bad files', colour: ({ yellow }) => yellow },
  late: { mark: 'L', words: 'late files wait', colour: ({ yellow }) => yellow },
  waiting: { mark: 'w', words: 'waits for its load', colour: ({ cyan }) => cyan },
  loading: { mark: '>', words: 'is being loaded', colour: ({ cyan }) => cyan },
  missing: { mark: '-', words: 'nothing arrived', colour: ({ yellow }) => yellow },
  loaded: { mark: '■', words: 'loaded', colour: ({ green }) => green },
  empty: { mark: 'e', words: 'no rows', colour: ({ green }) => green },
  open: { mark: '·', words: 'not settled yet', colour: ({ dim }) => dim },
  before: { mark: ' ', words: '', colour: ({ dim }) => dim },
};
type Paint = (text: string) => string;

/** In this order the legend names what is in the picture. */
const LEGEND: readonly HourState[] = [
  ...(['loaded', 'empty', 'loading', 'waiting', 'late', 'quarantined'] as const),
  ...(['failed', 'overdue', 'missing', 'open'] as const),
];

const HOURS = 24;
const ROWS_WIDTH = 12;
const WIDTH = 78;
const GAP = '   ';

/**
 * A row a day, the oldest first, and a cell an hour, in 70 columns.
 * @param hours in order, without gaps.
 */
export function pictureOf(hours: readonly HourStatus[], colours: Colours): string {
  const days = new Map<string, HourStatus[]>();
  for (const each of hours) {
    const day = each.hour.slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), each]);
  }
  const heading = Array.from({ length: HOURS / 3 }, (_, index) =>
    String(index * 3)
      .padStart(2, '0')
      .padEnd(6),
  );
  const begun = [...days].findIndex(([, each]) => each.some(({ state }) => state !== 'before'));
  const lines = [`${' '.repeat(12)}${heading.join('')} ${'rows'.padStart(ROWS_WIDTH - 3)}`];
  // Days before the dataset's first say nothing.
  for (const [day, each] of [...days].slice(Math.max(0, begun))) {
    const cells = Array<string>(HOURS).fill('  ');
    for (const { hour, state } of each) {
      const { mark, colour } = MARKS[state];
      cells[Number(hour.slice(11))] = `${colour(colours)(mark)} `;
    }
    const loaded = each.filter(({ rows_in_files: rows }) => rows !== null);
    const rows = loaded.reduce((sum, { rows_in_files: inFiles }) => sum + (inFiles ?? 0), 0);
    const text = loaded.length === 0 ? '' : rows.toLocaleString('en');
    lines.push(`${day}  ${cells.join('')}${text.padStart(ROWS_WIDTH - 2)}`.trimEnd());
  }
  return [...lines, '', legendOf(hours, colours)].join('\n');
}

/** The marks that are in the picture, with their words, in lines of at most 78 characters. */
function legendOf(hours: readonly HourStatus[], colours: Colours): string {
  const found = new Set(hours.map(({ state }) => state));
  const lines: string[] = [];
  let length = Infinity;
  for (const state of LEGEND.filter((each) => found.has(each))) {
    const { mark, words, colour } = MARKS[state];
    const entry = `${colour(colours)(mark)} ${words}`;
    const added = mark.length + 1 + words.length + GAP.length;
    if (length + added > WIDTH) {
      lines.push(entry);
      length = added;
    } else {
      lines.push(`${lines.pop() ?? ''}${GAP}${entry}`);
      length += added;
    }
  }
  return lines.join('\n');
}
