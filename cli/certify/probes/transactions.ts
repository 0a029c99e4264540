import { setTimeout as sleep } from 'node:timers/promises';
import { diagnoseStatement } from '../../../core/diagnosis';
import { quoteText, sql } from '../../../core/sql';
import { NotTried, verdict, type Probe } from '../probe';
import type { Site } from '../site';

/** Transactions that want the mutex at the same time. */
const RIVALS = 4;
/** Statements between the lock and the change, so that the transactions overlap. */
const MEANWHILE = 10;
/** Between two looks at them. */
const SHORT_MILLISECONDS = 100;

const lock: Probe = {
  name: 'transactions/lock',
  assumption:
    'A transaction that waited for LOCK sees what the other one committed, and changes it without an error 1023.',
  matters: 'sql/merge-into-target.sql: the mutex gives overlapping merges their order.',
  needs: ['warehouse'],
  costs: { statements: 5 + RIVALS * (MEANWHILE + 2) },
  async run(site) {
    const mutex = await site.table();
    const made = await site.warehouse.try({
      tried: [sql`CREATE TABLE ${mutex} (n INT)`, sql`INSERT INTO ${mutex} VALUES (0)`],
    });
    if (!made.ran) throw new NotTried(`the mutex could not be made: ${made.error}`);
    const ids: string[] = [];
    const rivals = Array.from({ length: RIVALS }, () =>
      site.warehouse.try({
        tried: [
          sql`LOCK TABLE ${mutex}`,
          ...Array.from({ length: MEANWHILE }, () => sql`SELECT MAX(n) FROM ${mutex}`),
          sql`UPDATE ${mutex} SET n = n + 1`,
        ],
        taken: (id) => void ids.push(id),
      }),
    );
    const all = Promise.all(rivals);
    const [ended, atOnce] = await Promise.all([all, mostAtOnce(site, ids, all)]);
    const level = await isolationLevel(site);
    const count = await site.warehouse.try({ tried: sql`SELECT n FROM ${mutex}` });
    const n = count.ran ? Number(count.rows[0]?.[0]) : NaN;
    const refused = ended.flatMap((each) => (each.ran ? [] : [each.error]));
    const seen = `isolation level ${level}; ${atOnce} transactions ran at once, ${RIVALS - refused.length} of ${RIVALS} committed, and the counter says ${n}${refused.length > 0 ? `: ${refused[0]}` : ''}`;
    const others = refused.find((error) => !isConflict(error));
    if (others !== undefined) throw new Error(`A transaction was refused for another reason: ${others}`);
    const holds = refused.length === 0 && n === RIVALS;
    if (holds && atOnce < 2) throw new NotTried(`they ran one after the other, which shows nothing: ${seen}`);
    return verdict(holds, seen);
  },
};

const isConflict = (error: string): boolean =>
  diagnoseStatement('FAILED', error, '').name === 'SerializationConflict';

/**
 * How many statements were seen to run at the same moment, at most: they ran both before and after a look at all of them.
 * @param ids grows while it looks. @param ended settles when nothing runs any more.
 */
async function mostAtOnce(
  { warehouse, connection }: Site,
  ids: readonly string[],
  ended: Promise<unknown>,
): Promise<number> {
  let isOver = false;
  const over = ended.finally(() => (isOver = true)).catch(() => {});
  let [most, before] = [0, [] as readonly string[]];
  while (!isOver) {
    const now: string[] = [];
    for (const id of [...ids]) if (await warehouse.isRunning(id).catch(() => false)) now.push(id);
    most = Math.max(most, now.filter((id) => before.includes(id)).length);
    before = now;
    await Promise.race([over, sleep(Math.min(connection.pollInterval, SHORT_MILLISECONDS))]);
  }
  return most;
}

/** Source: Amazon Redshift Database Developer Guide, "SVV_REDSHIFT_DATABASES". */
async function isolationLevel({ warehouse, connection }: Site): Promise<string> {
  const tried = await warehouse.try({
    tried: sql`SELECT database_isolation_level FROM svv_redshift_databases WHERE database_name = ${quoteText(connection.database)}`,
  });
  return tried.ran ? String(tried.rows[0]?.[0] ?? 'not listed') : `not told (${tried.error})`;
}

const merge: Probe = {
  name: 'transactions/merge-with-parameters',
  assumption: 'MERGE takes parameters that the Data API binds, in UPDATE SET and in VALUES.',
  matters: 'sql/merge-into-target.sql with strategy: merge binds the partition’s hour.',
  needs: ['warehouse'],
  costs: { statements: 8 },
  async run(site) {
    const [target, source] = [await site.table(), await site.table()];
    const tried = await site.warehouse.try({
      given: [
        sql`CREATE TABLE ${target} (k INT, v TIMESTAMP)`,
        sql`CREATE TABLE ${source} (k INT)`,
        sql`INSERT INTO ${target} VALUES (1, NULL)`,
        sql`INSERT INTO ${source} VALUES (1), (2)`,
      ],
      tried: sql`MERGE INTO ${target} USING ${source} ON ${target}.k = ${source}.k
        WHEN MATCHED THEN UPDATE SET v = CAST(:hour AS TIMESTAMP)
        WHEN NOT MATCHED THEN INSERT (k, v) VALUES (${source}.k, CAST(:hour AS TIMESTAMP))`,
      then: [
        sql`SELECT k, v FROM ${target} ORDER BY k`,
        sql`DROP TABLE ${target}`,
        sql`DROP TABLE ${source}`,
      ],
      parameters: [{ name: 'hour', value: '2026-11-23 08:00:00' }],
    });
    if (!tried.ran) return verdict(false, `refused: ${tried.error}`);
    const rows = JSON.stringify(tried.rows);
    return verdict(rows === '[[1,"2026-11-23 08:00:00"],[2,"2026-11-23 08:00:00"]]', `the table has ${rows}`);
  },
};

export const transactions: readonly Probe[] = [lock, merge];
