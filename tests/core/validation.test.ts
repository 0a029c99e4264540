import { judgeStaging } from '../../core/validation';
import { loadErrorOf } from './load-error';
import { ordersDataset } from './orders';

const dataset = ordersDataset();
const LOAD = { partition: '2026-12-31T23', inspection: { rows: 10, files: 2, staging: 'staging_orders' } };
const COUNTS = {
  staged: 10,
  keys: 8,
  columns: 4,
  other_hours: 1,
  first_event: '2026-12-31 22:59:59.999',
  last_event: '2026-12-31 23:59:59',
  nulls_1: 0,
  nulls_2: 0,
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
    const load = { ...LOAD, inspection: { ...LOAD.inspection, rows: 0 } };
    expect(judgeStaging(dataset, load, { ...nothing, nulls_1: null, nulls_2: null })).toEqual({
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
    expect(refusal({ staged })).toMatchObject({
      name: 'RowCountMismatch',
      reason: `Partition 2026-12-31T23: the footers of its 2 files hold 10 rows, ${staged} were staged.`,
    });
  });

  test.each([3, 5])('%d columns of 4', (columns) => {
    expect(refusal({ columns })).toMatchObject({
      name: 'ColumnMismatch',
      reason: `Partition 2026-12-31T23: staging has ${columns} columns, the files have 4.`,
    });
  });

  test('nulls in required columns: each column is named with its count', () => {
    expect(refusal({ nulls_2: 3 })).toMatchObject({
      name: 'NullKeys',
      reason: 'Partition 2026-12-31T23: required columns are null: ordered_at in 3 of 10 rows.',
    });
    expect(refusal({ nulls_1: '1', nulls_2: 3 }).reason).toContain(
      'order_id in 1 of 10 rows, ordered_at in 3',
    );
  });

  test('a result without a row does not pass as an empty table', () => {
    expect(loadErrorOf(() => judgeStaging(dataset, LOAD, {})).name).toBe('RowCountMismatch');
    const empty = { ...LOAD, inspection: { ...LOAD.inspection, rows: 0 } };
    expect(loadErrorOf(() => judgeStaging(dataset, empty, {})).name).toBe('ColumnMismatch');
  });
});
