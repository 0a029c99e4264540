import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addHours, startOfHour, timestampText } from '../../core/hour';
import { MEMORY_LIMIT } from '../../local/redshift-data/warehouse/database';
import { readDatasets } from '../../service/datasets';
import { BareSql, BareStatements } from '../bare-sql';
import type { Side } from './side';

const ROOT = resolve(__dirname, '../..');

/**
 * Runs the statements of sql/*.sql in DuckDB alone, in the same order and transactions: no service, no function, no
 * state machine.
 */
export async function bareDuckdb(files: readonly string[], hour: string, directory: string): Promise<Side> {
  const dataset = readDatasets(ROOT).find((each) => each.name === 'trips')!;
  const bare = await BareSql.open(join(directory, 'bare.duckdb'), { memory_limit: MEMORY_LIMIT });
  const statements = new BareStatements(dataset, hour);
  const { pieces } = statements;
  // The others are for a target that was dropped.
  for (const { sql } of statements.of('create-warehouse')) if (sql.startsWith('CREATE')) await bare.run(sql);

  const staged: Record<string, string> = {
    sluice_schema: 'sluice',
    hour_start: timestampText(startOfHour(hour)),
    hour_end: timestampText(startOfHour(addHours(hour, 1))),
  };
  const transaction = async (work: () => Promise<void>) => {
    await bare.run('BEGIN');
    await work();
    await bare.run('COMMIT');
  };
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  let rounds = 0;
  return {
    async round() {
      rounds += 1;
      await transaction(async () => {
        for (const { sql } of statements.of('copy-to-staging')) await bare.run(sql);
        for (const file of files) {
          await bare.run(
            `INSERT INTO ${pieces.staging} SELECT ${pieces.columns} FROM read_parquet('${file}')`,
          );
        }
      });
      const counts: Record<string, unknown> = {};
      for (const { sql } of statements.of('validate-staging')) {
        const counted = await bare.run(
          sql.replace('FROM svv_columns', 'FROM information_schema.columns'),
          staged,
        );
        Object.assign(counts, counted[0]);
      }
      const merge = statements.merge(`bench-${rounds}`, { files: files.length, bytes }, counts);
      let result: Record<string, unknown> = {};
      await transaction(async () => {
        for (const { name, sql } of merge.statements) {
          const [row] = await bare.run(sql, merge.values);
          if (name === 'counts') result = row ?? {};
        }
        for (const table of ['sluice_winners', 'sluice_matches', 'sluice_rivals', 'sluice_counts'])
          await bare.run(`DROP TABLE ${table}`);
      });
      const number = (name: string) => Number(result[name]);
      return {
        staged: number('staged'),
        duplicates: number('duplicates'),
        deleted: number('deleted'),
        inserted: number('inserted'),
      };
    },
    end() {
      bare.close();
      return Promise.resolve();
    },
  };
}
