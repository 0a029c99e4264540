import { join } from 'node:path';
import { checkReplay } from '../../../cli/replay/usage';
import { parseDataset, type Dataset } from '../../../core/dataset';
import { readDatasets } from '../../../service/datasets';
import { ROOT } from '../../../testkit/root';

const trips = readDatasets(ROOT).find(({ name }) => name === 'trips')!;
const datasetWith = (source: string) =>
  parseDataset(
    `dataset: clicks
source: ${source}
target: { table: clicks, key: [id], event_time: at }
columns:
  - { name: id, type: bigint, required: true }
  - { name: at, type: timestamp, required: true }
`,
    'clicks.yml',
  );
const clicks = datasetWith(
  `{ prefix: 'web/{yyyy}/{MM}/{dd}/{HH}/', error_prefix: 'bad/{yyyy}-{MM}/{dd}/{HH}-{type}/' }`,
);

function hours(datasets: readonly Dataset[], what: string, dataset?: string) {
  const place = checkReplay(datasets, { what, ...(dataset === undefined ? {} : { dataset }) });
  if (place.kind !== 'hours') throw new Error('these are hours');
  return place;
}

test('an hour is that of all error prefixes of the dataset', () => {
  const place = hours([trips], '2026-11-23T08');
  expect(place.prefixes).toEqual(
    ['processing-failed', 'format-conversion-failed'].map(
      (type) => `errors/trips/${type}/year=2026/month=11/day=23/hour=08/`,
    ),
  );
  expect(place.has(`${place.prefixes[0]}object`)).toBe(true);
});

test('a day is all its hours, wherever the time stands in the prefix', () => {
  const place = hours([trips, clicks], '2026-11-23', 'clicks');
  expect(place.prefixes).toEqual(['bad/2026-11/23/']);
  expect(place.has('bad/2026-11/23/07-processing-failed/object')).toBe(true);
  expect(place.has('bad/2026-11/23/24-processing-failed/object')).toBe(false);
  expect(place.has('bad/2026-11/23/07-something/object')).toBe(false);
});

test('a URL is a place in any bucket', () => {
  expect(checkReplay([trips], { what: 's3://lake/errors/trips/' })).toEqual({
    ...{ kind: 'url', bucket: 'lake', key: 'errors/trips/' },
  });
});

test.each([
  ['yesterday', {}, /yesterday is no place of refused events.*2026-11-23T08/],
  ['2026-02-30', {}, /is no place/],
  ['2026-11-23T24', {}, /is no place/],
  [join(ROOT, 'datasets'), {}, /sluice inspect \S+datasets --events \| npx sluice stream -$/],
  ['s3://', {}, /names no bucket/],
  ['2026-11-23T08', { reason: ' ' }, /--reason needs/],
  ['2026-11-23T08', { dataset: 'nope' }, /There is no dataset "nope"/],
])('%s with %j is wrong usage', (what, options, message) => {
  expect(() => checkReplay([trips], { what, ...options })).toThrow(message);
});

test('an hour needs a dataset if there are several, and the dataset a stream', () => {
  expect(() => checkReplay([trips, clicks], { what: '2026-11-23T08' })).toThrow(/names no dataset/);
  const external = datasetWith(`{ prefix: 'web/{yyyy}/{MM}/{dd}/{HH}/', stream: external }`);
  for (const what of ['2026-11-23T08', 's3://lake/errors/clicks/processing-failed/'])
    expect(() => checkReplay([external], { what })).toThrow(/has no stream/);
});
