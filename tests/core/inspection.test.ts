import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BadFile } from '../../core/bad-files';
import { columnsDigest } from '../../core/columns';
import { fingerprintOf, type LakeFile } from '../../core/files';
import type { Footer } from '../../core/footer';
import { filesToLoad, planPartition, type PartitionFiles } from '../../core/inspection';
import type { ParquetField } from '../../core/parquet-types';
import { copiesOf, manifestOf, planKey, type PartitionPlan } from '../../core/plan';
import { renderSql, parseSqlFile } from '../../core/sql';
import { stagedPieces, stagingTable } from '../../core/staging';
import { datasetPieces } from '../../core/warehouse';
import { checkStatementSizes } from '../../resources/statement-sizes';
import { ROOT } from '../../testkit/root';
import { loadErrorOf } from './load-error';
import { ordersDataset } from './orders';

const SQL = join(__dirname, '../../sql');
const dataset = ordersDataset();
const PARTITION = '2026-12-31T23';
const LOAD = {
  partition: PARTITION,
  execution: 'execution-1',
  plan_key: planKey('orders', PARTITION, 'execution-1', 0),
};
const FIELDS: readonly ParquetField[] = [
  { name: 'order_id', type: 'INT64' },
  { name: 'ordered_at', type: 'INT96' },
  { name: 'status', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  { name: 'amount', type: 'INT64', converted_type: 'DECIMAL', precision: 10, scale: 2 },
];
const REVERSED = [...FIELDS].reverse();

const file = (key: string, etag = 'e1', size = 1_000): LakeFile => ({ key, etag, size });
const footer = (rows: number, fields: readonly ParquetField[] = FIELDS): Footer => ({
  rows,
  fields,
  nulls: new Map(),
  times: new Map(),
});
/** The statements of a step that read all parts. */
const stagedTemplates = (stem: string) =>
  parseSqlFile(readFileSync(join(SQL, `${stem}.sql`), 'utf8'), stem).filter(({ text }) =>
    /\{staged(_keys)?\}/.test(text),
  );
const found = (present: readonly LakeFile[]): PartitionFiles => ({ present, errors: [], error_records: 0 });
const withFooters = (files: readonly LakeFile[], footers: readonly Footer[]) =>
  files.map((each, index) => ({ ...each, footer: footers[index] ?? footer(0, []) }));

function plan(present: LakeFile[], footers: Footer[], before: LakeFile[] = []): PartitionPlan {
  const files = withFooters(filesToLoad(present, before), footers);
  return planPartition(dataset, LOAD, found(present), before, files, []);
}

describe('a plan', () => {
  test('names the files to load, with their rows', () => {
    const present = [file('a', 'ea', 1), file('b', 'eb', 2)];
    expect(plan(present, [footer(10), footer(5)])).toEqual({
      dataset: 'orders',
      partition: PARTITION,
      execution: 'execution-1',
      parts: [
        {
          table: stagingTable('orders', PARTITION, 'execution-1', 1),
          columns: [
            { name: 'order_id', type: 'BIGINT' },
            { name: 'ordered_at', type: 'TIMESTAMP' },
            { name: 'status', type: 'VARCHAR(16)' },
            { name: 'amount', type: 'DECIMAL(10, 2)' },
          ],
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
        },
      ],
      rows: 15,
      loaded: present,
      fingerprint: fingerprintOf(present),
      vanished: [],
      overwritten: [],
      quarantined: [],
      columns_digest: columnsDigest(dataset.columns),
      error_objects: 0,
      error_records: 0,
    });
  });

  test('without files has no parts and the empty fingerprint', () => {
    expect(plan([], [])).toMatchObject({ parts: [], rows: 0, loaded: [], fingerprint: fingerprintOf([]) });
  });

  test('has one copy for each order of columns, each with a manifest of its own', () => {
    const present = [file('a'), file('b'), file('c')];
    const copies = copiesOf(plan(present, [footer(1), footer(2, REVERSED), footer(3)]));
    expect(
      copies.map((copy) => [copy.manifest_key, copy.columns[0], copy.files.map((each) => each.key)]),
    ).toEqual([
      ['sluice/orders/2026-12-31T23/execution-1/1.manifest', 'order_id', ['a', 'c']],
      ['sluice/orders/2026-12-31T23/execution-1/2.manifest', 'amount', ['b']],
    ]);
  });

  test('ignores case when it compares column orders', () => {
    const shouted = FIELDS.map((field) => ({ ...field, name: field.name.toUpperCase() }));
    const copies = copiesOf(plan([file('a'), file('b')], [footer(1), footer(1, shouted)]));
    expect(copies.map((copy) => copy.columns)).toEqual([['order_id', 'ordered_at', 'status', 'amount']]);
  });

  test('takes files without rows', () => {
    expect(plan([file('a')], [footer(0)])).toMatchObject({
      rows: 0,
      parts: [{ copies: [{ files: [{ rows: 0 }] }] }],
    });
  });

  test('no manifest has the key of the plan, whatever the names of execution and dataset', () => {
    const key = planKey('orders', PARTITION, 'plan.json', 0);
    const made = planPartition(
      dataset,
      { ...LOAD, plan_key: key },
      found([file('a')]),
      [],
      withFooters([file('a')], [footer(1)]),
      [],
    );
    expect(copiesOf(made)[0]?.manifest_key).toBe('sluice/orders/2026-12-31T23/plan.json/1.manifest');
  });

  test('no row is lost or counted twice, whatever the order of the files’ columns', () => {
    const orders = fc.shuffledSubarray([...FIELDS], { minLength: FIELDS.length });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000_000), orders), { maxLength: 30 }), (contents) => {
        const present = contents.map((_, index) => file(`part-${index}`));
        const made = plan(
          present,
          contents.map(([count, fields]) => footer(count, fields)),
        );
        const [copies, { rows }] = [copiesOf(made), made];
        expect(copies.flatMap((copy) => copy.files.map((each) => each.key)).sort()).toEqual(
          present.map((each) => each.key).sort(),
        );
        expect(rows).toBe(contents.reduce((sum, [count]) => sum + count, 0));
        expect(new Set(copies.map((copy) => copy.columns.join())).size).toBe(copies.length);
      }),
    );
  });
});

describe('a plan after an earlier load', () => {
  test('loads only late files, and records all files', () => {
    const present = [file('old'), file('late')];
    const made = plan(present, [footer(7)], [file('old')]);
    expect(copiesOf(made).flatMap((copy) => copy.files.map((each) => each.key))).toEqual(['late']);
    expect(made).toMatchObject({
      rows: 7,
      loaded: present,
      fingerprint: fingerprintOf(present),
      vanished: [],
    });
  });

  test('loads an overwritten file again and does not report it as vanished', () => {
    const made = plan([file('a', 'e2')], [footer(7)], [file('a', 'e1')]);
    expect(copiesOf(made).flatMap((copy) => copy.files.map((each) => each.etag))).toEqual(['e2']);
    expect(made).toMatchObject({ vanished: [], overwritten: ['a'] });
  });

  test('names vanished files, and has the fingerprint of the rest, so that the partition is not due again', () => {
    const made = plan([file('a')], [], [file('a'), file('b')]);
    expect(made).toMatchObject({ parts: [], vanished: ['b'], fingerprint: fingerprintOf([file('a')]) });
  });

  test('loads a file that has vanished and come back', () => {
    const without = plan([file('a')], [], [file('a'), file('b')]);
    expect(filesToLoad([file('a'), file('b')], without.loaded)).toEqual([file('b')]);
  });
});

describe('a plan with files that cannot be loaded', () => {
  const bad: BadFile = { ...file('bad'), error: 'UnreadableFile', reason: 'it is empty' };
  const present = [file('a'), file('bad')];
  const made = planPartition(dataset, LOAD, found(present), [], withFooters([file('a')], [footer(3)]), [bad]);

  test('does not load them, and says which they are and why', () => {
    expect(made).toMatchObject({ rows: 3, loaded: [file('a')], quarantined: [bad] });
    expect(copiesOf(made).flatMap((copy) => copy.files.map((each) => each.key))).toEqual(['a']);
  });

  test('has them and the columns in its fingerprint, so that the partition is due again only after a change', () => {
    expect(made.fingerprint).toBe(fingerprintOf(present, columnsDigest(dataset.columns)));
  });

  test('lets them be loaded after they are written again, and no other files', () => {
    const repaired = file('bad', 'e2');
    expect(fingerprintOf([file('a'), repaired])).not.toBe(made.fingerprint);
    expect(filesToLoad([file('a'), repaired], made.loaded)).toEqual([repaired]);
  });
});

describe('records that Firehose could not deliver', () => {
  const errors = [file('errors/1'), file('errors/2')];
  const made = planPartition(
    dataset,
    LOAD,
    { present: [file('a')], errors, error_records: 7 },
    [],
    withFooters([file('a')], [footer(3)]),
    [],
  );

  test('are counted, and never loaded', () => {
    expect(made).toMatchObject({ rows: 3, loaded: [file('a')], error_objects: 2, error_records: 7 });
  });

  test('are part of the fingerprint, so that later ones are reported', () => {
    expect(made.fingerprint).toBe(fingerprintOf([file('a'), ...errors]));
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

  test.each([38, 39])('there are %d', (number) => {
    const present = manyOrders(number).map((_, index) => file(`part-${index}`));
    const files = withFooters(
      present,
      manyOrders(number).map((order) => footer(1, order)),
    );
    const run = () => planPartition(five, LOAD, found(present), [], files, []);
    if (number === 38) {
      expect(copiesOf(run())).toHaveLength(38);
      expect(run().parts).toHaveLength(1);
      return;
    }
    expect(loadErrorOf(run)).toMatchObject({
      name: 'TooManyLayouts',
      reason:
        'The files of partition 2026-12-31T23 have too many layouts (sets of column types: 1, orders of columns: 39). One load takes about 19 sets of types, or 38 orders.',
    });
  });

  test('many types of many columns are refused before a statement of theirs would be too long or too many', () => {
    const wide = Array.from({ length: 400 }, (_, index) => ({
      name: `amount_${index}`,
      type: 'decimal(10,2)',
    }));
    const dataset = ordersDataset({
      columns: [...columns.slice(0, 2), ...wide],
      target: { key: ['c1'], event_time: 'c0' },
    });
    const layout = (doubles: number) => [
      ...fields.slice(0, 2),
      ...wide.map(({ name }, index): ParquetField =>
        index < doubles ? { name, type: 'DOUBLE' } : { name, type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      ),
    ];
    const partsOf = (count: number) => {
      const present = Array.from({ length: count }, (_, index) => file(`part-${index}`));
      const footers = present.map((_, index) => footer(1, layout(index)));
      return planPartition(dataset, LOAD, found(present), [], withFooters(present, footers), []).parts;
    };
    const fitting = [1, 2, 3, 4, 5, 6].filter((count) => {
      try {
        return partsOf(count).length === count;
      } catch {
        return false;
      }
    });
    expect(fitting).toEqual([1, 2, 3].slice(0, fitting.length));
    expect(fitting.length).toBeGreaterThan(0);
    const pieces = {
      ...datasetPieces(dataset),
      ...stagedPieces(dataset, [{ partition: LOAD.partition, parts: partsOf(fitting.length) }]),
    };
    for (const stem of ['merge-into-target', 'validate-staging']) {
      for (const template of stagedTemplates(stem))
        expect(Buffer.byteLength(renderSql(template, pieces))).toBeLessThanOrEqual(100_000);
    }
    expect(loadErrorOf(() => partsOf(6)).name).toBe('TooManyLayouts');
  });

  test.each(['decimal(10,2)', 'timestamp'])(
    'files of one layout are loaded however many columns of %s packaging accepts',
    (type) => {
      const wide = (count: number) =>
        ordersDataset({
          columns: [
            ...columns.slice(0, 2),
            ...Array.from({ length: count }, (_, index) => ({
              name: `a_rather_long_name_of_a_column_${index}`,
              type,
            })),
          ],
          target: { key: ['c1'], event_time: 'c0' },
        });
      const isAccepted = (count: number) => {
        try {
          checkStatementSizes(ROOT, wide(count));
          return true;
        } catch {
          return false;
        }
      };
      let [most, tooMany] = [1, 1_498];
      while (tooMany - most > 1) {
        const middle = Math.floor((most + tooMany) / 2);
        if (isAccepted(middle)) most = middle;
        else tooMany = middle;
      }
      expect(most).toBeGreaterThan(200);
      const dataset = wide(most);
      for (const written of [{ type: 'FLOAT' }, { type: 'BYTE_ARRAY', converted_type: 'UTF8' }]) {
        if (type === 'timestamp' && written.type === 'FLOAT') continue;
        const layout = [
          ...fields.slice(0, 2),
          ...dataset.columns.slice(2).map(({ name }): ParquetField => ({ name, ...written })),
        ];
        const files = withFooters([file('a')], [footer(1, layout)]);
        const { parts } = planPartition(dataset, LOAD, found([file('a')]), [], files, []);
        const pieces = {
          ...datasetPieces(dataset),
          ...stagedPieces(dataset, [{ partition: LOAD.partition, parts }]),
        };
        for (const stem of ['merge-into-target', 'validate-staging'])
          for (const template of stagedTemplates(stem))
            expect(Buffer.byteLength(renderSql(template, pieces))).toBeLessThanOrEqual(100_000);
      }
    },
  );

  function permutations<Item>(items: readonly Item[]): Item[][] {
    if (items.length <= 1) return [[...items]];
    return items.flatMap((item, index) =>
      permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
    );
  }
});

test('planning a file with different columns is a programming error, because it must be refused before', () => {
  expect(() => plan([file('a')], [footer(1, FIELDS.slice(1))])).toThrow(RangeError);
});

test('every file in a manifest has its true size and is mandatory', () => {
  const copies = copiesOf(plan([file('orders/a b+c.parquet', 'e1', 123)], [footer(1)]));
  expect(copies.map((copy) => manifestOf('lake', copy))).toEqual([
    { entries: [{ url: 's3://lake/orders/a b+c.parquet', mandatory: true, meta: { content_length: 123 } }] },
  ]);
});
