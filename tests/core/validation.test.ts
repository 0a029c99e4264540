import type { PartitionPlan } from '../../core/plan';
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
const COUNTS = {
  staged: 10,
  keys: 8,
  columns: 4,
  other_hours: 1,
  first_event: '2026-12-31 22:59:59.999',
  last_event: '2026-12-31 23:59:59',
  staged_1: 10,
  nulls_1_1: null,
  failing_1_4: null,
  failing_years: 0,
};

const refusal = (counts: object) => loadErrorOf(() => judgeStaging(dataset, LOAD, { ...COUNTS, ...counts }));

describe('counts that add up', () => {
  test('pass, with duplicates and rows of other hours, which are not an error', () => {
    expect(judgeStaging(dataset, LOAD, COUNTS)).toEqual({
      staged: 10,
      keys: 8,
      other_hours: 1,
      first_event: '2026-12-31 22:59:59.999',
      last_event: '2026-12-31 23:59:59',
    });
  });

  test('may be texts, because Redshift’s SUM of integers is a NUMERIC', () => {
    const texts = Object.fromEntries(Object.entries(COUNTS).map(([name, value]) => [name, String(value)]));
    expect(judgeStaging(dataset, LOAD, texts)).toEqual(judgeStaging(dataset, LOAD, COUNTS));
  });

  test('for files without rows: sums and ranges are null', () => {
    const nothing = {
      staged: 0,
      keys: 0,
      columns: 4,
      other_hours: null,
      first_event: null,
      last_event: null,
    };
    expect(judgeStaging(dataset, planOf([0, 0]), nothing)).toEqual({
      staged: 0,
      keys: 0,
      other_hours: 0,
      first_event: null,
      last_event: null,
    });
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
    expect(refusal({ failing_years: 1, last_event: '40000-01-01 00:00:00' })).toMatchObject({
      name: 'ValueInvalid',
      reason: expect.stringContaining(
        'column ordered_at: 1 of 10 values have a year that the derived column year cannot hold',
      ) as string,
    });
  });

  test('a result without a row does not pass as an empty table', () => {
    expect(loadErrorOf(() => judgeStaging(dataset, LOAD, {})).name).toBe('StagingMismatch');
    expect(loadErrorOf(() => judgeStaging(dataset, LOAD, { columns: 4 })).name).toBe('RowCountMismatch');
  });
});
