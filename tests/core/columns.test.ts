import { compareColumns, differencesText, type ColumnDifferences } from '../../core/columns';
import type { ParquetField } from '../../core/parquet-types';
import { ordersDataset } from './orders';

const { columns } = ordersDataset();
const FIELDS: readonly ParquetField[] = [
  { name: 'order_id', type: 'INT64' },
  { name: 'ordered_at', type: 'INT96' },
  { name: 'status', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  { name: 'amount', type: 'INT64', converted_type: 'DECIMAL', precision: 10, scale: 2 },
];
const [orderId, orderedAt, status, amount] = FIELDS as [
  ParquetField,
  ParquetField,
  ParquetField,
  ParquetField,
];

function orderOf(...of: Parameters<typeof compareColumns>): readonly string[] {
  const comparison = compareColumns(...of);
  if (!comparison.matches) throw new Error('the columns differ');
  return comparison.columns.map(({ name }) => name);
}

function differences(found: readonly ParquetField[]): ColumnDifferences {
  const comparison = compareColumns(columns, found);
  if (comparison.matches) throw new Error('the columns match');
  return comparison.differences;
}

describe('a column that was added later', () => {
  const added = ordersDataset({
    columns: [
      { name: 'order_id', type: 'bigint', required: true },
      { name: 'ordered_at', type: 'timestamp', required: true },
      { name: 'status', type: 'varchar(16)', since: '2026-11-23T08' },
      { name: 'amount', type: 'decimal(10,2)' },
    ],
  }).columns;
  const before = [orderId, orderedAt, amount];

  test.each(['2026-11-22T23', '2026-11-23T08'])('may be missing in files of %s', (hour) => {
    expect(orderOf(added, before, hour)).toEqual(['order_id', 'ordered_at', 'amount']);
  });

  test.each(['2026-11-23T09', undefined])('must be in files of %s', (hour) => {
    expect(compareColumns(added, before, hour)).toMatchObject({
      matches: false,
      differences: { missing: ['status'] },
    });
  });

  test('is loaded if a file of its hour has it', () => {
    expect(compareColumns(added, FIELDS, '2026-11-23T08')).toMatchObject({ matches: true });
  });

  test('does not make any other column optional', () => {
    expect(compareColumns(added, [orderId, orderedAt], '2026-11-23T08')).toMatchObject({
      differences: { missing: ['amount'] },
    });
  });
});

describe('columns that match', () => {
  test('as the dataset has them', () => {
    expect(orderOf(columns, FIELDS)).toEqual(['order_id', 'ordered_at', 'status', 'amount']);
  });

  test('in another order: the file’s order counts, because COPY maps columns by position', () => {
    expect(orderOf(columns, [amount, status, orderedAt, orderId])).toEqual([
      'amount',
      'status',
      'ordered_at',
      'order_id',
    ]);
  });

  test('in another case: the order contains the dataset’s names', () => {
    const shouted = FIELDS.map((field) => ({ ...field, name: field.name.toUpperCase() }));
    expect(orderOf(columns, shouted)).toEqual(['order_id', 'ordered_at', 'status', 'amount']);
  });
});

describe('columns that differ', () => {
  test('one is missing', () => {
    expect(differencesText(differences([orderId, orderedAt, status]))).toBe('missing: amount');
  });

  test('one is extra, and is named in the file’s spelling', () => {
    expect(differencesText(differences([...FIELDS, { name: 'Note', type: 'INT32' }]))).toBe('extra: Note');
  });

  test('one is renamed', () => {
    const renamed = [orderId, orderedAt, status, { ...amount, name: 'total' }];
    expect(differencesText(differences(renamed))).toBe('missing: amount; extra: total');
  });

  test('one is repeated in another case', () => {
    const found = differences([...FIELDS, { ...status, name: 'STATUS' }]);
    expect(found.duplicate).toEqual(['status']);
    expect(differencesText(found)).toBe('repeated: status');
  });

  test('one that occurs three times is named once', () => {
    expect(differences([...FIELDS, status, status]).duplicate).toEqual(['status']);
  });

  test('one replaces another: the count is right, the names are not', () => {
    const found = differences([orderId, orderedAt, status, { ...status, name: 'Status' }]);
    expect(differencesText(found)).toBe('missing: amount; repeated: status');
  });

  test('one has another type: the found and the expected type are named', () => {
    const found = differences([orderId, { ...orderedAt, type: 'BOOLEAN' }, status, amount]);
    expect(differencesText(found)).toBe('with another type: ordered_at (found BOOLEAN, expected TIMESTAMP)');
  });

  test('one is nested', () => {
    const nested: ParquetField = { name: 'status', num_children: 2, repetition_type: 'OPTIONAL' };
    expect(differencesText(differences([orderId, orderedAt, nested, amount]))).toBe(
      'with another type: status (found nested, expected VARCHAR(16))',
    );
  });

  test('one is missing, and others are moved: the order is named too, although it is not an error', () => {
    expect(differencesText(differences([status, orderedAt, orderId]))).toBe(
      'missing: amount; in another order: status, order_id (not an error: columns are loaded by name)',
    );
  });

  test('the file has no columns', () => {
    expect(differences([]).missing).toEqual(['order_id', 'ordered_at', 'status', 'amount']);
  });

  test('of many only the first twenty are named, with the number of the rest', () => {
    const extra = Array.from({ length: 23 }, (_, index) => ({ name: `extra_${index + 1}`, type: 'INT32' }));
    const text = differencesText(differences([...FIELDS, ...extra]));
    expect(text).toMatch(/^extra: extra_1, extra_2, .*, extra_20 and 3 more$/);
  });
});
