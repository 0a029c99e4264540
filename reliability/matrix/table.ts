import { renderTable } from '../../cli/shared/table';
import type { Cell } from './cells';
import { LEDGER_BEHIND } from './faults';
import { FAULTS, type Fault } from './faults';
import type { Result } from './run-cell';

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

/** The text of each cell, by task and fault. */
function texts(cells: readonly Cell[], results: readonly Result[]): (task: string, fault: Fault) => string {
  const byCell = new Map(results.map((result) => [result.cell.name, result]));
  const all = new Map(
    cells.map((cell) => [`${cell.recorded.task.name} ${cell.fault.group} ${cell.fault.name}`, cell]),
  );
  return (task, fault) => {
    const cell = all.get(`${task} ${fault.group} ${fault.name}`);
    if (cell?.aim === undefined) return NOT_APPLICABLE;
    const result = byCell.get(cell.name);
    if (result === undefined) return NOT_RUN;
    if (result.notCarriedOut !== undefined) return NOT_CARRIED_OUT;
    return result.problems.length > 0 ? 'WRONG' : result.label;
  };
}

const tasksIn = (cells: readonly Cell[]) => [...new Set(cells.map(({ recorded }) => recorded.task.name))];

/** The matrix for a terminal: a table for each group of faults, or several if its columns are too wide for one. */
export function terminalTables(cells: readonly Cell[], results: readonly Result[], width: number): string {
  const text = texts(cells, results);
  // A partial run shows only the rows and columns in which a cell was run.
  const tasks = tasksIn(cells).filter((task) => results.some(({ cell }) => cell.recorded.task.name === task));
  const run = new Set(results.map(({ cell }) => cell.fault));
  return parts
    .map(({ group, faults }) => ({ group, faults: faults.filter((fault) => run.has(fault)) }))
    .flatMap(({ group, faults }) =>
      packed(tasks, faults, text, width).map((columns) =>
        renderTable(
          [group, ...columns.map(({ name }) => name)],
          tasks.map((task) => [task, ...columns.map((fault) => text(task, fault))]),
          { width },
        ),
      ),
    )
    .join('\n\n');
}

/** Splits the faults, in their order, into groups whose columns fit into a width. */
function packed(
  tasks: readonly string[],
  faults: readonly Fault[],
  text: (task: string, fault: Fault) => string,
  width: number,
): readonly (readonly Fault[])[] {
  const first = Math.max(...tasks.map((task) => task.length));
  const lines: Fault[][] = [];
  let left = 0;
  for (const fault of faults) {
    const needed = 2 + Math.max(fault.name.length, ...tasks.map((task) => text(task, fault).length));
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
    'The execution ends FAILED with this error, and with one notification whose text is its cause. At a step within the Map, the target has no change from the partition, the older partition is loaded, the history says `failed` with this error, and no staging table is left. At ListPartitions, nothing is tried. At ReportLoad, both partitions are loaded, and the cause says that the report could not be made.',
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
  const tasks = tasksIn(cells);
  const tables = parts.flatMap(({ group, faults }) => [
    `## ${group}`,
    '',
    ...markdownTable(
      ['state', ...faults.map(({ name }) => name)],
      tasks.map((task) => [task, ...faults.map((fault) => text(task, fault))]),
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
    'Each cell loads two partitions. The fault hits only the later one, which holds duplicates within and across its files, an update of a row of the older partition, and a row that arrives too late. Then the same load runs again without the fault, and must be right whatever came before.',
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
