import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import {
  chooseDataset,
  datasetSchema,
  derivedAtMerge,
  parseDataset,
  targetColumns,
  type Dataset,
} from '../../core/dataset';
import { checkStatementSizes } from '../../resources/statement-sizes';
import { readDatasets } from '../../service/datasets';
import { ROOT } from '../../testkit/root';
import { loadErrorOf } from './load-error';
import { ORDER_COLUMNS, ordersDataset } from './orders';

const CASES = join(__dirname, 'fixtures/datasets');

const refusal = (text: string, file = 'dataset.yml') => loadErrorOf(() => parseDataset(text, file));

describe('a dataset file that cannot work', () => {
  const cases = readdirSync(CASES);

  test.each(cases)('%s', (name) => {
    const error = refusal(readFileSync(join(CASES, name, 'dataset.yml'), 'utf8'));
    expect(error.name).toBe('DatasetInvalid');
    expect(`${error.reason}\n`).toBe(readFileSync(join(CASES, name, 'expected.txt'), 'utf8'));
    expect(error.fix).toContain('datasets/reference.yml');
  });

  test.each(cases)('%s: every line says file, line and column', (name) => {
    const text = readFileSync(join(CASES, name, 'dataset.yml'), 'utf8');
    const lines = text.split('\n');
    for (const problem of refusal(text, 'datasets/orders.yml').reason.split('\n')) {
      const [, line, column] = /^datasets\/orders\.yml:(\d+):(\d+): ./.exec(problem) ?? [];
      expect(Number(line)).toBeGreaterThanOrEqual(1);
      expect(Number(line)).toBeLessThanOrEqual(lines.length);
      expect(Number(column)).toBeGreaterThanOrEqual(1);
      expect(Number(column)).toBeLessThanOrEqual((lines[Number(line) - 1]?.length ?? 0) + 1);
    }
  });
});

test('a dataset with too many columns for a statement of the Data API is refused at packaging', () => {
  const columns = (count: number, type = 'real', prefix = 'measurement_') =>
    ordersDataset({
      columns: [
        ...ORDER_COLUMNS,
        ...Array.from({ length: count }, (_, index) => ({ name: `${prefix}${index}`, type })),
      ],
    });
  expect(() => checkStatementSizes(ROOT, columns(200))).not.toThrow();
  // Files may hold all of them as text. Their checks are long, and take several statements.
  expect(() => checkStatementSizes(ROOT, columns(400, 'decimal(10,2)'))).not.toThrow();
  expect(() => checkStatementSizes(ROOT, columns(150, 'timestamp', 'measured_'.repeat(10)))).not.toThrow();
  const error = loadErrorOf(() => checkStatementSizes(ROOT, columns(1_490)));
  expect(error).toMatchObject({ name: 'DatasetInvalid' });
  expect(error.reason).toMatch(/Dataset orders has 1494 columns, so statement \S+ of sql\/\S+ has \d+ bytes/);
});

describe('datasets/reference.yml', () => {
  const text = readFileSync(join(ROOT, 'datasets/reference.yml'), 'utf8');

  test('is a valid dataset', () => {
    const dataset = parseDataset(text, 'datasets/reference.yml');
    expect(dataset.name).toBe('page_views');
    expect(dataset.target.key).toHaveLength(2);
    expect(dataset.source.prefix).toBe('page_views/{yyyy}/{MM}/{dd}/{HH}/');
  });

  test('shows every option, and none that does not exist', () => {
    expect(pathsOf(parse(text)).sort()).toEqual(optionPaths(datasetSchema).sort());
  });

  test('explains every option in the comment above it', () => {
    const lines = text.split('\n');
    for (const path of optionPaths(datasetSchema)) {
      const [section, option] = path.split('.');
      if (section === 'columns[]' || (option === undefined && ['source', 'target'].includes(path))) continue;
      const begin = option === undefined ? 0 : lines.indexOf(`${section}:`);
      const at = lines.findIndex(
        (line, index) => index >= begin && line.startsWith(option ? `  ${option}:` : `${section}:`),
      );
      expect(`${path}: ${lines[at - 1]}`).toMatch(/^[a-z_.]+: *# ./);
    }
    for (const option of optionPaths(datasetSchema).filter((path) => path.startsWith('columns[].'))) {
      expect(text).toMatch(new RegExp(`^  # ${option.slice('columns[].'.length)}: `, 'm'));
    }
  });

  const withDefault = optionPaths(datasetSchema)
    .map((path) => [path, defaultOf(path)] as const)
    .filter(([, value]) => value !== undefined);

  test('has options with defaults', () => {
    expect(withDefault.map(([path]) => path)).toContain('source.settle_minutes');
    expect(withDefault).toHaveLength(20);
  });

  test.each(withDefault)('names the default of %s', (path, value) => {
    const option = path.split(/\.|\[\]\./).at(-1) ?? '';
    const comment = new RegExp(`((?:^ *#.*\n)+)^ *${option}:`, 'm').exec(text)?.[1];
    const words = (comment ?? text).replace(/\n *# ?/g, ' ');
    const expected = Array.isArray(value) ? (value.length === 0 ? 'none' : 'all four') : String(value);
    expect(words).toMatch(new RegExp(`default:? ${expected}|${expected} \\(default`, 'i'));
  });

  test('is not loaded as a dataset', () => {
    const names = readDatasets(ROOT).map((dataset) => dataset.name);
    expect(names).toContain('trips');
    expect(names).not.toContain('page_views');
  });
});

test('every dataset of the package is complete: defaults are filled in, references are resolved', () => {
  for (const dataset of readDatasets(ROOT)) {
    const names = dataset.columns.map((column) => column.name);
    expect(names).toEqual(expect.arrayContaining([...dataset.target.key, dataset.target.version]));
  }
});

test('a promise of no hours is a promise', () => {
  const promised = (target: object) => ordersDataset({ target }).target.event_time_drift_hours;
  expect(promised({})).toBeNull();
  expect(promised({ event_time_immutable: false })).toBeNull();
  expect(promised({ event_time_immutable: true })).toBe(0);
  expect(promised({ event_time_drift_hours: 0 })).toBe(0);
  expect(promised({ event_time_immutable: true, event_time_drift_hours: 0 })).toBe(0);
  expect(promised({ event_time_immutable: false, event_time_drift_hours: 2 })).toBe(2);
});

describe('defaults', () => {
  const dataset = ordersDataset();

  test('are the ones in reference.yml', () => {
    expect(dataset.source).toMatchObject({
      error_prefix: 'errors/orders/{type}/year={yyyy}/month={MM}/day={dd}/hour={HH}/',
      settle_minutes: 20,
      lookback_hours: 48,
    });
    expect(dataset.target).toMatchObject({
      schema: 'public',
      sortkey: [],
      derive: ['year', 'month', 'day', 'hour'],
      derive_in: 'merge',
      partition_column: 'source_partition',
      event_time_drift_hours: null,
    });
    expect(dataset.target.distkey).toBeUndefined();
    expect(dataset.load).toEqual({
      strategy: 'delete-insert',
      max_concurrency: 4,
      max_partitions: 50,
      hours_per_merge: 16,
      every_hours: 1,
      remind_hours: 24,
      on_bad_file: 'fail',
      retention_days: 90,
      statement_timeout_minutes: 60,
      stale_after_hours: 6,
    });
  });

  test('the target is stale five hours after the next start was due', () => {
    const stale = (load: object) => ordersDataset({ load }).load.stale_after_hours;
    expect([1, 6, 24].map((every_hours) => stale({ every_hours }))).toEqual([6, 11, 29]);
    expect(stale({ every_hours: 24, stale_after_hours: 3 })).toBe(3);
  });

  test('the version is the event time', () => {
    expect(dataset.target.version).toBe('ordered_at');
    expect(ordersDataset({ target: { version: 'order_id' } }).target.version).toBe('order_id');
  });

  test('apply to a missing section too, and two datasets do not share one object', () => {
    const text =
      'dataset: a\nsource: { prefix: "a/{yyyy}/{MM}/{dd}/{HH}/" }\ntarget: { table: a, key: [id], event_time: at }\ncolumns: [{ name: id, type: int, required: true }, { name: at, type: timestamp, required: true }]\n';
    const [first, second] = [parseDataset(text, 'a.yml'), parseDataset(text, 'a.yml')];
    expect(first.load).toEqual(dataset.load);
    expect(first.target.derive).not.toBe(second.target.derive);
  });
});

describe('names', () => {
  test('may contain quotes, spaces, dollar signs and other scripts', () => {
    const names = ['it"s', "o'clock", 'two words', '$&', '日本', 'naïve', '__proto__', 'constructor'];
    const columns = [...ORDER_COLUMNS, ...names.map((name) => ({ name, type: 'integer' }))];
    expect(
      ordersDataset({ columns })
        .columns.slice(ORDER_COLUMNS.length)
        .map((each) => each.name),
    ).toEqual(names);
  });

  test('have at most 127 bytes, not characters', () => {
    const named = (name: string) => ordersDataset({ columns: [...ORDER_COLUMNS, { name, type: 'integer' }] });
    expect(named('x'.repeat(127)).columns).toHaveLength(5);
    expect(named(`${'ü'.repeat(63)}x`).columns).toHaveLength(5);
    expect(() => named('x'.repeat(128))).toThrow('at most 127 bytes');
    expect(() => named('😀'.repeat(32))).toThrow('at most 127 bytes');
  });
});

test('numbers at their limits are accepted', () => {
  const limits = (every_hours: number, settle_minutes: number) =>
    ordersDataset({
      source: { lookback_hours: 2 * every_hours, settle_minutes },
      load: { every_hours, max_partitions: every_hours },
    });
  expect(limits(1, 295).load.stale_after_hours).toBe(6);
  expect(limits(6, 595).load.stale_after_hours).toBe(11);
  expect(limits(24, 1_440).load.stale_after_hours).toBe(29);
});

test('an alias has the value of its anchor', () => {
  const text = readFileSync(join(CASES, 'yaml-unknown-alias/dataset.yml'), 'utf8');
  const anchored = text.replace('type: bigint', 'type: &text varchar(36)');
  expect(parseDataset(anchored, 'orders.yml').columns[2]?.type).toEqual({ kind: 'varchar', length: 36 });
});

describe('derived columns', () => {
  test('in the merge: the files do not hold them, the target does', () => {
    const dataset = ordersDataset({ target: { derive: ['hour', 'year'] } });
    expect(dataset.columns.map((column) => column.name)).toEqual([
      'order_id',
      'ordered_at',
      'status',
      'amount',
    ]);
    expect(derivedAtMerge(dataset)).toEqual(['hour', 'year']);
    expect(names(dataset)).toEqual([
      'order_id',
      'ordered_at',
      'status',
      'amount',
      'hour',
      'year',
      'source_partition',
    ]);
  });

  test('in the transform: the files hold them, once', () => {
    const dataset = ordersDataset({ target: { derive: ['hour', 'year'], derive_in: 'transform' } });
    expect(dataset.columns.slice(4)).toEqual([
      { name: 'hour', type: { kind: 'smallint' }, required: true },
      { name: 'year', type: { kind: 'smallint' }, required: true },
    ]);
    expect(derivedAtMerge(dataset)).toEqual([]);
    expect(names(dataset)).toEqual([
      'order_id',
      'ordered_at',
      'status',
      'amount',
      'hour',
      'year',
      'source_partition',
    ]);
  });

  test('may be none', () => {
    const dataset = ordersDataset({ target: { derive: [], partition_column: 'loaded_from' } });
    expect(names(dataset)).toEqual(['order_id', 'ordered_at', 'status', 'amount', 'loaded_from']);
  });

  test('a column may have the name of a part that is not derived', () => {
    const columns = [...ORDER_COLUMNS, { name: 'year', type: 'integer' }];
    expect(names(ordersDataset({ columns, target: { derive: ['month'] } }))).toContain('year');
  });

  test('may be the distkey or in the sortkey, and so may the partition column', () => {
    const dataset = ordersDataset({ target: { distkey: 'source_partition', sortkey: ['year', 'month'] } });
    expect(dataset.target.sortkey).toEqual(['year', 'month']);
  });

  function names(dataset: Dataset): string[] {
    const columns = targetColumns(dataset);
    expect(columns.at(-1)).toEqual({
      name: dataset.target.partition_column,
      type: { kind: 'timestamp' },
      required: true,
    });
    return columns.map((column) => column.name);
  }
});

describe('chooseDataset', () => {
  const one = ordersDataset();
  const other = { ...one, name: 'invoices' };

  test('the only dataset needs no name', () => {
    expect(chooseDataset([one], undefined)).toBe(one);
  });

  test('the named one of several is chosen', () => {
    expect(chooseDataset([one, other], 'invoices')).toBe(other);
  });

  test.each([
    ['not named', [one, other], undefined, 'The input names no dataset.'],
    ['unknown', [one, other], 'trips', 'There is no dataset "trips".'],
    ['the empty name is a name too', [one], '', 'There is no dataset "".'],
  ])('%s: the fix lists the known names', (_, datasets, name, reason) => {
    expect(loadErrorOf(() => chooseDataset(datasets, name))).toMatchObject({
      name: 'InvalidInput',
      reason,
      fix: `Name one of: ${datasets.map((each) => each.name).join(', ')}.`,
    });
  });
});

/** The path of every option in the schema: `target.key`, `columns[].name` … */
function optionPaths(schema: unknown, path = ''): string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && unwrap(inner.element) instanceof z.ZodObject) {
    return optionPaths(inner.element, `${path}[]`);
  }
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [at, ...optionPaths(value, at)];
  });
}

function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    return [
      ...new Set(value.flatMap((each) => (typeof each === 'object' ? pathsOf(each, `${path}[]`) : []))),
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [at, ...pathsOf(each, at)];
  });
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

function defaultOf(path: string): unknown {
  let at: unknown = datasetSchema;
  for (const step of path.split('.')) {
    const object = unwrap(at);
    const key = step.replace('[]', '');
    at = object instanceof z.ZodObject ? object.shape[key] : undefined;
    const list = unwrap(at);
    if (step.endsWith('[]') && list instanceof z.ZodArray) at = list.element;
  }
  return at instanceof z.ZodDefault ? at.def.defaultValue : undefined;
}
