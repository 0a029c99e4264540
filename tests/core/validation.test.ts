import type { PartitionPlan } from '../../core/plan';
import type { Row } from '../../core/states';
import { judgeStaging } from '../../core/validation';
import { loadErrorOf } from './load-error';
import { ORDER_COLUMNS, ordersDataset } from './orders';

const dataset = ordersDataset({
  columns: [{ name: 'order_id', type: 'varchar(16)', required: true }, ...ORDER_COLUMNS.slice(1)],
});
const file = (key: string, rows: number) => ({ key, etag: 'e', size: 1, rows });
/** A plan with two files in one part, in which `amount` is text. */
function planOf(rows: readonly [number, number]): Pick<PartitionPlan, 'partition' | 'parts' | 'rows'> {
  return {
    partition: '2026-12-31T23',
    rows: rows[0] + rows[1],
    parts: [
      {
        table: 't',
        columns: [
          { name: 'order_id', type: 'VARCHAR(16)' },
          { name: 'ordered_at', type: 'TIMESTAMP' },
          { name: 'status', type: 'VARCHAR(16)' },
          { name: 'amount', type: 'VARCHAR(65535)' },
        ],
        copies: [{ manifest_key: 'm', columns: [], files: [file('a', rows[0]), file('b', rows[1])] }],
      },
    ],
  };
}
const LOAD = planOf([4, 6]);
const TIME = '2026-12-31 23:00:00';
const COUNTS = { columns: 4, staged_1: 10, nulls_1_1: null, failing_1_4: null };
const STAGED = {
  staged: 10,
  other_hours: 1,
  first_event: '2026-12-31 22:59:59.999',
  last_event: '2026-12-31 23:59:59',
  failing_years: 0,
};
const KEYS = { keys: 8 };

/** The rows of ValidateStaging's statements. */
const rowsOf = (counts: Row, staged: Row = STAGED, keys: Row = KEYS): Row[] => [
  counts,
  { sluice_partition: TIME, ...staged },
  { sluice_partition: TIME, ...keys },
];
const judged = (...counts: Parameters<typeof rowsOf>) => judgeStaging(dataset, [LOAD], rowsOf(...counts));
const refusal = (counts: Row, staged?: Row) =>
  loadErrorOf(() => judged({ ...COUNTS, ...counts }, { ...STAGED, ...staged }));

describe('counts that add up', () => {
  test('pass, with duplicates and rows of other hours, which are not an error', () => {
    expect(judged(COUNTS)).toEqual([
      {
        partition: '2026-12-31T23',
        staged: 10,
        keys: 8,
        other_hours: 1,
        first_event: '2026-12-31 22:59:59.999',
        last_event: '2026-12-31 23:59:59',
      },
    ]);
  });

  test('may be texts, because Redshift’s SUM of integers is a NUMERIC', () => {
    const texts = (row: Row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value && String(value)]));
    expect(judged(texts(COUNTS), texts(STAGED), texts(KEYS))).toEqual(judged(COUNTS));
  });

  test('for files without rows: the statements that count by partition have none', () => {
    const nothing = [{ columns: 4, staged_1: 0 }];
    expect(judgeStaging(dataset, [planOf([0, 0])], nothing)).toEqual([
      {
        partition: '2026-12-31T23',
        staged: 0,
        keys: 0,
        other_hours: 0,
        first_event: null,
        last_event: null,
      },
    ]);
  });

  test('of several partitions: each has its own, and its parts follow those of the one before', () => {
    const later = { ...planOf([1, 2]), partition: '2027-01-01T00' };
    const rows = [
      ...rowsOf({ ...COUNTS, columns: 8, staged_2: 3 }),
      { sluice_partition: '2027-01-01 00:00:00', ...STAGED, staged: 3, other_hours: 0 },
      { sluice_partition: '2027-01-01 00:00:00', keys: 2 },
    ];
    expect(judgeStaging(dataset, [LOAD, later], rows)).toMatchObject([
      { partition: '2026-12-31T23', staged: 10, keys: 8, other_hours: 1 },
      { partition: '2027-01-01T00', staged: 3, keys: 2, other_hours: 0 },
    ]);
    const lost = rows.map((row) => ({ ...row, ...('staged_2' in row ? { staged_2: 2 } : {}) }));
    expect(loadErrorOf(() => judgeStaging(dataset, [LOAD, later], lost)).reason).toBe(
      'Partition 2027-01-01T00: the footers of its 2 files hold 3 rows, 2 were staged.',
    );
    const columns = rows.map((row) => ({ ...row, ...('columns' in row ? { columns: 7 } : {}) }));
    expect(loadErrorOf(() => judgeStaging(dataset, [LOAD, later], columns)).reason).toBe(
      'Partitions 2026-12-31T23 to 2027-01-01T00: staging has 7 columns, the files have 8.',
    );
  });
});

describe('counts that do not add up', () => {
  test.each([9, 11, 0])('%d rows staged of 10', (staged) => {
    expect(refusal({ staged_1: staged })).toMatchObject({
      name: 'RowCountMismatch',
      reason: `Partition 2026-12-31T23: the footers of its 2 files hold 10 rows, ${staged} were staged.`,
    });
  });

  test.each([3, 5])('%d columns of 4', (columns) => {
    expect(refusal({ columns })).toMatchObject({
      name: 'StagingMismatch',
      reason: `Partition 2026-12-31T23: staging has ${columns} columns, the files have 4.`,
    });
  });

  test('nulls in required columns: each column is named with its count', () => {
    expect(refusal({ nulls_1_2: 3 })).toMatchObject({
      name: 'NullKeys',
      reason: 'Partition 2026-12-31T23: required columns are null: ordered_at in 3 of 10 rows.',
    });
    expect(refusal({ nulls_1_1: '1', nulls_1_2: 3 }).reason).toContain(
      'order_id in 1 of 10 rows, ordered_at in 3',
    );
  });

  test('values that would change: the column is named with count and example', () => {
    expect(refusal({ failing_1_4: '2', example_1_4: 'twelve\u001b[2J' })).toMatchObject({
      name: 'ValueInvalid',
      reason:
        'Partition 2026-12-31T23, 2 files:\ncolumn amount: 2 of 10 values cannot be DECIMAL(10, 2) without a change ' +
        '(the files have VARCHAR(65535)), for example "twelve\\u001b[2J"',
    });
  });

  test('keys that Redshift may take for others: the column is named with count and example', () => {
    expect(refusal({ blanks_1_1: 1, blank_1_1: 'A-7 ' })).toMatchObject({
      name: 'ValueInvalid',
      reason:
        'Partition 2026-12-31T23, 2 files:\ncolumn order_id: 1 of 10 values end with a blank, which Redshift ignores when ' +
        'it compares keys, for example "A-7 "',
      fix: 'Trim these keys where they are written. Then load the partition again.',
    });
  });

  test('a year that the derived column cannot hold', () => {
    expect(refusal({}, { failing_years: 1, last_event: '40000-01-01 00:00:00' })).toMatchObject({
      name: 'ValueInvalid',
      reason: expect.stringContaining(
        'column ordered_at: 1 of 10 values have a year that the derived column year cannot hold',
      ) as string,
    });
  });

  test('a result without a row does not pass as an empty table', () => {
    expect(loadErrorOf(() => judgeStaging(dataset, [LOAD], [])).name).toBe('StagingMismatch');
    expect(loadErrorOf(() => judgeStaging(dataset, [LOAD], [{ columns: 4 }])).name).toBe('RowCountMismatch');
  });
});
