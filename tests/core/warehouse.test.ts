import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../core/dataset';
import { batchOf, parseSqlFile, renderSql, type Sql } from '../../core/sql';
import { stagedLoad, stagingTable } from '../../core/staging';
import { datasetPieces, mutexTable } from '../../core/warehouse';
import { longestPieces } from '../../resources/statement-sizes';
import { ORDER_COLUMNS, ordersDataset } from './orders';

const SQL = join(__dirname, '../../sql');

describe('the names of tables', () => {
  test('a staging table belongs to one dataset, partition and execution', () => {
    const name = stagingTable('orders', '2026-12-31T23', 'execution-1', 1);
    expect(name).toMatch(/^staging_orders_2026123123_[0-9a-f]{16}_1$/);
    expect(stagingTable('orders', '2026-12-31T23', 'execution-1', 1)).toBe(name);
    const others = [
      stagingTable('orders', '2026-12-31T23', 'execution-2', 1),
      stagingTable('orders', '2026-12-31T22', 'execution-1', 1),
      stagingTable('orders', '2026-12-31T23', 'execution-1', 2),
      stagingTable('order', '2026-12-31T23', 'execution-1', 1),
    ];
    expect(new Set([name, ...others]).size).toBe(5);
  });

  test('have at most Redshift’s 127 bytes', () => {
    const longest = `o${'x'.repeat(29)}`;
    expect(stagingTable(longest, '2026-12-31T23', 'e'.repeat(80), 1).length).toBeLessThanOrEqual(127);
    expect(mutexTable(longest).length).toBeLessThanOrEqual(127);
  });
});

describe('the pieces of a dataset', () => {
  const pieces = datasetPieces(
    ordersDataset({
      target: {
        schema: 'shop',
        key: ['order_id', 'status'],
        version: 'amount',
        derive: ['year', 'hour'],
        distkey: 'order_id',
        sortkey: ['ordered_at', 'year'],
      },
      columns: ORDER_COLUMNS.map((column) => ({ ...column, required: true })),
    }),
  );

  test.each([
    ['target', '"shop"."orders"'],
    ['target_schema', '"shop"'],
    ['target_name', '"orders"'],
    ['history', '"sluice"."load_history"'],
    ['mutex', '"sluice"."mutex_orders"'],
    ['columns', '"order_id", "ordered_at", "status", "amount"'],
    ['key', '"order_id", "status"'],
    ['winners_key', '"sluice_winners"."order_id", "sluice_winners"."status"'],
    ['version', '"amount"'],
    ['event_time', '"ordered_at"'],
    ['partition_column', '"source_partition"'],
    // The greatest version first, then all other columns except the key, so that the choice is never random.
    ['precedence', '"amount" DESC NULLS LAST, "ordered_at" DESC NULLS LAST'],
    [
      'target_is_winner',
      '"orders"."order_id" = "sluice_winners"."order_id" AND "orders"."status" = "sluice_winners"."status"',
    ],
    [
      'winner_is_match',
      '"sluice_winners"."order_id" = "sluice_matches"."order_id" AND "sluice_winners"."status" = "sluice_matches"."status" ' +
        'AND "sluice_winners"."sluice_partition" = "sluice_matches"."sluice_partition"',
    ],
    ['target_range', ''],
    ['inserted_columns', '"order_id", "ordered_at", "status", "amount", "year", "hour", "source_partition"'],
    [
      'inserted_values',
      '"sluice_winners"."order_id", "sluice_winners"."ordered_at", "sluice_winners"."status", "sluice_winners"."amount", ' +
        'CAST(EXTRACT(year FROM "sluice_winners"."ordered_at") AS SMALLINT), ' +
        'CAST(EXTRACT(hour FROM "sluice_winners"."ordered_at") AS SMALLINT), "sluice_winners"."sluice_partition"',
    ],
    [
      'updated_values',
      '"ordered_at" = "sluice_winners"."ordered_at", "amount" = "sluice_winners"."amount", ' +
        '"year" = CAST(EXTRACT(year FROM "sluice_winners"."ordered_at") AS SMALLINT), ' +
        '"hour" = CAST(EXTRACT(hour FROM "sluice_winners"."ordered_at") AS SMALLINT), ' +
        '"source_partition" = "sluice_winners"."sluice_partition"',
    ],
    [
      'target_definition',
      '"order_id" BIGINT NOT NULL,\n  "ordered_at" TIMESTAMP NOT NULL,\n  "status" VARCHAR(16) NOT NULL,\n  ' +
        '"amount" DECIMAL(10, 2) NOT NULL,\n  "year" SMALLINT NOT NULL,\n  "hour" SMALLINT NOT NULL,\n  ' +
        '"source_partition" TIMESTAMP NOT NULL',
    ],
    ['target_attributes', 'DISTKEY ("order_id") SORTKEY ("ordered_at", "year")'],
    ['staging_attributes', 'DISTKEY ("order_id")'],
  ])('%s', (name, sql) => {
    expect(pieces[name]).toBe(sql);
  });

  test('without a distkey and a sortkey there are no attributes', () => {
    expect(datasetPieces(ordersDataset())).toMatchObject({ target_attributes: '', staging_attributes: '' });
  });

  test('the staging table has no distkey if it lacks the column', () => {
    const derived = datasetPieces(ordersDataset({ target: { distkey: 'year' } }));
    expect(derived).toMatchObject({ target_attributes: 'DISTKEY ("year")', staging_attributes: '' });
  });

  test('columns derived in the transform are copied, not derived again', () => {
    const derived = datasetPieces(ordersDataset({ target: { derive_in: 'transform', derive: ['month'] } }));
    expect(derived.columns).toBe('"order_id", "ordered_at", "status", "amount", "month"');
    expect(derived.inserted_columns).toBe(`${derived.columns}, "source_partition"`);
    expect(derived.inserted_values).not.toContain('EXTRACT');
  });

  test('if the event time of a key never changes, the merge reads only its range', () => {
    const { target_range: range } = datasetPieces(ordersDataset({ target: { event_time_immutable: true } }));
    expect(range).toBe(
      'AND "orders"."ordered_at" BETWEEN CAST(:first_event AS TIMESTAMP) AND CAST(:last_event AS TIMESTAMP)',
    );
  });

  test('rows are inserted in the order of the sort key', () => {
    const order = (sortkey: string[]) =>
      datasetPieces(ordersDataset({ target: { sortkey } })).insertion_order;
    expect(order([])).toBe('');
    expect(order(['ordered_at', 'source_partition', 'year', 'order_id'])).toBe(
      'ORDER BY "sluice_winners"."ordered_at", "sluice_winners"."sluice_partition", ' +
        'CAST(EXTRACT(year FROM "sluice_winners"."ordered_at") AS SMALLINT), "sluice_winners"."order_id"',
    );
    const [insert] = rendered(
      ordersDataset({ target: { sortkey: ['ordered_at'] } }),
      'merge-into-target.sql',
    ).filter((statement) => statement.startsWith('INSERT INTO "public"."orders"'));
    expect(insert).toMatch(/FROM "sluice_winners"\nORDER BY "sluice_winners"."ordered_at"$/);
  });

  test('COPY analyzes no staging table', () => {
    const [copy] = rendered(ordersDataset(), 'copy-to-staging.sql').filter((statement) =>
      statement.startsWith('COPY'),
    );
    expect(copy).toMatch(/\nSTATUPDATE OFF$/);
  });

  test('if every column is in the key, an update still sets a column', () => {
    const columns = ORDER_COLUMNS.slice(0, 2);
    const all = ordersDataset({ columns, target: { key: ['order_id', 'ordered_at'], derive: [] } });
    expect(datasetPieces(all)).toMatchObject({
      precedence: '"ordered_at" DESC NULLS LAST',
      updated_values: '"source_partition" = "sluice_winners"."sluice_partition"',
    });
  });
});

describe('names with quotes, dollar signs, colons and braces', () => {
  const awkward = ['it"s', "o'clock", '$&', 'a:partition_time', '{target}', '--', '");drop table x;--'];
  const columns = [...ORDER_COLUMNS, ...awkward.map((name) => ({ name, type: 'integer', required: true }))];
  const dataset = ordersDataset({
    columns,
    target: {
      table: 'it"s $& {key}',
      schema: "o'",
      key: awkward,
      partition_column: '$1"',
      event_time_immutable: true,
    },
  });

  test.each(readdirSync(SQL))('%s: are quoted everywhere', (file) => {
    for (const statement of rendered(dataset, file)) {
      const outside = statement.replace(/"(?:[^"]|"")*"/g, '').replace(/'(?:[^']|'')*'/g, '');
      expect(outside).not.toMatch(/["'$]|--|drop table x|\{|clock/);
      expect(outside).not.toContain(';');
    }
  });

  test('add no parameter', () => {
    const statements = rendered(ordersDataset({ columns }), 'copy-to-staging.sql');
    expect(batchOf(statements, { partition_time: 'x' }).parameters).toEqual([]);
  });
});

function rendered(dataset: Dataset, file: string): Sql[] {
  const pieces = longestPieces(dataset);
  return parseSqlFile(readFileSync(join(SQL, file), 'utf8'), file).map((template) =>
    renderSql(template, pieces),
  );
}

describe('the name of a staging table', () => {
  const table = stagingTable('orders', '2026-11-23T08', 'execution-1', 1);

  test('shows its partition, and whether an execution created it', () => {
    expect(table).toMatch(/^staging_orders_2026112308_[0-9a-f]{16}_1$/);
    const staged = stagedLoad('orders', table);
    expect(staged?.partition).toBe('2026-11-23T08');
    expect([staged?.isOf('execution-1'), staged?.isOf('execution-2')]).toEqual([true, false]);
    const second = stagingTable('orders', '2026-11-23T08', 'execution-1', 2);
    expect(stagedLoad('orders', second)?.isOf('execution-1')).toBe(true);
  });

  test.each(['staging_orders', 'mutex_orders', `x_${table}`, `${table}_0`, `${table}x`, table.toUpperCase()])(
    '%s is not one',
    (name) => {
      expect(stagedLoad('orders', name)).toBeUndefined();
    },
  );

  test('is not confused with that of a dataset whose name begins in the same way', () => {
    expect(stagedLoad('orders', stagingTable('orders_2', '2026-11-23T08', 'x', 1))).toBeUndefined();
    expect(stagedLoad('orders', stagingTable('orders_2026112308', '2026-11-23T08', 'x', 1))).toBeUndefined();
  });
});
