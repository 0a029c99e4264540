import fc from 'fast-check';
import { fingerprintOf, type LakeFile } from '../../core/files';
import {
  filesToLoad,
  manifestOf,
  planKey,
  planPartition,
  type Footer,
  type PartitionPlan,
} from '../../core/inspection';
import type { ParquetField } from '../../core/parquet-types';
import { loadErrorOf } from './load-error';
import { ordersDataset } from './orders';

const dataset = ordersDataset();
const PARTITION = '2026-12-31T23';
const LOAD = {
  partition: PARTITION,
  execution: 'execution-1',
  bucket: 'lake',
  keys: { plan: planKey('orders', PARTITION, 'execution-1') },
};
const FIELDS: readonly ParquetField[] = [
  { name: 'order_id', type: 'INT64' },
  { name: 'ordered_at', type: 'INT96' },
  { name: 'status', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  { name: 'amount', type: 'INT64', converted_type: 'DECIMAL', precision: 10, scale: 2 },
];
const REVERSED = [...FIELDS].reverse();

const file = (key: string, etag = 'e1', size = 1_000): LakeFile => ({ key, etag, size });
const footer = (rows: number, fields: readonly ParquetField[] = FIELDS): Footer => ({ rows, fields });

function plan(present: LakeFile[], footers: Footer[], before: LakeFile[] = []): PartitionPlan {
  return planPartition(dataset, LOAD, present, before, filesToLoad(present, before), footers);
}

describe('a plan', () => {
  test('names what is loaded, from where, and with how many rows', () => {
    const present = [file('a', 'ea', 1), file('b', 'eb', 2)];
    expect(plan(present, [footer(10), footer(5)])).toEqual({
      dataset: 'orders',
      partition: PARTITION,
      execution: 'execution-1',
      copies: [
        {
          manifest_key: 'sluice/orders/2026-12-31T23/execution-1/1.manifest',
          columns: ['order_id', 'ordered_at', 'status', 'amount'],
          files: [
            { key: 'a', etag: 'ea', size: 1, rows: 10 },
            { key: 'b', etag: 'eb', size: 2, rows: 5 },
          ],
        },
      ],
      rows: 15,
      loaded: present,
      fingerprint: fingerprintOf(present),
      vanished: [],
    });
  });

  test('of nothing has no copies and the fingerprint of nothing', () => {
    expect(plan([], [])).toMatchObject({ copies: [], rows: 0, loaded: [], fingerprint: fingerprintOf([]) });
  });

  test('has one copy for each order of columns, each with a manifest of its own', () => {
    const present = [file('a'), file('b'), file('c')];
    const { copies } = plan(present, [footer(1), footer(2, REVERSED), footer(3)]);
    expect(
      copies.map((copy) => [copy.manifest_key, copy.columns[0], copy.files.map((each) => each.key)]),
    ).toEqual([
      ['sluice/orders/2026-12-31T23/execution-1/1.manifest', 'order_id', ['a', 'c']],
      ['sluice/orders/2026-12-31T23/execution-1/2.manifest', 'amount', ['b']],
    ]);
  });

  test('takes names in another case for the same order', () => {
    const shouted = FIELDS.map((field) => ({ ...field, name: field.name.toUpperCase() }));
    const { copies } = plan([file('a'), file('b')], [footer(1), footer(1, shouted)]);
    expect(copies.map((copy) => copy.columns)).toEqual([['order_id', 'ordered_at', 'status', 'amount']]);
  });

  test('takes files without rows', () => {
    expect(plan([file('a')], [footer(0)])).toMatchObject({ rows: 0, copies: [{ files: [{ rows: 0 }] }] });
  });

  test('whatever the execution and the dataset are called, no manifest stands where the plan does', () => {
    const key = planKey('orders', PARTITION, 'plan.json');
    const { copies } = planPartition(
      dataset,
      { ...LOAD, keys: { plan: key } },
      [file('a')],
      [],
      [file('a')],
      [footer(1)],
    );
    expect(copies[0]?.manifest_key).toBe('sluice/orders/2026-12-31T23/plan.json/1.manifest');
  });

  test('no row is lost or counted twice, however the files’ columns stand', () => {
    const orders = fc.shuffledSubarray([...FIELDS], { minLength: FIELDS.length });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000_000), orders), { maxLength: 30 }), (contents) => {
        const present = contents.map((_, index) => file(`part-${index}`));
        const { copies, rows } = plan(
          present,
          contents.map(([count, fields]) => footer(count, fields)),
        );
        expect(copies.flatMap((copy) => copy.files.map((each) => each.key)).sort()).toEqual(
          present.map((each) => each.key).sort(),
        );
        expect(rows).toBe(contents.reduce((sum, [count]) => sum + count, 0));
        expect(new Set(copies.map((copy) => copy.columns.join())).size).toBe(copies.length);
      }),
    );
  });
});

describe('a plan beside an earlier load', () => {
  test('takes late files only, and remembers all', () => {
    const present = [file('old'), file('late')];
    const made = plan(present, [footer(7)], [file('old')]);
    expect(made.copies.flatMap((copy) => copy.files.map((each) => each.key))).toEqual(['late']);
    expect(made).toMatchObject({
      rows: 7,
      loaded: present,
      fingerprint: fingerprintOf(present),
      vanished: [],
    });
  });

  test('takes an overwritten file again, which has not vanished', () => {
    const made = plan([file('a', 'e2')], [footer(7)], [file('a', 'e1')]);
    expect(made.copies.flatMap((copy) => copy.files.map((each) => each.etag))).toEqual(['e2']);
    expect(made.vanished).toEqual([]);
  });

  test('names vanished files, and has the fingerprint of what is left, so that it is not due again', () => {
    const made = plan([file('a')], [], [file('a'), file('b')]);
    expect(made).toMatchObject({ copies: [], vanished: ['b'], fingerprint: fingerprintOf([file('a')]) });
  });

  test('takes a file that comes back after it had vanished', () => {
    const without = plan([file('a')], [], [file('a'), file('b')]);
    expect(filesToLoad([file('a'), file('b')], without.loaded)).toEqual([file('b')]);
  });
});

describe('files that do not have the dataset’s columns', () => {
  const [first, ...others] = FIELDS as [ParquetField, ...ParquetField[]];

  test('are named with both counts and every difference; the others are not', () => {
    const error = loadErrorOf(() =>
      plan(
        [file('orders/good'), file('orders/short'), file('orders/renamed')],
        [footer(1), footer(1, others), footer(1, [{ ...first, name: 'id' }, ...others])],
      ),
    );
    expect(error.name).toBe('ColumnMismatch');
    expect(error.reason.split('\n')).toEqual([
      '2 of 3 files do not have the columns of dataset orders:',
      's3://lake/orders/short: table columns: 4, data columns: 3; missing: order_id',
      's3://lake/orders/renamed: table columns: 4, data columns: 4; missing: order_id; extra: id',
    ]);
    expect(error.fix).toContain('order_id, ordered_at, status, amount');
  });

  test('are never loaded because the other files are right', () => {
    for (const bad of [
      [...FIELDS, { name: 'note', type: 'INT32' }],
      [...FIELDS, { ...first, name: 'ORDER_ID' }],
      [{ ...first, type: 'INT32' }, ...others],
      [{ name: 'order_id', num_children: 1 }, ...others],
    ]) {
      expect(loadErrorOf(() => plan([file('a'), file('b')], [footer(1), footer(1, bad)])).name).toBe(
        'ColumnMismatch',
      );
    }
  });

  test('are not all listed where there are many', () => {
    const present = Array.from({ length: 25 }, (_, index) => file(`part-${index}`));
    const error = loadErrorOf(() =>
      plan(
        present,
        present.map(() => footer(1, others)),
      ),
    );
    expect(error.reason.split('\n')).toHaveLength(12);
    expect(error.reason).toMatch(/^25 of 25 files .*\n(.*\n){10}… and 15 more files$/);
  });
});

describe('orders of columns', () => {
  const columns = Array.from({ length: 5 }, (_, index) => ({
    name: `c${index}`,
    type: index === 0 ? 'timestamp' : 'bigint',
    required: true,
  }));
  const five = ordersDataset({ columns, target: { key: ['c1'], event_time: 'c0' } });
  const fields = columns.map(({ name }, index): ParquetField => ({
    name,
    type: index === 0 ? 'INT96' : 'INT64',
  }));
  const manyOrders = (number: number) => permutations(fields).slice(0, number);

  test.each([35, 36])('%d of them', (number) => {
    const present = manyOrders(number).map((_, index) => file(`part-${index}`));
    const footers = manyOrders(number).map((order) => footer(1, order));
    const run = () => planPartition(five, LOAD, present, [], present, footers);
    if (number === 35) return expect(run().copies).toHaveLength(35);
    return expect(loadErrorOf(run)).toMatchObject({
      name: 'TooManyColumnOrders',
      reason: 'The files of partition 2026-12-31T23 hold their columns in 36 different orders.',
    });
  });

  function permutations<Item>(items: readonly Item[]): Item[][] {
    if (items.length <= 1) return [[...items]];
    return items.flatMap((item, index) =>
      permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
    );
  }
});

test('a footer that is missing is a mistake of ours, not a failure of the load', () => {
  expect(() => planPartition(dataset, LOAD, [file('a')], [], [file('a')], [])).toThrow(RangeError);
});

test('a manifest holds true sizes and no file that may be left out', () => {
  const { copies } = plan([file('orders/a b+c.parquet', 'e1', 123)], [footer(1)]);
  expect(copies.map((copy) => manifestOf('lake', copy))).toEqual([
    { entries: [{ url: 's3://lake/orders/a b+c.parquet', mandatory: true, meta: { content_length: 123 } }] },
  ]);
});
