import { renderTable } from '../../cli/shared/table';
import type { Cell } from './cells';
import { COST_UNKNOWN, FAULTS, LEDGER_BEHIND, type Fault } from './faults';
import type { Result } from './run-cell';
import { rowName } from './tasks';

/** One part of the matrix: the faults of a group at every task. */
interface Part {
  readonly group: Fault['group'];
  readonly faults: readonly Fault[];
}

const groups = [...new Set(FAULTS.map(({ group }) => group))];
const parts: readonly Part[] = groups.map((group) => ({
  group,
  faults: FAULTS.filter((fault) => fault.group === group),
}));

/** The text of a cell whose fault cannot happen to its task. */
const NOT_APPLICABLE = '-';
/** The text of a cell that was not run. */
const NOT_RUN = '·';
const NOT_CARRIED_OUT = 'not carried out';

/** The text of each cell, by row and fault. */
function texts(cells: readonly Cell[], results: readonly Result[]): (row: string, fault: Fault) => string {
  const byCell = new Map(results.map((result) => [result.cell.name, result]));
  const all = new Map(
    cells.map((cell) => [`${rowName(cell.recorded)} ${cell.fault.group} ${cell.fault.name}`, cell]),
  );
  return (row, fault) => {
    const cell = all.get(`${row} ${fault.group} ${fault.name}`);
    if (cell?.aim === undefined) return NOT_APPLICABLE;
    const result = byCell.get(cell.name);
    if (result === undefined) return NOT_RUN;
    if (result.notCarriedOut !== undefined) return NOT_CARRIED_OUT;
    return result.problems.length > 0 ? 'WRONG' : result.label;
  };
}

const rowsIn = (cells: readonly Cell[]) => [...new Set(cells.map(({ recorded }) => rowName(recorded)))];

/** The matrix for a terminal: a table for each group of faults, or several if its columns are too wide for one. */
export function terminalTables(cells: readonly Cell[], results: readonly Result[], width: number): string {
  const text = texts(cells, results);
  // A partial run shows only the rows and columns in which a cell was run.
  const rows = rowsIn(cells).filter((row) => results.some(({ cell }) => rowName(cell.recorded) === row));
  const run = new Set(results.map(({ cell }) => cell.fault));
  return parts
    .map(({ group, faults }) => ({ group, faults: faults.filter((fault) => run.has(fault)) }))
    .flatMap(({ group, faults }) =>
      packed(rows, faults, text, width).map((columns) =>
        renderTable(
          [group, ...columns.map(({ name }) => name)],
          rows.map((row) => [row, ...columns.map((fault) => text(row, fault))]),
          { width },
        ),
      ),
    )
    .join('\n\n');
}

/** Splits the faults, in their order, into groups whose columns fit into a width. */
function packed(
  rows: readonly string[],
  faults: readonly Fault[],
  text: (row: string, fault: Fault) => string,
  width: number,
): readonly (readonly Fault[])[] {
  const first = Math.max(...rows.map((row) => row.length));
  const lines: Fault[][] = [];
  let left = 0;
  for (const fault of faults) {
    const needed = 2 + Math.max(fault.name.length, ...rows.map((row) => text(row, fault).length));
    if (lines.length === 0 || needed > left) {
      lines.push([]);
      left = width - first;
    }
    lines.at(-1)?.push(fault);
    left -= needed;
  }
  return lines;
}

const MEANINGS: readonly (readonly [outcome: string, meaning: string])[] = [
  [
    'recovered',
    'The outcome is the same as without the fault: the exact rows and counts, one row of history for each partition, no staging table, no notification. If only another failure reaches the task (DiagnoseFailure, DiagnoseExecution, NotifyFailure), that failure is reported as it is without the fault.',
  ],
  [
    'an error’s name',
    'The execution ends FAILED with this error, and with one notification whose text is its cause. At a step within a Map, the target has no change from the partition, the older partition is loaded, the history says `failed` with this error, and no staging table is left. If RecordEmpty never hears that it has recorded the partition, the history says `empty`, too. At ListPartitions and PrepareWarehouse, nothing is tried. At ReportLoad, both partitions are loaded, and the cause says that the report could not be made.',
  ],
  [
    'undiagnosed',
    'The failure cannot be diagnosed, and is reported with its own error, in one notification. If the diagnosis cannot reach the warehouse, the history may lack the row, and the staging table stays until the next scheduled execution that loads something.',
  ],
  [
    'unswept',
    'The load is right, but the staging table of a dead execution remains. The next scheduled execution that loads something removes it.',
  ],
  [
    LEDGER_BEHIND,
    'Both partitions are loaded and reported, and the ledger is not written. The next scheduled execution asks the history, copies nothing, and repairs it.',
  ],
  [
    COST_UNKNOWN,
    'Both partitions are loaded and reported. How long the statements ran is not known, so `warehouse_seconds` of the report is null.',
  ],
  ['unnotified', 'The execution ends FAILED with its own error and cause, and the notification is not sent.'],
  [
    'right again',
    'The process is killed and started again. Each merge is whole or absent, the history says which, and no execution keeps running. The next scheduled execution that loads something removes the leftovers.',
  ],
  [NOT_APPLICABLE, 'The task makes no call that this fault can hit, as a run without the fault shows.'],
];

/** The page that keeps the matrix. Equal outcomes give an equal page. */
export function markdownPage(cells: readonly Cell[], results: readonly Result[], command: string): string {
  const text = texts(cells, results);
  const rows = rowsIn(cells);
  const tables = parts.flatMap(({ group, faults }) => [
    `## ${group}`,
    '',
    ...markdownTable(
      ['state', ...faults.map(({ name }) => name)],
      rows.map((row) => [row, ...faults.map((fault) => text(row, fault))]),
    ),
    '',
  ]);
  const wrong = results.filter(({ problems }) => problems.length > 0).length;
  const notCarriedOut = results.filter((result) => result.notCarriedOut !== undefined).length;
  const inapplicable = cells.filter(({ aim }) => aim === undefined).length;
  return [
    '# Fault matrix',
    '',
    `Every task of the compiled state machine × every fault, through the packaged state machine on the local twin: ${results.length} cells, ${results.length - wrong - notCarriedOut} right, ${wrong} wrong, ${notCarriedOut} not carried out, ${inapplicable} not applicable. Written by \`${command}\`.`,
    '',
    'Each cell loads two partitions, more than a day apart, so that each is loaded by itself. The fault hits only the later one, which holds duplicates within and across its files, an update of a row of the older partition, and a row that arrives too late. Then the same load runs again without the fault, and must be right whatever came before.',
    '',
    'In a row “called again”, the step’s statement runs longer than the first invocation. The fault begins with the second one, which waits for the statement that the first one submitted. At InspectAgain, the ledger tells of loads that the warehouse has lost. At RecordEmpty, the later partition has no files at first, only records that never became Parquet.',
    '',
    'In a row “of a group”, the older partition is an hour older and both are loaded together. If one of them may be to blame for the error, each is then loaded alone: a fault that happens once is over by then, and one that lasts fails only the later one. If no single hour is to blame, both fail.',
    '',
    '| outcome | what it means |',
    '| --- | --- |',
    ...MEANINGS.map(([outcome, meaning]) => `| ${outcome} | ${meaning} |`),
    '',
    '“For a while” ends before the retries do; “for good” outlasts all retries. “Once” is one call; “a while” is all attempts of the AWS SDK at one call.',
    '',
    ...tables,
  ].join('\n');
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
