import { asWritten } from '../core/sql';
import type { Connection } from './shared/connection';
import type { Output } from './shared/output';
import { query, type QueryResult } from './shared/query';
import { renderTable } from './shared/table';
import { plural } from './shared/text';
import { checkStatement } from './sql/usage';

export interface SqlOptions {
  readonly statement: string;
  /** Characters in a line. Default: the terminal's width. */
  readonly width?: number;
}

/** Nobody reads more rows on a terminal; `--json` prints every row. */
const ROWS_SHOWN = 1_000;
const LONGEST_VALUE = 1_000;

const NUMERIC_TYPES = /^(int[248]|float[48]|numeric|oid)$/;

/**
 * Runs a statement through the Data API and prints its result.
 * @returns the exit code.
 * @throws UsageError for an empty statement, StatementError with Redshift's text for one that fails.
 */
export async function runSql(connection: Connection, output: Output, options: SqlOptions): Promise<number> {
  checkStatement(options.statement);
  const result = await query(connection, asWritten(options.statement), {
    most: output.json ? undefined : ROWS_SHOWN,
  });
  const { columns, rows, affected } = result;
  output.document({ columns, rows, ...(columns.length === 0 ? { affected } : {}) });
  if (!output.json) output.say(resultText(result, options.width));
  if (holdsRounded(result)) output.note(ROUNDED);
  return 0;
}

const ROUNDED =
  'The SDK rounds integers beyond 2^53. CAST(… AS VARCHAR) in the statement shows them exactly.';

function holdsRounded({ types, rows }: QueryResult): boolean {
  const integers = [...types.keys()].filter((index) => types[index] === 'int8');
  return integers.some((index) =>
    rows.some((row) => typeof row[index] === 'number' && !Number.isSafeInteger(row[index])),
  );
}

function resultText(
  { columns, types, rows, total, affected }: QueryResult,
  width: number | undefined,
): string {
  if (columns.length === 0) return affected === null ? 'Done.' : `${plural(affected, 'row')} affected.`;
  const numeric = new Set([...types.keys()].filter((index) => NUMERIC_TYPES.test(types[index] ?? '')));
  const table = renderTable(columns, rows, { numeric, width, lengths: [LONGEST_VALUE] });
  const more = total > rows.length ? `, the first ${rows.length} shown; --json prints them all` : '';
  return `${table}\n(${plural(total, 'row')}${more})`;
}
