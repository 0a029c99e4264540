import { DuckDBInstance } from '@duckdb/node-api';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { redshiftType } from '../core/column-types';
import type { Dataset } from '../core/dataset';
import { loadedRow } from '../core/history';
import { addHours, startOfHour, timestampText } from '../core/hour';
import { sql, type Pieces } from '../core/sql';
import { countPieces, partPieces, stagedPieces, stagingTable } from '../core/staging';
import type { ValidatedState } from '../core/states';
import { datasetPieces } from '../core/warehouse';
import { readDatasets } from '../service/datasets';
import { namedStatementsOf } from '../service/statements';
import type { Side } from './side';

const ROOT = resolve(__dirname, '..');

/**
 * Runs the statements of sql/*.sql in DuckDB alone, in the same order and transactions: no service, no function, no
 * state machine. Only syntax that DuckDB lacks is changed.
 */
export async function bareDuckdb(files: readonly string[], hour: string, directory: string): Promise<Side> {
  const dataset = readDatasets(ROOT).find((each) => each.name === 'trips')!;
  const instance = await DuckDBInstance.create(join(directory, 'bare.duckdb'));
  const connection = await instance.connect();
  await connection.run(
    "SET integer_division = true; SET default_null_order = 'NULLS_LAST_ON_ASC_FIRST_ON_DESC'",
  );
  const part = {
    table: stagingTable(dataset.name, hour, 'bench', 1),
    columns: dataset.columns.map(({ name, type }) => ({ name, type: redshiftType(type) })),
    copies: [],
  };
  const nothing = sql``;
  const pieces: Pieces = {
    ...datasetPieces(dataset),
    ...stagedPieces(dataset, [part]),
    ...partPieces(dataset, part),
    ...countPieces(dataset, part, 1),
    target_attributes: nothing,
    staging_attributes: nothing,
  };
  const plain = (sql: string) =>
    sql
      // DuckDB has neither SYSDATE nor this form of DATEDIFF.
      .replaceAll('DATEDIFF(second, SYSDATE, GETDATE())', '0')
      .replaceAll('GETDATE()', 'CAST(now() AS TIMESTAMP)')
      .replace(/ DISTSTYLE AUTO SORTKEY \(.*\)/, '');
  const statements = (step: string) =>
    namedStatementsOf(ROOT, step, dataset, pieces, {
      'copy-files': [],
      'check-values': [],
      'add-history-column': [],
    })
      .filter((each) => each.name !== 'lock-mutex')
      .map((each) => ({ name: each.name, sql: plain(each.sql) }));

  const run = async (sql: string, values: Record<string, string | number>) => {
    const used = Object.entries(values).filter(([name]) => new RegExp(`(?<!:):${name}\\b`).test(sql));
    const named = used.reduce(
      (text, [name]) => text.replace(new RegExp(`(?<!:):${name}\\b`, 'g'), `$${name}`),
      sql,
    );
    return connection.runAndReadAll(
      named,
      Object.fromEntries(used.map(([name, value]) => [name, String(value)])),
    );
  };
  // The others are for a target that was dropped.
  for (const { sql } of statements('create-warehouse')) if (sql.startsWith('CREATE')) await run(sql, {});

  const staged: Record<string, string> = {
    sluice_schema: 'sluice',
    hour_start: timestampText(startOfHour(hour)),
    hour_end: timestampText(startOfHour(addHours(hour, 1))),
  };
  const transaction = async (work: () => Promise<void>) => {
    await connection.run('BEGIN');
    await work();
    await connection.run('COMMIT');
  };
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  let rounds = 0;
  return {
    async round() {
      rounds += 1;
      await transaction(async () => {
        for (const { sql } of statements('copy-to-staging')) {
          await run(sql, {});
        }
        for (const file of files) {
          await run(
            `INSERT INTO ${pieces.staging} SELECT ${pieces.columns} FROM read_parquet('${file}')`,
            {},
          );
        }
      });
      const counts: Record<string, unknown> = {};
      for (const { sql } of statements('validate-staging')) {
        const counted = await run(sql.replace('FROM svv_columns', 'FROM information_schema.columns'), staged);
        Object.assign(counts, counted.getRowObjectsJson()[0]);
      }
      const values = {
        partition_time: timestampText(startOfHour(hour)),
        first_event: String(counts.first_event),
        last_event: String(counts.last_event),
        keys: Number(counts.keys),
        ...loadedRow(
          loadOf(dataset, hour, `bench-${rounds}`, files.length, bytes, counts),
          { fingerprint: '' },
          {},
        ),
      };
      let result: Record<string, unknown> = {};
      await transaction(async () => {
        for (const { name, sql } of statements('merge-into-target')) {
          const answer = await run(sql, values);
          if (name === 'counts') result = answer.getRowObjectsJson()[0] ?? {};
        }
        await connection.run(
          'DROP TABLE sluice_winners; DROP TABLE sluice_matches; DROP TABLE sluice_counts',
        );
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
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}

/** The load as the state machine has it at this point. Fields that the merge does not record have empty values. */
function loadOf(
  dataset: Dataset,
  partition: string,
  execution: string,
  files: number,
  bytes: number,
  counts: Readonly<Record<string, unknown>>,
): ValidatedState {
  const staged = Number(counts.staged);
  return {
    dataset: dataset.name,
    partition,
    execution,
    reason: 'requested',
    files,
    diagnosis_bytes: 0,
    most_further_copies: 0,
    built_on: 0,
    failures: 0,
    inspection: {
      outcome: 'ready',
      plan_key: '',
      fingerprint: '',
      parts: 1,
      files,
      rows: staged,
      bytes,
      quarantined: 0,
      vanished: 0,
      overwritten: 0,
      error_objects: 0,
      error_records: 0,
      on_bad_file: dataset.load.on_bad_file,
      further_copies: 0,
      searching: false,
      started: new Date().toISOString(),
      statement_timeout_minutes: 0,
      merge_timeout_minutes: 0,
    },
    counts: {
      staged,
      keys: Number(counts.keys),
      other_hours: Number(counts.other_hours),
      first_event: String(counts.first_event),
      last_event: String(counts.last_event),
      warehouse_seconds: null,
    },
  };
}
