import type { HistoryRow } from '../../core/history';
import { ROW_COUNTS } from '../../core/report';
import type { TestTwin } from '../../testkit/test-twin';

const TEXTS = [
  'dataset',
  'partition',
  'execution',
  'reason',
  'outcome',
] as const satisfies readonly (keyof HistoryRow)[];
/** Null if nothing failed and nothing was left out. */
const PROBLEMS = ['error', 'cause'] as const satisfies readonly (keyof HistoryRow)[];
export const COUNTS = [
  'files',
  'quarantined',
  ...ROW_COUNTS,
] as const satisfies readonly (keyof HistoryRow)[];

/** A row of sluice.load_history. A count that is null is 0 here. */
export type Recorded = Pick<HistoryRow, (typeof TEXTS)[number] | 'merge_number'> &
  Readonly<Record<(typeof COUNTS)[number], number>> &
  Readonly<Record<(typeof PROBLEMS)[number], string | null>>;

export async function readLoadHistory(twin: TestTwin): Promise<readonly Recorded[]> {
  const names = [...TEXTS, ...PROBLEMS, ...COUNTS, 'merge_number'] as const;
  const { rows } = await twin.sql(`SELECT ${names.join(', ')} FROM sluice.load_history`);
  return rows.map((row) => {
    const value = (name: (typeof names)[number]) => row[names.indexOf(name)] ?? null;
    const texts = TEXTS.map((name) => [name, String(value(name)).trim()] as const);
    const counts = COUNTS.map((name) => [name, Number(value(name))] as const);
    const problems = PROBLEMS.map(
      (name) => [name, value(name) === null ? null : String(value(name))] as const,
    );
    const merge_number = Number(value('merge_number'));
    return { merge_number, ...fromEntries(texts), ...fromEntries(problems), ...fromEntries(counts) };
  });
}

function fromEntries<Name extends string, Value>(
  entries: readonly (readonly [Name, Value])[],
): Record<Name, Value> {
  return Object.fromEntries(entries) as Record<Name, Value>;
}

export function rowText(row: Recorded): string {
  const counts = COUNTS.map((name) => `${name} ${row[name]}`).join(', ');
  const problem = row.error === null ? '' : `, ${row.error}: ${row.cause ?? ''}`;
  return `${row.dataset} ${row.partition} ${row.execution} ${row.reason} ${row.outcome}: ${counts}${problem}`;
}
