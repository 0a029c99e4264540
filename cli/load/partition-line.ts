import type { PartitionResult, RowCounts } from '../../core/report';

interface ReportColumn {
  readonly name: string;
  readonly width: number;
  readonly left?: true;
  text(result: PartitionResult): string;
}

const count = (name: 'files' | keyof RowCounts, width: number, title: string = name): ReportColumn => ({
  name: title,
  width,
  text: (result) => String(result[name]),
});
const PARTITION: ReportColumn = { name: 'partition', width: 13, left: true, text: (each) => each.partition };
const OUTCOME: ReportColumn = { name: 'outcome', width: 7, left: true, text: (each) => each.outcome };
const SECONDS: ReportColumn = { name: 'seconds', width: 7, text: (each) => each.seconds.toFixed(2) };

const COLUMNS: readonly ReportColumn[] = [
  PARTITION,
  { name: 'reason', width: 10, left: true, text: (each) => each.reason },
  OUTCOME,
  count('files', 6),
  count('rows_in_files', 9, 'rows'),
  count('staged', 9),
  count('duplicates', 10),
  count('superseded', 10),
  count('deleted', 9),
  count('inserted', 9),
  SECONDS,
];

/** For a terminal of 80 characters. Leaves out the staged rows: unless a load fails, they equal the rows in the files. */
const NARROW_COLUMNS: readonly ReportColumn[] = [
  PARTITION,
  OUTCOME,
  count('files', 5),
  count('rows_in_files', 8, 'rows'),
  count('duplicates', 7, 'dupl.'),
  count('superseded', 7, 'supers.'),
  count('deleted', 8),
  count('inserted', 8),
  SECONDS,
];

/** The columns that fit into the terminal. */
function fittingColumns(): readonly ReportColumn[] {
  const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
  return textOf(COLUMNS, ({ name }) => name).length <= width ? COLUMNS : NARROW_COLUMNS;
}

function textOf(columns: readonly ReportColumn[], cellOf: (column: ReportColumn) => string): string {
  return columns
    .map((column) => {
      const cell = cellOf(column);
      return column.left ? cell.padEnd(column.width) : cell.padStart(column.width);
    })
    .join(' ');
}

/** The heading above the partitions' lines. */
export const headText = (): string => textOf(fittingColumns(), ({ name }) => name);

/** The result of one partition, in one line. */
export const resultText = (result: PartitionResult): string =>
  textOf(fittingColumns(), (column) => column.text(result));
