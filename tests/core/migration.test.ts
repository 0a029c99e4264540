import { redshiftType } from '../../core/column-types';
import { targetColumns } from '../../core/dataset';
import { addedColumn, planMigration, type FoundColumn } from '../../core/migration';
import { ORDER_COLUMNS, ordersDataset } from './orders';

const dataset = ordersDataset();

/** The target as the first load creates it. */
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

test('a target that matches its dataset file needs no change', () => {
  expect(planMigration(dataset, made())).toEqual(NOTHING);
});

test('a missing table is created', () => {
  expect(planMigration(dataset, [])).toEqual({ ...NOTHING, create: true });
});

test('a new column that may be null is added', () => {
  const { add, refused } = planMigration(withColumn({ name: 'tip', type: 'decimal(8,2)' }), made());
  expect(add.map(addedColumn)).toEqual(['"tip" DECIMAL(8, 2)']);
  expect(refused).toEqual([]);
});

test('a name is quoted, whatever its characters', () => {
  const { add } = planMigration(withColumn({ name: 'a "b"', type: 'integer' }), made());
  expect(add.map(addedColumn)).toEqual(['"a ""b""" INTEGER']);
});

test('a target may be wider or stricter than the dataset file', () => {
  expect(planMigration(dataset, changed('status', { type: 'character varying(256)' }))).toEqual(NOTHING);
  expect(planMigration(dataset, changed('order_id', { nullable: true }))).toEqual(NOTHING);
});

test('a column that the dataset file lacks stays if rows can be inserted without it', () => {
  const extra = { name: 'note', type: 'character varying(8)', nullable: true, hasDefault: false };
  expect(planMigration(dataset, [...made(), extra])).toEqual({ ...NOTHING, left: ['note'] });
  const given = { ...extra, nullable: false, hasDefault: true };
  expect(planMigration(dataset, [...made(), given])).toEqual({ ...NOTHING, left: ['note'] });
});

describe('a change that would lose something or cannot be made in place is refused', () => {
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
      'a type that no dataset can have',
      planMigration(dataset, changed('status', { type: 'super' })),
      'status',
      /and SUPER in the target/,
      /new table/,
    ],
    [
      'a longer VARCHAR, with the statement that makes it',
      planMigration(dataset, changed('status', { type: 'character varying(8)' })),
      'status',
      /is VARCHAR\(16\) in the dataset file and VARCHAR\(8\) in the target/,
      /ALTER TABLE "public"\."orders" ALTER COLUMN "status" TYPE VARCHAR\(16\)/,
    ],
    [
      'a column that may now be null',
      planMigration(dataset, changed('status', { nullable: false })),
      'status',
      /may be null in the dataset file and is NOT NULL/,
      /required: true again/,
    ],
    [
      'a column that the dataset file lacks and that every row needs',
      planMigration(dataset, [
        ...made(),
        { name: 'old', type: 'integer', nullable: false, hasDefault: false },
      ]),
      'old',
      /no row could be inserted/,
      /loses its values/,
    ],
    [
      'a new derived column',
      planMigration(
        dataset,
        made().filter(({ name }) => name !== 'hour'),
      ),
      'hour',
      /is filled by the merge and missing in the target/,
      /ADD COLUMN "hour" SMALLINT; UPDATE "public"\."orders" SET "hour" = EXTRACT\(hour FROM "ordered_at"\);/,
    ],
    [
      'the hour of arrival, in a target that Sluice did not create',
      planMigration(
        dataset,
        made().filter(({ name }) => name !== 'source_partition'),
      ),
      'source_partition',
      /is filled by the merge/,
      /SET "source_partition" = '1970-01-01';/,
    ],
  ])('%s', (_, { refused, add }, column, problem, fix) => {
    expect(refused).toMatchObject([
      {
        column,
        problem: expect.stringMatching(problem) as string,
        fix: expect.stringMatching(fix) as string,
      },
    ]);
    expect(add).toEqual([]);
  });

  test.each([
    ['integer', 'bigint', true],
    ['integer', 'smallint', undefined],
    ['decimal(10,2)', 'numeric(12,2)', true],
    ['decimal(10,2)', 'numeric(12,1)', undefined],
    ['decimal(10,2)', 'double precision', undefined],
    ['timestamp', 'date', undefined],
    ['varchar(16)', 'character varying(8)', true],
    ['varchar(16)', 'character(16)', undefined],
  ])('%s in the dataset file and %s in the target: loads go on: %s', (type, there, may_load) => {
    const other = withColumn({ name: 'other', type });
    const found = [...made(), { name: 'other', type: there, nullable: true, hasDefault: false }];
    const { refused } = planMigration(other, found);
    expect(refused).toMatchObject([{ column: 'other' }]);
    expect(refused[0]?.may_load).toBe(may_load);
  });
});
