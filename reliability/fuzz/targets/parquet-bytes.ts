import { PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { runInspect } from '../../../cli/inspect';
import { quoteName } from '../../../core/sql';
import { CapturedOutput } from '../../../testkit/captured-output';
import { DATASETS } from '../datasets';
import { damage, damaged, type Damage } from '../parquet/damage';
import { SOURCE_NAMES, sourceFile, type SourceName } from '../parquet/sources';
import { readRows } from '../parquet-file';
import type { Surroundings } from '../surroundings';
import { ACCEPTED, refusal, same, Wrong, type Target } from '../target';

/** A whole file, a second one to take parts from, and the damage. */
interface ParquetBytesCase {
  readonly source: SourceName;
  readonly other: SourceName;
  readonly damages: readonly Damage[];
}

const HOUR = '2026-11-20T08';
const FILE = 'damaged.parquet';

export const parquetBytes: Target<ParquetBytesCase> = {
  seconds: 60,
  cases: fc.record({
    source: fc.constantFrom(...SOURCE_NAMES),
    other: fc.constantFrom(...SOURCE_NAMES),
    damages: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 8, arbitrary: fc.array(damage, { minLength: 1, maxLength: 3 }) },
    ),
  }),
  async judge({ source, other, damages }, surroundings) {
    const path = surroundings.path('source.parquet');
    const [whole, second] = [await sourceFile(source, path), await sourceFile(other, path)];
    const bytes = damages.reduce((file, each) => damaged(file, each, second), whole);
    return judgeFile(source === 'int96' ? 'plain' : 'every_type', bytes, surroundings);
  },
};

async function judgeFile(dataset: keyof typeof DATASETS, bytes: Buffer, surroundings: Surroundings) {
  const { s3, bucket: Bucket } = surroundings.twin.connection;
  const Key = `${dataset}/2026/11/20/08/${FILE}`;
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
  const before = await standing(dataset, surroundings);
  try {
    await inspects(`s3://${Bucket}/${Key}`, surroundings);
    try {
      await surroundings.load(dataset, HOUR);
    } catch (error) {
      same('the target after a refusal', await rowsOf(dataset, surroundings), before);
      // ValidateStaging judges the rows of all files, and names the column.
      const { name, message } = error as Error;
      const named =
        name === 'NullKeys' ? [] : [/^Partition \S+, \d+ files?:/.test(message) ? 'column ' : FILE];
      return refusal(
        error,
        ['UnreadableFile', 'ColumnMismatch', 'NullKeys', 'ValueTooLong', 'ValueInvalid'],
        ...named,
      );
    }
    await holdsRowsOf(dataset, bytes, before, surroundings);
    return ACCEPTED;
  } finally {
    await surroundings.empty(`${dataset}/`);
    await surroundings.rows(`DELETE FROM ${dataset} WHERE source_partition > '2026-01-01'`);
  }
}

/** A row from another hour, which no case may change. */
async function standing(dataset: keyof typeof DATASETS, surroundings: Surroundings): Promise<string[]> {
  const input = { dataset, partition: '2020-01-01T00' };
  await surroundings.prepare(input, await surroundings.list(input));
  const rows = await rowsOf(dataset, surroundings);
  if (rows.length > 0) return rows;
  const others = dataset === 'every_type' ? ', updated_at' : '';
  await surroundings.rows(
    `INSERT INTO ${dataset} (id, happened_at${others}, year, month, day, hour, source_partition)
     SELECT 'standing', '2020-01-01 00:00:00'${others && `, '2020-01-01 00:00:00'`}, 2020, 1, 1, 0, '2020-01-01 00:00:00'`,
  );
  return rowsOf(dataset, surroundings);
}

const columnsOf = (dataset: keyof typeof DATASETS) => DATASETS[dataset].columns.map(({ name }) => name);

/** The target's rows as text, in order. */
async function rowsOf(dataset: keyof typeof DATASETS, surroundings: Surroundings): Promise<string[]> {
  const values = columnsOf(dataset).map((name) => `CAST(${quoteName(name)} AS VARCHAR)`);
  // BOOLEAN does not cast to VARCHAR.
  const shown = values.map((value) => (value.includes('"flag"') ? '"flag"' : value)).join(', ');
  const rows = await surroundings.rows(`SELECT ${shown} FROM ${dataset}`);
  return rows.map((row) => JSON.stringify(row)).sort();
}

/**
 * Each key of the file is in the target once, with a row that the file holds, beside the rows from before. A DuckDB
 * other than the twin's reads the file.
 */
async function holdsRowsOf(
  dataset: keyof typeof DATASETS,
  bytes: Buffer,
  before: readonly string[],
  surroundings: Surroundings,
): Promise<void> {
  const path = surroundings.path('read.parquet');
  writeFileSync(path, bytes);
  let held: readonly (readonly unknown[])[];
  try {
    held = await readRows(path, columnsOf(dataset));
  } catch (error) {
    throw new Wrong(`the file was loaded, and cannot be read: ${String(error)}`);
  }
  const inFile = new Set(held.map((row) => JSON.stringify(row)));
  const found = (await rowsOf(dataset, surroundings)).filter((row) => !before.includes(row));
  for (const row of found) if (!inFile.has(row)) throw new Wrong(`the file does not hold ${row}`);
  const keys = (rows: Iterable<string>) =>
    [
      ...new Set([...rows].map((row) => (JSON.parse(row) as unknown[])[columnsOf(dataset).indexOf('id')])),
    ].sort();
  same('keys', keys(found), keys(inFile));
  same('rows', found.length, keys(inFile).length);
}

async function inspects(target: string, { twin }: Surroundings): Promise<void> {
  const captured = new CapturedOutput(true);
  const code = await runInspect(twin.connection, captured.output, { target, rows: 5 });
  const { problem } = captured.document<{ problem: string | null }>();
  same('exit code of inspect', code, problem === null ? 0 : 1);
}
