import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addHours, startOfHour, timestampText } from '../../core/hour';
import { ROOT } from '../../testkit/root';
import { BareSql, BareStatements } from '../bare-sql';
import { HOUR, STAGED_ROWS, tripsDataset, valuesFrom } from './trips';

/** Staged rows whose key the target holds: one in ten corrects a row of the hour before. */
const CORRECTED_EACH = 10;
/** Another form of the databases has another number, so that no old one is used. */
const FORM = 1;

/** Rows of the hours before {@link HOUR}: each has as many as are staged. */
export const targetPath = (rows: number): string => join(ROOT, `.sluice/bench/merge-${FORM}-${rows}.duckdb`);

/** Makes the database of a target with so many rows and the staged hour, if it is not there. It is kept. */
export async function makeTarget(rows: number): Promise<void> {
  const path = targetPath(rows);
  if (existsSync(path)) return;
  const made = `${path}.part`;
  mkdirSync(join(ROOT, '.sluice/bench'), { recursive: true });
  for (const left of [made, `${made}.wal`]) rmSync(left, { force: true });
  const bare = await BareSql.open(made, { memory_limit: '1500MB' });
  try {
    const statements = new BareStatements(tripsDataset(true), HOUR);
    const { pieces } = statements;
    for (const { sql } of statements.of('create-warehouse'))
      if (sql.startsWith('CREATE')) await bare.run(sql);
    for (const { name, sql } of statements.of('copy-to-staging'))
      if (name === 'create-staging') await bare.run(sql);
    const hours = rows / STAGED_ROWS;
    for (let hour = 0; hour < hours; hour += 1) {
      const partition = addHours(HOUR, hour - hours);
      await bare.run(
        `INSERT INTO ${pieces.target} (${pieces.inserted_columns})
         SELECT ${valuesFrom(pieces.inserted_values, 'made')}
         FROM (${rowsOf(hour - hours)}) AS made ORDER BY pickup_datetime, trip_id`,
        { partition_time: timestampText(startOfHour(partition)) },
      );
    }
    await bare.run(
      `INSERT INTO ${pieces.staging}
       SELECT * FROM (${rowsOf(0)}) WHERE number % ${CORRECTED_EACH} <> 0
       UNION ALL BY NAME
       SELECT * REPLACE (updated_at + INTERVAL 1 HOUR AS updated_at, total_amount + 1 AS total_amount)
       FROM (${rowsOf(-1)}) WHERE number % ${CORRECTED_EACH} = 0`.replaceAll(
        'SELECT *',
        'SELECT * EXCLUDE (number)',
      ),
    );
    await bare.run('CHECKPOINT');
  } finally {
    bare.close();
  }
  renameSync(made, path);
}

/** The trips that begin in an hour. Keys are digests, like the ids that producers make. @param hour from {@link HOUR} on. */
function rowsOf(hour: number): string {
  const first = timestampText(startOfHour(addHours(HOUR, hour)));
  const from = (hour + 1_000) * STAGED_ROWS;
  return `SELECT number, md5(CAST(number AS VARCHAR)) AS trip_id,
    CAST(1 + number % 2 AS INTEGER) AS vendor_id,
    TIMESTAMP '${first}' + to_microseconds((number - ${from}) * 3600) AS pickup_datetime,
    TIMESTAMP '${first}' + to_microseconds((number - ${from}) * 3600 + 600000000) AS dropoff_datetime,
    CAST(1 + number % 5 AS INTEGER) AS passenger_count,
    CAST(number % 997 AS DOUBLE) / 37 AS trip_distance,
    CAST((number % 9973) / 100.0 AS DECIMAL(10, 2)) AS total_amount,
    TIMESTAMP '${first}' + to_microseconds((number - ${from}) * 3600 + 600000000) AS updated_at
  FROM range(${from}, ${from + STAGED_ROWS}) AS numbers(number)`;
}
