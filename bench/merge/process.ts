import { addHours, startOfHour, timestampText } from '../../core/hour';
import { BareSql, BareStatements } from '../bare-sql';
import { peakBytes } from '../measured-process';
import { mergeOf, type SideName } from './sides';
import { targetPath } from './target';
import { HOUR, tripsDataset } from './trips';

/** The arguments of a process that merges once. */
export interface MergeOrder {
  /** Rows of the target. */
  readonly rows: number;
  readonly side: SideName;
}

export interface MergeResult {
  readonly seconds: number;
  readonly peakBytes: number;
  /** Rows of the target and the sum of their amounts after it. */
  readonly target: string;
}

/** Bounds what DuckDB keeps. What does not fit goes to a file. */
const MEMORY = '1500MB';

/** Merges once in a transaction that is rolled back, so that each run finds the same target. */
async function mergeOnce({ rows, side }: MergeOrder): Promise<MergeResult> {
  const bare = await BareSql.open(targetPath(rows), { memory_limit: MEMORY });
  try {
    const { statements, values } = mergeOf(side, await stagedCounts(bare));
    await bare.run('BEGIN');
    const started = performance.now();
    for (const statement of statements) await bare.run(statement, values);
    const seconds = (performance.now() - started) / 1_000;
    const result = { seconds, peakBytes: peakBytes(), target: await heldBy(bare) };
    await bare.run('ROLLBACK');
    return result;
  } finally {
    bare.close();
  }
}

/** What ValidateStaging counts. */
async function stagedCounts(bare: BareSql): Promise<Record<string, unknown>> {
  const counts: Record<string, unknown> = {};
  for (const { name, sql } of new BareStatements(tripsDataset(true), HOUR).of('validate-staging')) {
    if (name === 'count-columns') continue;
    const [row] = await bare.run(sql, {
      hour_start: timestampText(startOfHour(HOUR)),
      hour_end: timestampText(startOfHour(addHours(HOUR, 1))),
    });
    Object.assign(counts, row);
  }
  return counts;
}

async function heldBy(bare: BareSql): Promise<string> {
  const partition = timestampText(startOfHour(HOUR));
  const [row] = await bare.run(
    `SELECT (SELECT COUNT(*) FROM public.trips) AS rows, COUNT(*) AS merged, SUM(total_amount) AS amount
     FROM public.trips WHERE source_partition = TIMESTAMP '${partition}'`,
  );
  return JSON.stringify(row);
}

void mergeOnce(JSON.parse(process.argv[2]!) as MergeOrder).then((result) => process.send?.(result));
