import { join } from 'node:path';
import {
  compareWithDataset,
  datasetOfKey,
  datasetOfRefused,
  leadsToRefused,
  ownerOfRefused,
  strayReader,
} from '../../../cli/inspect/dataset-of';
import { parseDataset } from '../../../core/dataset';
import { readDatasets } from '../../../service/datasets';

const trips = readDatasets(join(__dirname, '../../..')).find(({ name }) => name === 'trips')!;
const clicks = parseDataset(
  `dataset: clicks
source: { prefix: 'web/{yyyy}/{MM}/{dd}/{HH}/' }
target: { table: clicks, key: [id], event_time: at }
columns:
  - { name: id, type: bigint, required: true }
  - { name: at, type: timestamp, required: true }
`,
  'clicks.yml',
);
const datasets = [trips, clicks];
const nameOf = (key: string, named?: string) => datasetOfKey(datasets, key, named)?.name;

test('a key belongs to the dataset with its prefix', () => {
  expect(nameOf('trips/year=2026/month=11/day=23/hour=08/a.parquet')).toBe('trips');
  expect(nameOf('web/2026/11/23/08/a.parquet')).toBe('clicks');
  expect(nameOf('trips/year=2026/month=13/day=23/hour=08/a.parquet')).toBeUndefined();
  expect(nameOf('other/a.parquet')).toBeUndefined();
});

test('a copy of the lake in any directory is recognized', () => {
  expect(nameOf('/home/me/lake/trips/year=2026/month=11/day=23/hour=08/a.parquet')).toBe('trips');
});

test('a named dataset takes precedence, and must exist', () => {
  expect(nameOf('anything.parquet', 'clicks')).toBe('clicks');
  expect(() => nameOf('anything.parquet', 'nope')).toThrow(/There is no dataset "nope"/);
});

describe('an object of no hour', () => {
  const old = parseDataset(
    `dataset: old
source: { prefix: 'trips/old/{yyyy}/{MM}/{dd}/{HH}/' }
target: { table: old, key: [id], event_time: at }
columns:
  - { name: id, type: bigint, required: true }
  - { name: at, type: timestamp, required: true }
`,
    'old.yml',
  );
  const all = [...datasets, old];

  test.each([
    [
      'trips/year=2026/month=1/day=5/hour=8/a',
      /of dataset trips, .* look like trips\/year={yyyy}\/month={M}\//,
    ],
    ['trips/readme', /of dataset trips, .* in no folder of an hour/],
    ['trips/old/2026-11-23/a', /of dataset old, .* look like trips\/old\/{yyyy}-{MM}-{dd}\//],
  ])('%s is explained by its nearest dataset', (key, text) => {
    expect(strayReader(all, undefined)({ key, size: 1 })).toMatch(text);
  });

  test.each([
    'trips/year=2026/month=11/day=23/hour=08/a',
    'trips/old/2026/11/23/08/a',
    'trips/_SUCCESS',
    'errors/trips/processing-failed/year=2026/month=11/day=23/hour=08/a',
    'elsewhere/a',
  ])('%s is none', (key) => {
    expect(strayReader(all, undefined)({ key, size: 1 })).toBeNull();
  });

  test('is looked for in the named dataset only', () => {
    expect(strayReader(all, 'clicks')({ key: 'trips/readme', size: 1 })).toBeNull();
    expect(() => strayReader(all, 'nope')).toThrow(/There is no dataset "nope"/);
  });
});

test('refused events belong to the dataset in their key, or to the only dataset', () => {
  expect(datasetOfRefused(datasets, 'errors/clicks/processing-failed/x', undefined)?.name).toBe('clicks');
  expect(datasetOfRefused(datasets, 'errors/processing-failed/x', undefined)).toBeUndefined();
  expect(datasetOfRefused([clicks], 'errors/processing-failed/x', undefined)?.name).toBe('clicks');
});

test('refused events belong to the dataset under whose error prefix they lie, whatever their folders are called', () => {
  const renamed = {
    ...clicks,
    source: { ...clicks.source, error_prefix: 'trips/bad/{type}/{yyyy}/{MM}/{dd}/{HH}/' },
  };
  const key = 'trips/bad/processing-failed/2026/11/23/08/x';
  expect(ownerOfRefused([trips, renamed], key)?.name).toBe('clicks');
  expect(datasetOfRefused([trips, renamed], key, undefined)?.name).toBe('clicks');
  expect(ownerOfRefused([trips, renamed], 'trips/bad/processing-failed/2026/13/23/08/x')).toBeUndefined();
});

test.each([
  ['errors/trips/', true],
  ['errors/trips/processing-failed/year=2026/month=11/', true],
  ['errors/trips/processing-failed/year=2026/month=11/day=23/hour=08/', true],
  ['errors/trips/processing-failed/year=2026/month=11/day=23/hour=08/sluice-', true],
  ['errors/trips/processing-failed/year=2026/month=1', true],
  ['errors/trips/processing-failed/year=2026/month=13/', false],
  ['errors/trips/processing-fail/year=2026/', false],
  ['errors/nobody/', false],
  ['trips/', false],
  ['', false],
])('the start of keys "%s" leads to refused events: %s', (start, leads) => {
  expect(leadsToRefused(datasets, start)).toBe(leads);
});

test('a comparison says whether the columns match, are in another order, or differ', () => {
  const id = { name: 'id', type: 'INT64' };
  const at = { name: 'at', type: 'INT96' };
  expect(compareWithDataset(clicks, 'part.parquet', [id, at])).toMatchObject({
    matches: true,
    other_order: false,
  });
  expect(compareWithDataset(clicks, 'part.parquet', [at, id])).toMatchObject({
    matches: true,
    other_order: true,
    text: 'has the columns of dataset clicks, in another order, and the load takes them by name',
  });
  expect(compareWithDataset(clicks, 'part.parquet', [{ ...id, type: 'INT32' }, at])).toMatchObject({
    matches: true,
    converted: [{ name: 'id', found: 'INTEGER', expected: 'BIGINT' }],
    text: 'has the columns of dataset clicks, with other types, which the load converts: id (INTEGER, not BIGINT)',
  });
  expect(compareWithDataset(clicks, 'part.parquet', [id])).toMatchObject({
    matches: false,
    differences: { missing: ['at'] },
    text: 'does not have the columns of dataset clicks: missing: at',
  });
});
