import type { WarehouseObjects } from '../../core/warehouse-objects';
import { creatingBatch } from '../../service/create-warehouse';
import { ROOT } from '../../testkit/root';
import { ordersDataset } from '../core/orders';

const dataset = ordersDataset();
const { schema, table } = dataset.target;

const NOTHING: WarehouseObjects = {
  schemas: [],
  hasTarget: false,
  hasHistory: false,
  lackingHistory: [],
  hasMutex: false,
  targetColumns: [],
  staging: [],
};

/** What is created if a part of the warehouse is missing, and what the part looks like if it is there. */
const PARTS: [created: string, there: Partial<WarehouseObjects>][] = [
  ['SCHEMA IF NOT EXISTS "sluice"', { schemas: ['sluice'] }],
  [`SCHEMA IF NOT EXISTS "${schema}"`, { schemas: [schema] }],
  ['TABLE IF NOT EXISTS "sluice"."load_history"', { hasHistory: true }],
  [`TABLE IF NOT EXISTS "sluice"."mutex_${dataset.name}"`, { hasMutex: true }],
  [`TABLE IF NOT EXISTS "${schema}"."${table}"`, { hasTarget: true }],
];

/** What is created in a warehouse with some of the parts. */
function created(there: readonly Partial<WarehouseObjects>[]): string[] {
  const schemas = there.flatMap((part) => part.schemas ?? []);
  const objects = { ...NOTHING, ...(Object.assign({}, ...there) as Partial<WarehouseObjects>), schemas };
  return creatingBatch(ROOT, dataset, objects, 'execution')
    .sqls.filter((statement) => statement.startsWith('CREATE'))
    .map((statement) => /CREATE (\w+ IF NOT EXISTS [^\s;]+)/.exec(statement)?.[1] ?? statement);
}

test.each(PARTS)('only %s is created if only that is missing', (name, part) => {
  expect(created(PARTS.map(([, there]) => there).filter((there) => there !== part))).toEqual([name]);
});

test('an empty warehouse gets everything, in an order that works, and a complete one nothing', () => {
  const all = created([]);
  expect([...all].sort()).toEqual(PARTS.map(([name]) => name).sort());
  const position = (text: string) => all.findIndex((name) => name.includes(text));
  expect(position('SCHEMA IF NOT EXISTS "sluice"')).toBeLessThan(position('load_history'));
  expect(position(`SCHEMA IF NOT EXISTS "${schema}"`)).toBeLessThan(position(`"${schema}"."${table}"`));
  expect(created(PARTS.map(([, there]) => there))).toEqual([]);
});

test('a target that was dropped is noted before it is created again, under the lock of the merges', () => {
  const statements = (there: Partial<WarehouseObjects>) =>
    creatingBatch(
      ROOT,
      dataset,
      {
        ...NOTHING,
        schemas: ['sluice', schema],
        hasMutex: true,
        ...there,
      },
      'execution',
    ).sqls.map((statement) => /^(LOCK|INSERT INTO \S+|CREATE TABLE)/.exec(statement)?.[0]);
  expect(statements({ hasHistory: true })).toEqual([
    'LOCK',
    `INSERT INTO "sluice"."mutex_${dataset.name}"`,
    'INSERT INTO "sluice"."load_history"',
    'CREATE TABLE',
  ]);
  expect(statements({ hasHistory: true, hasTarget: true })).toEqual([]);
  expect(statements({ hasHistory: false })).toEqual(['CREATE TABLE', 'CREATE TABLE']);
});
