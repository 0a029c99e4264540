import fc from 'fast-check';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkParquet } from '../../../cli/init/check-parquet';
import { datasetText } from '../../../cli/init/dataset-text';
import { draftOf, namesGiven } from '../../../cli/init/draft';
import { readReference } from '../../../cli/init/reference';
import { openSample } from '../../../cli/init/sample-file';
import { sampleParquet } from '../../../cli/init/sampled-parquet';
import { parseDataset } from '../../../core/dataset';
import { parquetOf } from '../../../testkit/parquet';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const folder = temporaryFolder('sluice-parquet-round-trip-');
afterAll(() => rmSync(folder, { recursive: true }));

const integer = (bits: number) =>
  fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }).map(String);
const decimal = (precision: number, scale: number) =>
  fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }).map((value) => {
    const digits = String(value)
      .replace('-', '')
      .padStart(scale + 1, '0');
    const point = digits.length - scale;
    return `'${value < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}'`;
  });
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Types of the engine, with SQL for their values. */
const TYPES: readonly (readonly [type: string, value: fc.Arbitrary<string>])[] = [
  ['TINYINT', integer(8)],
  ['SMALLINT', integer(16)],
  ['INTEGER', integer(32)],
  ['BIGINT', integer(64)],
  ['DECIMAL(4,1)', decimal(4, 1)],
  ['DECIMAL(18,6)', decimal(18, 6)],
  ['DECIMAL(38,10)', decimal(38, 10)],
  ['FLOAT', fc.float({ noNaN: true, noDefaultInfinity: true }).map(String)],
  ['DOUBLE', fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)],
  ['BOOLEAN', fc.boolean().map(String)],
  [
    'VARCHAR',
    fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .filter((text) => !text.includes('\0'))
      .map(quoted),
  ],
  [
    'DATE',
    fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })
      .map((date) => quoted(date.toISOString().slice(0, 10))),
  ],
  [
    'TIMESTAMP',
    fc
      .date({ min: new Date('1700-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
      .map((date) => quoted(date.toISOString().slice(0, 23))),
  ],
];

const column = (rows: number) =>
  fc
    .constantFrom(...TYPES)
    .chain(([type, value]) =>
      fc
        .array(fc.option(value, { nil: 'NULL', freq: 4 }), { minLength: rows, maxLength: rows })
        .map((values) => values.map((each) => `CAST(${each} AS ${type})`)),
    );

test('a load takes every row of the sample with the dataset that was made of it', async () => {
  const path = join(folder, 'sample.parquet');
  const sample = fc
    .integer({ min: 1, max: 6 })
    .chain((rows) => fc.tuple(fc.constant(rows), fc.array(column(rows), { maxLength: 12 })));
  await fc.assert(
    fc.asyncProperty(sample, async ([rows, columns]) => {
      const selects = Array.from({ length: rows }, (_, row) => {
        const values = columns.map((values, index) => `${values[row]} AS c${index}`);
        return `SELECT ${[`${row} AS id`, `TIMESTAMP '2026-11-23 08:00:00' AS at`, ...values].join(', ')}`;
      });
      writeFileSync(path, await parquetOf(selects.join(' UNION ALL ')));
      const file = await openSample(path);
      if (file.format !== 'parquet') throw new Error('not Parquet');
      const given = namesGiven({ file: path, eventTime: 'at' });
      const draft = draftOf(await sampleParquet(file), 'sample', given, 'npx sluice init sample.parquet');
      const dataset = parseDataset(datasetText(draft, readReference()), 'sample.yml');
      expect(dataset.columns).toHaveLength(columns.length + 2);
      expect(await checkParquet(dataset, file)).toMatchObject({
        rows,
        taken: rows,
        reasons: [],
        unknown: [],
      });
    }),
    { numRuns: 15 },
  );
});
