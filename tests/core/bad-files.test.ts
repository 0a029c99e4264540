import {
  badFilesError,
  fileNamedIn,
  footerProblem,
  quarantineDiagnosis,
  type BadFile,
} from '../../core/bad-files';
import type { LakeFile } from '../../core/files';
import type { ParquetField } from '../../core/parquet-types';
import { ordersDataset } from './orders';

const dataset = ordersDataset();
const FIELDS: readonly ParquetField[] = [
  { name: 'order_id', type: 'INT64' },
  { name: 'ordered_at', type: 'INT96' },
  { name: 'status', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  { name: 'amount', type: 'INT64', converted_type: 'DECIMAL', precision: 10, scale: 2 },
];
const [first, ...others] = FIELDS as [ParquetField, ...ParquetField[]];
const HOUR = '2026-11-23T08';
const footer = (fields: readonly ParquetField[], nulls: Record<string, number> = {}) => ({
  rows: 5,
  fields,
  nulls: new Map(Object.entries(nulls)),
  times: new Map(),
});
const file = (key: string): LakeFile => ({ key, etag: 'e1', size: 1 });
const bad = (key: string, changes: Partial<BadFile> = {}): BadFile => ({
  ...file(key),
  error: 'ColumnMismatch',
  reason: 'missing: order_id',
  ...changes,
});

describe('the footer of a file', () => {
  test('shows nothing wrong if the file can be loaded', () => {
    expect(footerProblem(dataset, HOUR, footer(FIELDS))).toBeUndefined();
    expect(footerProblem(dataset, HOUR, footer(FIELDS, { order_id: 0, status: 5 }))).toBeUndefined();
  });

  test.each<[string, readonly ParquetField[], string]>([
    ['short', others, 'table columns: 4, data columns: 3; missing: order_id'],
    [
      'renamed',
      [{ ...first, name: 'id' }, ...others],
      'table columns: 4, data columns: 4; missing: order_id; extra: id',
    ],
    ['long', [...FIELDS, { name: 'note', type: 'INT32' }], 'table columns: 4, data columns: 5; extra: note'],
    [
      'with a repeated column',
      [...FIELDS, { ...first, name: 'ORDER_ID' }],
      'table columns: 4, data columns: 5; repeated: order_id',
    ],
    [
      'with a column of another type',
      [{ ...first, type: 'BOOLEAN' }, ...others],
      'table columns: 4, data columns: 4; with another type: order_id (found BOOLEAN, expected BIGINT)',
    ],
    [
      'with a nested column',
      [{ name: 'order_id', num_children: 1 }, ...others],
      'table columns: 4, data columns: 4; with another type: order_id (found nested, expected BIGINT)',
    ],
    [
      'short and in another order',
      [...others].reverse(),
      'table columns: 4, data columns: 3; missing: order_id; in another order: amount, ordered_at (not an error: columns are loaded by name)',
    ],
  ])('says that the file is %s, and how', (_, fields, reason) => {
    expect(footerProblem(dataset, HOUR, footer(fields))).toEqual({ error: 'ColumnMismatch', reason });
  });

  test('says that a required column is null', () => {
    expect(footerProblem(dataset, HOUR, footer(FIELDS, { order_id: 2, ordered_at: 5 }))).toEqual({
      error: 'NullKeys',
      reason: 'required columns are null: order_id in 2 of 5 rows, ordered_at in 5 of 5 rows',
    });
  });
});

describe('a partition with bad files', () => {
  test('fails with the error of the first one, and names all of them with every fix', () => {
    const error = badFilesError(
      dataset,
      'lake',
      [bad('orders/short'), bad('orders/text', { error: 'UnreadableFile', reason: 'it is empty' })],
      3,
    );
    expect(error.name).toBe('ColumnMismatch');
    expect(error.reason.split('\n')).toEqual([
      '2 of 3 files cannot be loaded into dataset orders:',
      's3://lake/orders/short: ColumnMismatch: missing: order_id',
      's3://lake/orders/text: UnreadableFile: it is empty',
    ]);
    expect(error.fix).toMatch(
      /columns order_id, ordered_at, status, amount.*delete them.*load the partition/s,
    );
  });

  test('is loaded without them, and its diagnosis names them in the same way', () => {
    expect(quarantineDiagnosis(dataset, 'lake', [bad('orders/short')], 3, 2)).toEqual({
      error: 'FilesQuarantined',
      cause:
        '1 of 3 files were left out, the others loaded:\ns3://lake/orders/short: ColumnMismatch: missing: order_id',
      fix: expect.stringContaining('The next scheduled execution loads') as string,
    });
  });

  test('lists only the first ones if there are many', () => {
    const many = Array.from({ length: 25 }, (_, index) => bad(`part-${index}`));
    const { reason } = badFilesError(dataset, 'lake', many, 30);
    expect(reason.split('\n')).toHaveLength(12);
    expect(reason).toMatch(
      /^25 of 30 files .*\n(.*\n){10}… and 15 more files; the plan in the lake names them all$/,
    );
  });
});

describe('the file that an error of the warehouse names', () => {
  const files = [
    'trips/hour=08/a.parquet',
    'trips/hour=08/a.parquet.gz',
    'trips/hour=08/a',
    'hour=08/a.parquet',
    'trips/hour=08/it’s 5% + more.parquet',
  ].map(file);

  test.each([
    [
      'Unmatched number of columns between table and file. Table columns: 12, Data columns: 8, File name: https://s3.us-east-1.amazonaws.com/lake/trips/hour=08/a.parquet',
      0,
    ],
    ["File 'https://s3.us-east-1.amazonaws.com/lake/trips/hour%3D08/a.parquet.gz' has an incompatible", 1],
    ['File name: s3://lake/trips/hour=08/a.\n', 2],
    ['File name: s3://lake/hour=08/a.parquet, offset 4', 3],
    ['(s3://lake/trips/hour=08/it’s 5% + more.parquet)', 4],
    [
      'https://s3.us-east-1.amazonaws.com/lake/trips/hour%3D08/it%E2%80%99s%205%25%20%2B%20more.parquet is corrupt',
      4,
    ],
  ])('%s', (text, index) => {
    expect(fileNamedIn(text, files)).toBe(files[index]);
  });

  test.each(['ERROR: no file', 's3://lake/trips/hour=08/a.parquet2', 's3://lake/trips/hour=08/ab', ''])(
    'none: %s',
    (text) => {
      expect(fileNamedIn(text, files)).toBeUndefined();
    },
  );
});
