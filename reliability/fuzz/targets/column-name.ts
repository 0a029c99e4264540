import { PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseDataset, targetColumns } from '../../../core/dataset';
import { quoteName } from '../../../core/sql';
import { writeParquet } from '../parquet-file';
import type { Surroundings } from '../surroundings';
import { ACCEPTED, refusal, same, type Target } from '../target';
import { anyText, HOSTILE_WORDS, hostileText } from '../words';

/** A dataset of four columns with these names, and rows with these texts. */
interface ColumnNameCase {
  readonly table: string;
  readonly key: string;
  readonly eventTime: string;
  readonly first: string;
  readonly second: string;
  readonly strategy: 'delete-insert' | 'merge';
  /** The key, and the texts of `first`. A repeated text makes a long one. */
  readonly rows: readonly { readonly key: string; readonly text: string; readonly times: number }[];
}

const RESERVED = [
  'select',
  'table',
  'order',
  'user',
  'timestamp',
  'tag',
  'oid',
  'ctid',
  'year',
  'source_partition',
  'partition',
  'dataset',
  'staged',
  'sluice_rank',
  'nulls_1',
  'f0',
  'file',
  'rowid',
  'file_row_number',
  'main',
  'true',
  'columns',
];
const name = fc.oneof(
  { weight: 4, arbitrary: hostileText(60).map((text) => text.toLowerCase()) },
  { weight: 2, arbitrary: fc.constantFrom(...RESERVED) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_WORDS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'x'.repeat(127),
      'x'.repeat(128),
      'é'.repeat(63),
      'é'.repeat(64),
      '"'.repeat(127),
    ),
  },
  { weight: 1, arbitrary: anyText({ maxLength: 10 }) },
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 1, maxLength: 8 }) },
);
/**
 * Without the characters that the twin, unlike Redshift, refuses in table names: its engine would read them as a file
 * name.
 */
const tableName = name.map((each) => each.replace(/[./\\*?:[\]]/g, '_'));
/** Few have a NUL, for which COPY refuses the whole file. */
const text = fc.oneof(
  {
    weight: 30,
    arbitrary: fc
      .oneof(hostileText(60), anyText({ maxLength: 20 }), fc.constantFrom('', 'a', 'A', ' '))
      .map((each) => each.replaceAll('\u0000', '')),
  },
  { weight: 1, arbitrary: fc.constantFrom('\u0000', 'a\u0000b') },
);
const row = fc.record({
  // Keys that differ in case are two keys. Redshift and the engine disagree about keys that differ in trailing blanks.
  key: fc.oneof(text, fc.constantFrom('a', 'A', 'ä', 'a\u0308')).map((key) => key.trimEnd()),
  text,
  times: fc.oneof(
    { weight: 8, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(100, 21_845, 32_767, 65_535, 65_536) },
  ),
});

const HOUR = '2026-11-20T08';
const PREFIX = 'trips/year=2026/fuzz-month=11/day=20/hour=08/';
const CANARY = [['sings']];

export const columnName: Target<ColumnNameCase> = {
  seconds: 60,
  cases: fc.record({
    table: fc.oneof({ weight: 2, arbitrary: fc.constant('fuzzed') }, { weight: 1, arbitrary: tableName }),
    key: name,
    eventTime: name,
    first: name,
    second: name,
    strategy: fc.constantFrom('delete-insert', 'merge'),
    rows: fc.array(row, { minLength: 1, maxLength: 4 }),
  }),
  async judge(names, surroundings) {
    const yaml = datasetText(names);
    let dataset;
    try {
      dataset = parseDataset(yaml, 'datasets/dataset.yml');
    } catch (error) {
      return refusal(error, ['DatasetInvalid']);
    }
    const table = `public.${quoteName(dataset.target.table)}`;
    await surroundings.rows('CREATE TABLE IF NOT EXISTS canary AS SELECT \'sings\' AS "song"');
    try {
      const before = await tables(surroundings);
      await putRows(names, surroundings);
      try {
        await surroundings.withDataset(yaml, async () => {
          for (let round = 0; round < 2; round += 1) await surroundings.load('fuzzed', HOUR);
        });
      } catch (error) {
        const rows = await surroundings.rows(`SELECT COUNT(*) FROM ${table}`);
        same('rows after a refusal', rows, [[0]]);
        return refusal(error, ['ValueTooLong', 'ValueInvalid'], 'rows.parquet');
      }
      const columns = await surroundings.rows(
        "SELECT table_name, column_name FROM svv_columns WHERE table_schema = 'public' ORDER BY ordinal_position",
      );
      same(
        'columns',
        columns.filter(([of]) => of === dataset.target.table).map(([, column]) => column),
        targetColumns(dataset).map((column) => column.name),
      );
      const { key, first } = names;
      const rows = await surroundings.rows(
        `SELECT MD5(${quoteName(key)}), OCTET_LENGTH(${quoteName(first)}), MD5(${quoteName(first)}), "year" FROM ${table}`,
      );
      same('rows', inOrder(rows), inOrder(expectedRows(names)));
      same('tables', await tables(surroundings), [...before, dataset.target.table].sort());
      return ACCEPTED;
    } finally {
      same('the canary', await surroundings.rows('SELECT * FROM canary'), CANARY);
      await surroundings.empty('trips/year=2026/fuzz-');
      await surroundings.dropTables(table, 'sluice.mutex_fuzzed');
    }
  },
};

/** JSON strings are valid YAML. */
function datasetText({ table, key, eventTime, first, second, strategy }: ColumnNameCase): string {
  const column = (name: string, type: string, required: boolean) =>
    `  - { name: ${JSON.stringify(name)}, type: ${type}, required: ${required} }`;
  return [
    'dataset: fuzzed',
    // Under the prefix that the COPY role may read.
    'source: { prefix: "trips/year={yyyy}/fuzz-month={MM}/day={dd}/hour={HH}/" }',
    'target:',
    `  table: ${JSON.stringify(table)}`,
    `  key: [${JSON.stringify(key)}]`,
    `  event_time: ${JSON.stringify(eventTime)}`,
    `  distkey: ${JSON.stringify(key)}`,
    `  sortkey: [${JSON.stringify(eventTime)}, ${JSON.stringify(second)}]`,
    '  derive: [year]',
    'columns:',
    column(key, 'varchar(255)', true),
    column(eventTime, 'timestamp', true),
    column(first, 'varchar(65535)', false),
    column(second, 'integer', false),
    `load: { strategy: ${strategy} }`,
  ].join('\n');
}

async function putRows(
  { key, eventTime, first, second, rows }: ColumnNameCase,
  surroundings: Surroundings,
): Promise<void> {
  const path = surroundings.path('rows.parquet');
  await writeParquet(path, [
    { name: second, type: 'INTEGER', values: rows.map((_, index) => String(index)) },
    { name: key, type: 'VARCHAR', values: rows.map((each) => each.key) },
    { name: eventTime, type: 'TIMESTAMP', values: rows.map(() => '2026-11-20 08:15:00') },
    { name: first, type: 'VARCHAR', values: rows.map(whole) },
  ]);
  const { s3, bucket } = surroundings.twin.connection;
  const Body = readFileSync(path);
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${PREFIX}rows.parquet`, Body }));
}

function whole({ text, times }: ColumnNameCase['rows'][number]): string {
  return text.repeat(times);
}

/** The greatest text, compared by bytes, wins among rows with the same key and version. */
function expectedRows({ rows }: ColumnNameCase): unknown[][] {
  const winners = new Map<string, Buffer>();
  for (const each of rows) {
    const bytes = Buffer.from(whole(each));
    const standing = winners.get(each.key);
    if (!standing || Buffer.compare(bytes, standing) > 0) winners.set(each.key, bytes);
  }
  return [...winners].map(([key, bytes]) => [md5(Buffer.from(key)), bytes.length, md5(bytes), 2026]);
}

/** Digests, because a value may have 64 KB, and the client that reads the result may drop a byte order mark. */
function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

function inOrder(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((each) => JSON.stringify(each)).sort();
}

async function tables(surroundings: Surroundings): Promise<unknown[]> {
  const rows = await surroundings.rows("SELECT table_name FROM svv_tables WHERE table_schema = 'public'");
  return rows.flat().sort();
}
