import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkParquet } from '../../../cli/init/check-parquet';
import { datasetText } from '../../../cli/init/dataset-text';
import { draftOf, namesGiven } from '../../../cli/init/draft';
import { readReference } from '../../../cli/init/reference';
import { openSample, type SampleFile } from '../../../cli/init/sample-file';
import { sampleParquet } from '../../../cli/init/sampled-parquet';
import { redshiftType } from '../../../core/column-types';
import { parseDataset } from '../../../core/dataset';
import { withoutTypes } from '../../../local/behaviour/parquet/edit-footer';
import { parquetOf } from '../../../testkit/parquet';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const folder = temporaryFolder('sluice-parquet-sample-');
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(
  select: string,
  ...options: string[]
): Promise<Extract<SampleFile, { format: 'parquet' }>> {
  const path = join(folder, 'a.parquet');
  writeFileSync(path, await parquetOf(select, ...options));
  const file = await openSample(path);
  if (file.format !== 'parquet') throw new Error('not Parquet');
  return file;
}

const sampled = async (...of: Parameters<typeof opened>) => sampleParquet(await opened(...of));

const ALL = `SELECT i AS id, TIMESTAMP '2026-11-23 08:00:00' + INTERVAL (i // 3) MINUTE AS at,
  (i % 7)::TINYINT AS tiny, i::SMALLINT AS small, i::INTEGER AS whole, (i * 1000000007)::BIGINT AS big, i::FLOAT AS single,
  i / 3 AS double, (i * 1.25)::DECIMAL(12,4) AS price, (i * 1.25)::DECIMAL(38,10) AS wide, i % 2 = 0 AS flag,
  DATE '2026-11-23' AS born, TIMESTAMPTZ '2026-11-23 08:00:00+00' AS zoned, TIMESTAMP_MS '2026-11-23 08:00:00' AS millis,
  repeat('ä', (i % 20)::BIGINT) AS note, 'x'::BLOB AS bytes, CASE WHEN i > 5 THEN 'y' END AS "Some Text", NULL::VARCHAR AS nothing,
  NULL::INTEGER AS none FROM range(100) AS rows(i)`;

test('the types are the footer’s, and widths and nulls those of the values', async () => {
  const { columns, leftOut, rows, obstacles } = await sampled(ALL);
  expect([rows, leftOut, obstacles]).toEqual([100, [], []]);
  expect(columns.map(({ name, type, present }) => [name, redshiftType(type), present])).toEqual([
    ['id', 'BIGINT', 100],
    ['at', 'TIMESTAMP', 100],
    ['tiny', 'SMALLINT', 100],
    ['small', 'SMALLINT', 100],
    ['whole', 'INTEGER', 100],
    ['big', 'BIGINT', 100],
    ['single', 'REAL', 100],
    ['double', 'DOUBLE PRECISION', 100],
    ['price', 'DECIMAL(12, 4)', 100],
    ['wide', 'DECIMAL(38, 10)', 100],
    ['flag', 'BOOLEAN', 100],
    ['born', 'DATE', 100],
    ['zoned', 'TIMESTAMP', 100],
    ['millis', 'TIMESTAMP', 100],
    // 19 letters of two bytes.
    ['note', 'VARCHAR(64)', 100],
    ['bytes', 'VARCHAR(16)', 100],
    ['some text', 'VARCHAR(16)', 94],
    ['nothing', 'VARCHAR(256)', 0],
    ['none', 'INTEGER', 0],
  ]);
  expect(columns.find(({ name }) => name === 'price')?.about).toBe(
    'INT64 DECIMAL(12, 4), 0.0000 to 123.7500',
  );
});

test('the dataset that is made of a file takes all of its rows', async () => {
  const file = await opened(ALL);
  const sample = await sampleParquet(file);
  const draft = draftOf(sample, 'readings', namesGiven({ file: file.name }), 'npx sluice init a.parquet');
  const dataset = parseDataset(datasetText(draft, readReference()), 'readings.yml');
  expect(draft.roles).toMatchObject({
    key: { columns: ['id'], reasons: ['id: 100 different values in 100 rows, never null.'] },
    event_time: { columns: ['at'] },
  });
  expect(dataset.source.stream).toBe('external');
  expect(await checkParquet(dataset, file)).toMatchObject({ rows: 100, taken: 100, refused: 0, unknown: [] });
});

test('columns have the names of the file, not those that the engine gives them', async () => {
  // The engine calls the second one a_1.
  const { columns, leftOut } = await sampled(`SELECT 1 AS "A b", 'x' AS a_1, 2 AS "é"`);
  expect(columns.map(({ name }) => name)).toEqual(['a b', 'a_1', 'é']);
  expect(leftOut).toEqual([]);
});

test('a column without a type and without values is text, which somebody has to check', async () => {
  const file = await opened(
    `SELECT i AS id, TIMESTAMP '2026-11-23' AS at, NULL::INTEGER AS nothing FROM range(5) AS rows(i)`,
  );
  writeFileSync(file.name, withoutTypes(readFileSync(file.name), ['nothing']));
  const untyped = await openSample(file.name);
  if (untyped.format !== 'parquet') throw new Error('not Parquet');
  const sample = await sampleParquet(untyped);
  expect(sample.columns[2]).toMatchObject({
    type: { kind: 'varchar', length: 256 },
    present: 0,
    decide: ['Nothing but nulls: nobody has seen what the values are.'],
  });
  const draft = draftOf(sample, 'rows', namesGiven({ file: '-' }), 'npx sluice init');
  const dataset = parseDataset(datasetText(draft, readReference()), 'rows.yml');
  expect(await checkParquet(dataset, untyped)).toMatchObject({ taken: 5, empty_columns: ['nothing'] });
});

test('columns that differ only in case are left out: Redshift would have one', async () => {
  const file = await opened(`SELECT 1 AS id, 2 AS zz_1, 'x' AS zz_2, 3 AS last`);
  const renamed = readFileSync(file.name).toString('latin1').replaceAll('zz_2', 'ZZ_1');
  writeFileSync(file.name, Buffer.from(renamed, 'latin1'));
  const sample = await sampleParquet(file);
  expect(sample.columns.map(({ name, about }) => [name, about])).toEqual([
    ['id', 'INT32 INT_32, always 1'],
    ['last', 'INT32 INT_32, always 3'],
  ]);
  expect(sample.leftOut.map(({ name, why }) => [name, why])).toEqual([
    ['zz_1', 'the same as ZZ_1 but for the case of letters, which Redshift ignores. Rename one of them.'],
    ['ZZ_1', 'the same as zz_1 but for the case of letters, which Redshift ignores. Rename one of them.'],
  ]);
});

test('what no column holds is an obstacle, since a load refuses the file', async () => {
  const { columns, leftOut, obstacles } = await sampled(
    `SELECT 1 AS a, [1] AS list, {'x': 1} AS nested, 1::UINTEGER AS unsigned, TIMESTAMP_NS '2026-11-23 08:00:00' AS nanos, TIME '08:00:00' AS clock, 1 AS ctid`,
    'COMPRESSION brotli',
  );
  expect(columns.map(({ name }) => name)).toEqual(['a']);
  expect(leftOut.map(({ name, why }) => [name, why])).toEqual([
    ['list', expect.stringMatching(/^nested, and a column holds no nested value/)],
    ['nested', expect.stringMatching(/^nested, and a column holds no nested value/)],
    ['unsigned', expect.stringMatching(/^INT32 UINT_32, which COPY loads into no column/)],
    [
      'nanos',
      expect.stringMatching(/^INT64 TIMESTAMP\(NANOS\): COPY would read another year: write microseconds/),
    ],
    ['clock', expect.stringMatching(/which COPY loads into no column/)],
    ['ctid', expect.stringMatching(/^a name that no column has/)],
  ]);
  expect(obstacles).toEqual([
    expect.stringMatching(/^COPY does not read this file: column a is compressed with BROTLI/),
    'A load refuses files with a column that the dataset does not have: write them without list, nested, unsigned, nanos, clock, ctid.',
  ]);
});

test('a text that is always a number is said: Firehose writes decimals so', async () => {
  const { columns } = await sampled(`SELECT '12.50' AS amount, '12.5x' AS text, '0123456789abcdef' AS hash`);
  expect(columns.map(({ about, type }) => [about, redshiftType(type)])).toEqual([
    ['BYTE_ARRAY UTF8: text of up to 5 bytes, always a number', 'VARCHAR(16)'],
    ['BYTE_ARRAY UTF8: text of up to 5 bytes', 'VARCHAR(16)'],
    ['BYTE_ARRAY UTF8: text of up to 16 bytes', 'VARCHAR(16)'],
  ]);
});

test('a text that a column does not hold is said', async () => {
  const { columns } = await sampled(`SELECT repeat('x', 70000) AS long, 'a' || chr(0) AS nul, 'a ' AS blank`);
  expect(
    columns.map(({ type, decide, endsWithBlank }) => [redshiftType(type), decide, endsWithBlank]),
  ).toEqual([
    [
      'VARCHAR(65535)',
      ['The longest text has 70,000 bytes, and a column holds 65,535: COPY refuses this file.'],
      false,
    ],
    ['VARCHAR(16)', ['A text has a NUL character, at which Redshift ends it.'], false],
    ['VARCHAR(16)', [], true],
  ]);
});

test('versions of a key are found in a file, too', async () => {
  const file = await opened(
    `SELECT 't' || (i % 60) AS trip_id, TIMESTAMP '2026-11-23 08:00:00' + INTERVAL (i % 60) MINUTE AS pickup, TIMESTAMP '2026-11-23 09:00:00' + INTERVAL (i) MINUTE AS updated_at FROM range(100) AS rows(i)`,
  );
  const draft = draftOf(
    await sampleParquet(file),
    'trips',
    namesGiven({ file: file.name }),
    'npx sluice init',
  );
  expect(draft.roles).toMatchObject({
    key: { columns: ['trip_id'] },
    version: { columns: ['updated_at'] },
    event_time: { columns: ['pickup'] },
  });
});

test('a file without rows, or with broken data, is an error by name', async () => {
  await expect(sampled('SELECT 1 AS a FROM range(0)')).rejects.toMatchObject({ name: 'EmptySample' });
  const file = await opened(`SELECT 'text ' || i AS a FROM range(1000) AS rows(i)`);
  const bytes = await parquetOf(`SELECT 'text ' || i AS a FROM range(1000) AS rows(i)`);
  writeFileSync(file.name, bytes.fill(0xff, 4, 200));
  await expect(sampleParquet(file)).rejects.toMatchObject({ name: 'UnreadableSample' });
});
