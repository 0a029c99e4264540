import fc from 'fast-check';
import { parseDataset, type Dataset } from '../../core/dataset';
import { addHours, hourOf, type Hour } from '../../core/hour';
import { dayPrefixes, hourReader, prefixesAboveDays, prefixOfHour } from '../../core/prefix';
import { explainStray, nearestTemplate, strayFinder, straysOf, type Found } from '../../core/strays';

const HIVE = 'trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/';
const FIREHOSE = 'trips/{yyyy}/{MM}/{dd}/{HH}/';
const TEMPLATES = [
  HIVE,
  FIREHOSE,
  '{yyyy}/{MM}/{dd}/{HH}/',
  'year={yyyy}/{MM}/{dd}/{HH}/',
  'lake/trips-{yyyy}/{MM}/{dd}/{HH}/',
  '_lake/.v1/dt={yyyy}-{MM}-{dd}/{HH}/tail/more/',
  'a.b*c+d?e^f$g|h(i)[j]\\k-l/$&$1$$\'"{yyyy}/{MM}/{dd}/x.{HH}.y/',
  'lake/{yyyy}/{MM}/fixed/{dd}/fixed too/{HH}/trips/',
];

const datasetOf = (
  prefix: string,
  name = 'trips',
  errors = `errors/${name}/{type}/{yyyy}/{MM}/{dd}/{HH}/`,
): Dataset =>
  parseDataset(
    JSON.stringify({
      dataset: name,
      source: { prefix, error_prefix: errors },
      target: { table: name, key: ['id'], event_time: 'at' },
      columns: [
        { name: 'id', type: 'bigint', required: true },
        { name: 'at', type: 'timestamp', required: true },
      ],
    }),
    `datasets/${name}.yml`,
  );

/** Objects that hold data. */
const objectsOf = (keys: readonly string[]) => keys.map((key) => ({ key, size: 1 }));

/** S3's listing with the delimiter "/". */
function listed(lake: readonly string[], prefix: string): Found {
  const under = lake.filter((key) => key.startsWith(prefix));
  const slash = (key: string) => key.indexOf('/', prefix.length);
  return {
    objects: objectsOf(under.filter((key) => slash(key) < 0)),
    folders: [...new Set(under.filter((key) => slash(key) >= 0).map((key) => key.slice(0, slash(key) + 1)))],
  };
}

/** The places that a load of these hours finds: see functions/list-partitions.ts. */
function placesIn(
  lake: readonly string[],
  template: string,
  [from, to]: readonly [Hour, Hour],
  datasets = [datasetOf(template)],
): string[] {
  const find = strayFinder(
    datasets.find(({ source }) => source.prefix === template)!,
    datasets,
  );
  const listings = [
    ...prefixesAboveDays(template, from, to).map((folder) => listed(lake, folder)),
    ...dayPrefixes(template, from, to).map((day) => ({
      objects: objectsOf(lake.filter((key) => key.startsWith(day))),
      folders: [],
    })),
  ];
  return listings.flatMap((listing) => [...find(listing).keys()]);
}

const LOOKBACK = ['2026-01-31T20', '2026-02-02T20'] as const;
/** Also years and months that no listing looks into. */
const anyHour = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map(hourOf);
const hourInLookback = fc.nat(48).map((hours) => addHours(LOOKBACK[0], hours));
const anyName = fc.stringMatching(/^[a-z0-9=.$ -]{1,8}$/).filter((name) => !/^[_.]|\.crc$/.test(name));

describe.each(TEMPLATES)('under %s', (template) => {
  test('no object of any hour is a stray, and neither is what holds no data', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyHour, anyName)),
        fc.array(fc.tuple(hourInLookback, anyName)),
        (all, due) => {
          const hours = [...all, ...due].map(([hour, name]) => `${prefixOfHour(template, hour)}${name}`);
          const above = prefixesAboveDays(template, ...LOOKBACK).filter((folder) => folder.endsWith('/'));
          const markers = [...above, ...dayPrefixes(template, ...LOOKBACK)].flatMap((folder) => [
            folder,
            ...['_SUCCESS', '_temporary/0/part-0', '.part.crc', 'part.crc', 'month_$folder$'].map(
              (name) => `${folder}${name}`,
            ),
          ]);
          expect(placesIn([...hours, ...markers, 'sluice/trips/plan.json'], template, LOOKBACK)).toEqual([]);
        },
      ),
    );
  });

  test('an object beside the folders of times is a stray at each level, and so is a folder with another name', () => {
    const above = prefixesAboveDays(template, ...LOOKBACK);
    const folders = [...above, ...dayPrefixes(template, ...LOOKBACK)];
    fc.assert(
      fc.property(fc.constantFrom(...folders), anyName, anyName, (folder, name, inner) => {
        for (const [key, place] of [
          [`${folder}x${name}`, `${folder}x${name}`],
          [`${folder}x${name}/${inner}`, `${folder}x${name}/`],
        ] as const)
          expect(placesIn([key], template, LOOKBACK)).toEqual([place]);
      }),
    );
  });

  test('a part of the time without its leading zero is a stray, and the nearest template says so', () => {
    const hours = ['2026-02-01T08', '2026-02-02T05', '2026-01-31T21'] as const;
    for (const hour of hours) {
      for (const [long, short] of [
        ['{MM}', '{M}'],
        ['{dd}', '{d}'],
        ['{HH}', '{H}'],
      ] as const) {
        const written = template.replace(long, short);
        const key = `${unpadded(written, hour)}part.parquet`;
        if (hourReader(template)(key) !== undefined) continue;
        const [place, ...others] = placesIn([key], template, LOOKBACK);
        expect({ key, others }).toEqual({ key, others: [] });
        expect(key.startsWith(place ?? '?')).toBe(true);
        const nearest = nearestTemplate(template, key);
        expect(nearest).toMatchObject({ hour });
        expect(nearest?.template).toBe(written.slice(0, written.indexOf('/', written.lastIndexOf('}')) + 1));
      }
    }
  });
});

/** The prefix of an hour in a template that may also have {M}, {d} and {H}. */
function unpadded(template: string, hour: Hour): string {
  const number = (start: number) => String(Number(hour.slice(start, start + 2)));
  const full = template.replace('{M}', number(5)).replace('{d}', number(8)).replace('{H}', number(11));
  return prefixOfHour(full, hour);
}

describe('what else is in the bucket', () => {
  test('is no stray if it belongs to another dataset, to an error prefix or to Sluice', () => {
    const nested = 'trips/clicks/{yyyy}/{MM}/{dd}/{HH}/';
    const sibling = 'trips/views-{yyyy}/{MM}/{dd}/{HH}/';
    const datasets = [
      datasetOf(HIVE, 'trips', 'trips/errors/{type}/{yyyy}/{MM}/{dd}/{HH}/'),
      datasetOf(nested, 'clicks', 'trips/clicks/{yyyy}/bad/{MM}/{dd}/{HH}/{type}/'),
      datasetOf(sibling, 'views'),
    ];
    const lake = [
      'trips/clicks/2026/02/01/08/part',
      'trips/clicks/2026/bad/02/01/08/processing-failed/part',
      'trips/errors/processing-failed/2026/02/01/08/part',
      'trips/views-2026/02/01/08/part',
      'trips/year=2026/month=02/day=01/hour=08/part',
      'errors/trips/old/part',
      'elsewhere/part',
      'readme',
    ];
    for (const template of [HIVE, nested, sibling])
      expect(placesIn(lake, template, LOOKBACK, datasets)).toEqual([]);
    // Each finds its own.
    const strays = [
      'trips/clicks/2026/2/1/8/part',
      'trips/views-26/02/01/08/part',
      'trips/2026/02/01/08/part',
    ];
    expect(placesIn([...lake, ...strays], nested, LOOKBACK, datasets)).toEqual(['trips/clicks/2026/2/']);
    expect(placesIn([...lake, ...strays], sibling, LOOKBACK, datasets)).toEqual(['trips/views-26/']);
    expect(placesIn([...lake, ...strays], HIVE, LOOKBACK, datasets)).toEqual([
      // It is in the folder of trips too, and in no hour of any dataset.
      'trips/views-26/',
      'trips/2026/',
    ]);
  });

  test('is no stray if datasets share the folders of their hours', () => {
    const [trips, clicks] = ['trips', 'clicks'].map((name) => `lake/{yyyy}/{MM}/{dd}/{HH}/${name}/`) as [
      string,
      string,
    ];
    const datasets = [datasetOf(trips), datasetOf(clicks, 'clicks')];
    const lake = ['lake/2026/02/01/08/trips/a', 'lake/2026/02/01/08/clicks/a', 'lake/2026/02/01/08/other/a'];
    expect(placesIn(lake, trips, LOOKBACK, datasets)).toEqual(['lake/2026/02/01/08/other/']);
  });

  test('belongs to nobody at the root of the bucket', () => {
    const template = '{yyyy}/{MM}/{dd}/{HH}/';
    const lake = ['readme', 'tables/part', '2026/2/1/8/part'];
    expect(placesIn(lake, template, LOOKBACK)).toEqual(['2026/2/']);
    expect([
      ...strayFinder(datasetOf(template), [datasetOf(template)])({ objects: objectsOf(lake), folders: [] }),
    ]).toEqual([['2026/2/', '2026/2/1/8/part']]);
  });

  test('is no stray outside the dataset’s own folder', () => {
    const find = strayFinder(datasetOf(HIVE), [datasetOf(HIVE)]);
    expect([
      ...find({ objects: objectsOf(['trips2/x', 'readme', 'sluice/trips/plan.json']), folders: ['old/'] }),
    ]).toEqual([]);
  });
});

test('an object of zero bytes is no stray, whatever its name', () => {
  const find = strayFinder(datasetOf(HIVE), [datasetOf(HIVE)]);
  const key = 'trips/year=2026/month=02/day=01/hour=08';
  expect([...find({ objects: [{ key, size: 0 }], folders: [] })]).toEqual([]);
  expect([...find({ objects: [{ key, size: 1 }], folders: [] })]).toEqual([[key, key]]);
});

test('times that do not exist are strays', () => {
  const find = strayFinder(datasetOf(HIVE), [datasetOf(HIVE)]);
  const keys = [
    'trips/year=2026/month=13/day=01/hour=08/part',
    'trips/year=2026/month=02/day=29/hour=08/part',
    'trips/year=2026/month=02/day=01/hour=24/part',
    'trips/year=2024/month=02/day=29/hour=08/part',
  ];
  expect([...find({ objects: objectsOf(keys), folders: [] })]).toEqual([
    ['trips/year=2026/month=13/', keys[0]],
    ['trips/year=2026/month=02/day=29/', keys[1]],
    ['trips/year=2026/month=02/day=01/hour=24/', keys[2]],
  ]);
});

test('the listings above the days are few, and none is of other years, months or days', () => {
  expect(prefixesAboveDays(HIVE, ...LOOKBACK)).toEqual([
    'trips/',
    'trips/year=2026/',
    'trips/year=2026/month=01/',
    'trips/year=2026/month=02/',
  ]);
  expect(prefixesAboveDays('lake/trips-{yyyy}/{MM}/{dd}/{HH}/', '2026-02-01T00', '2026-02-01T23')).toEqual([
    'lake/trips-',
    'lake/trips-2026/',
    'lake/trips-2026/02/',
  ]);
  expect(prefixesAboveDays('{yyyy}/{MM}/{dd}/{HH}/', '2025-12-31T00', '2026-01-01T23')).toEqual([
    '2025/',
    '2025/12/',
    '2026/',
    '2026/01/',
  ]);
  expect(prefixesAboveDays('lake/dt={yyyy}-{MM}-{dd}/{HH}/', ...LOOKBACK)).toEqual(['lake/']);
});

test('a count of places, of which the first are named by a key', () => {
  const folder = { objects: [], folders: ['trips/a/', 'trips/b/'] };
  const keys = Array.from({ length: 9 }, (_, index) => `trips/${index}/part`);
  const find = strayFinder(datasetOf(HIVE), [datasetOf(HIVE)]);
  const places = new Map([
    ...find(folder),
    ...find({ objects: objectsOf([...keys, 'trips/0/second']), folders: [] }),
  ]);
  expect(straysOf(places, false)).toEqual({
    count: 11,
    complete: false,
    keys: ['trips/a/', 'trips/b/', ...keys.slice(0, 3)],
  });
});

test.each([
  [
    'trips/year=2026/month=1/day=5/hour=8/x',
    'trips/year={yyyy}/month={M}/day={d}/hour={H}/',
    '2026-01-05T08',
  ],
  ['trips/2026/01/05/08/x', FIREHOSE, '2026-01-05T08'],
  ['trips/2026/01/05/08/part=3/x', FIREHOSE, '2026-01-05T08'],
  ['trips/v2/dt=2026-01-05/hr=08/x', 'trips/v2/dt={yyyy}-{MM}-{dd}/hr={HH}/', '2026-01-05T08'],
  ['trips/dt=2026-01-05-08/x', 'trips/dt={yyyy}-{MM}-{dd}-{HH}/', '2026-01-05T08'],
  ['trips/20260105T08/x', 'trips/{yyyy}{MM}{dd}T{HH}/', '2026-01-05T08'],
  ['trips/2026010508/x', 'trips/{yyyy}{MM}{dd}{HH}/', '2026-01-05T08'],
  ['trips/dt=2026-01-05/x', 'trips/dt={yyyy}-{MM}-{dd}/', undefined],
  ['trips/year=2026/month=02/day=30/hour=08/x', HIVE, undefined],
])('%s looks like %s', (key, template, hour) => {
  expect(nearestTemplate(HIVE, key)).toEqual({ template, hour });
});

test.each([
  'trips/year=2026/month=01/day=05/late.parquet',
  'trips/year=2026/month=Jan/day=05/hour=08/x',
  'trips/readme',
  'trips/archive/2026/x',
  'trips/year=2026/day=05/month=01/hour=08/x',
  'trips/99999999/x',
])('%s looks like no other template', (key) => {
  expect(nearestTemplate(HIVE, key)).toBeUndefined();
});

test('what is said about a stray: the nearest template, and no control character', () => {
  const trips = datasetOf(HIVE);
  expect(explainStray(trips, 'trips/year=2026/month=1/day=5/hour=8/x')).toBe(
    'belongs to no hour of dataset trips, so no load reads it: its folders look like ' +
      'trips/year={yyyy}/month={M}/day={d}/hour={H}/, and source.prefix of the dataset is ' +
      HIVE,
  );
  expect(explainStray(trips, 'trips/year=2026/month=02/day=30/hour=08/x')).toContain(
    'a time that does not exist',
  );
  expect(explainStray(trips, 'trips/readme')).toContain(`it is in no folder of an hour (${HIVE})`);
  expect(explainStray(trips, 'trips/\u001b[2J\n2026/01/x')).toContain('trips/\\u001b[2J\\n{yyyy}/{MM}/');
});
