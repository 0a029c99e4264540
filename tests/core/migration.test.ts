import { redshiftType } from '../../core/column-types';
import { targetColumns } from '../../core/dataset';
import { addedColumn, planMigration, type FoundColumn } from '../../core/migration';
import { ORDER_COLUMNS, ordersDataset } from './orders';

const dataset = ordersDataset();

/** The target as the dataset file's first load made it. */
const made = (of = dataset): FoundColumn[] =>
  targetColumns(of).map(({ name, type, required }) => ({
    name,
    type: redshiftType(type).toLowerCase(),
    nullable: !required,
    hasDefault: false,
  }));
const changed = (name: string, changes: Partial<FoundColumn>): FoundColumn[] =>
  made().map((column) => (column.name === name ? { ...column, ...changes } : column));
const withColumn = (column: { name: string; type: string; required?: boolean }) =>
  ordersDataset({ columns: [...ORDER_COLUMNS, column] });
const NOTHING = { create: false, add: [], refused: [], left: [] };

test('a target that is what the file says needs nothing', () => {
  expect(planMigration(dataset, made())).toEqual(NOTHING);
});

test('where there is no table it is created', () => {
  expect(planMigration(dataset, [])).toEqual({ ...NOTHING, create: true });
});

test('a new column that may be null is added', () => {
  const { add, refused } = planMigration(withColumn({ name: 'tip', type: 'decimal(8,2)' }), made());
  expect(add.map(addedColumn)).toEqual(['"tip" DECIMAL(8, 2)']);
  expect(refused).toEqual([]);
});

test('a name is quoted whatever it holds', () => {
  const { add } = planMigration(withColumn({ name: 'a "b"', type: 'integer' }), made());
  expect(add.map(addedColumn)).toEqual(['"a ""b""" INTEGER']);
});

test('a target may be wider or stricter than the file', () => {
  expect(planMigration(dataset, changed('status', { type: 'character varying(256)' }))).toEqual(NOTHING);
  expect(planMigration(dataset, changed('order_id', { nullable: true }))).toEqual(NOTHING);
});

test('what the file has not stays, where rows can go without it', () => {
  const extra = { name: 'note', type: 'character varying(8)', nullable: true, hasDefault: false };
  expect(planMigration(dataset, [...made(), extra])).toEqual({ ...NOTHING, left: ['note'] });
  const given = { ...extra, nullable: false, hasDefault: true };
  expect(planMigration(dataset, [...made(), given])).toEqual({ ...NOTHING, left: ['note'] });
});

describe('what would lose something, or cannot be done in place, is refused', () => {
  test.each<[string, ReturnType<typeof planMigration>, string, RegExp, RegExp]>([
    [
      'a new required column',
      planMigration(withColumn({ name: 'tip', type: 'integer', required: true }), made()),
      'tip',
      /the rows of the target have no value/,
      /since:/,
    ],
    [
      'another type',
      planMigration(dataset, changed('amount', { type: 'double precision' })),
      'amount',
      /is DECIMAL\(10, 2\) in the dataset file and DOUBLE PRECISION in the target/,
      /Set the type in the dataset file back/,
    ],
    [
      'a type that no dataset has',
      planMigration(dataset, changed('status', { type: 'super' })),
      'status',
      /and SUPER in the target/,
      /new table/,
    ],
    [
      'a longer VARCHAR, with the statement that does it',
      planMigration(dataset, changed('status', { type: 'character varying(8)' })),
      'status',
      /is VARCHAR\(16\) in the dataset file and VARCHAR\(8\) in the target/,
      /ALTER TABLE "public"\."orders" ALTER COLUMN "status" TYPE VARCHAR\(16\)/,
    ],
    [
      'a column that may be null now',
      planMigration(dataset, changed('status', { nullable: false })),
      'status',
      /may be null in the dataset file and is NOT NULL/,
      /required: true again/,
    ],
    [
      'a column that is gone from the file and that no row can go without',
      planMigration(dataset, [
        ...made(),
        { name: 'old', type: 'integer', nullable: false, hasDefault: false },
      ]),
      'old',
      /no row could be inserted/,
      /loses its values/,
    ],
    [
      'a derived column that is new',
      planMigration(
        dataset,
        made().filter(({ name }) => name !== 'hour'),
      ),
      'hour',
      /is filled by the merge and missing in the target/,
      /ADD COLUMN "hour" SMALLINT; UPDATE "public"\."orders" SET "hour" = EXTRACT\(hour FROM "ordered_at"\);/,
    ],
    [
      'the hour of arrival, which a target of somebody else’s does not have',
      planMigration(
        dataset,
        made().filter(({ name }) => name !== 'source_partition'),
      ),
      'source_partition',
      /is filled by the merge/,
      /SET "source_partition" = '1970-01-01';/,
    ],
  ])('%s', (_, { refused, add }, column, problem, fix) => {
    expect(refused).toEqual([
      {
        column,
        problem: expect.stringMatching(problem) as string,
        fix: expect.stringMatching(fix) as string,
      },
    ]);
    expect(add).toEqual([]);
  });
});
