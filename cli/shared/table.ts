import CliTable from 'cli-table3';
import { stripVTControlCharacters } from 'node:util';
import { createColors } from 'picocolors';
import { oneLine } from '../../core/one-line';
import { wantsColours } from './colours';

export interface TableOptions {
  /** Indexes of the columns to align right. Default: the columns that hold only numbers and nulls. */
  readonly numeric?: ReadonlySet<number>;
  /** Characters in a line. Default: the terminal's width; without a terminal, no limit. */
  readonly width?: number;
  /** Limits on the characters of a value, tried one after the other until the table fits. */
  readonly lengths?: readonly number[];
  /** Default: as wantsColours() says. */
  readonly colour?: boolean;
}

const LENGTHS = [64, 24];

/**
 * A table for people. If it is wider than the terminal even with shortened values, each row becomes a block with a line for
 * each column.
 * @param rows JSON values. Control characters in text are escaped, so that no text controls the terminal.
 */
export function renderTable(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  options: TableOptions = {},
): string {
  const width = options.width ?? terminalWidth();
  const lengths = options.lengths ?? LENGTHS;
  const look = {
    numeric: options.numeric ?? numericColumns(columns, rows),
    colours: createColors(options.colour ?? wantsColours()),
  };
  for (const length of lengths) {
    const lines = horizontal(columns, rows, length, look);
    if (lines.every((line) => stripVTControlCharacters(line).length <= width)) return lines.join('\n');
  }
  return vertical(columns, rows, Math.max(...lengths), look).join('\n');
}

interface Look {
  readonly numeric: ReadonlySet<number>;
  readonly colours: ReturnType<typeof createColors>;
}

function horizontal(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  length: number,
  { numeric, colours }: Look,
): string[] {
  const table = borderless(columns.map((_, index) => (numeric.has(index) ? 'right' : 'left')));
  table.push(
    columns.map((name) => colours.bold(displayText(name, length))),
    ...rows.map((row) => columns.map((_, index) => cell(row[index], length, colours))),
  );
  return linesOf(table);
}

function vertical(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  length: number,
  { colours }: Look,
): string[] {
  return rows.flatMap((row, number) => {
    const table = borderless(['left', 'left']);
    table.push(
      ...columns.map((name, index) => [
        colours.bold(displayText(name, length)),
        cell(row[index], length, colours),
      ]),
    );
    return [colours.dim(`── row ${number + 1} ──`), ...linesOf(table)];
  });
}

function borderless(colAligns: ('left' | 'right')[]): CliTable.Table {
  const sides = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
  ];
  const inside = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];
  return new CliTable({
    chars: { ...Object.fromEntries([...sides, ...inside].map((name) => [name, ''])), middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns,
  });
}

function linesOf(table: CliTable.Table): string[] {
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

function cell(value: unknown, length: number, colours: Look['colours']): string {
  return value === null || value === undefined ? colours.dim('NULL') : displayText(valueText(value), length);
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Escapes control characters and shortens text to a length. */
export function displayText(text: string, length: number): string {
  const shown = text.length > length ? `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
  return oneLine(shown);
}

function numericColumns(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): ReadonlySet<number> {
  const isNumeric = (index: number) =>
    rows.some((row) => typeof row[index] === 'number') &&
    rows.every((row) => row[index] === null || row[index] === undefined || typeof row[index] === 'number');
  return new Set([...columns.keys()].filter(isNumeric));
}

export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity;
}
