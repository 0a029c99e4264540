import fc from 'fast-check';
import { hourOf } from '../../core/hour';
import {
  dayPrefixes,
  errorPrefixes,
  errorPrefixProblem,
  firehosePrefix,
  hourReader,
  prefixOfHour,
  prefixProblem,
} from '../../core/prefix';

const HIVE = 'trips/year={yyyy}/month={MM}/day={dd}/hour={HH}/';
const FIREHOSE = 'trips/{yyyy}/{MM}/{dd}/{HH}/';
/** Every character with a special meaning in a regular expression or a replacement. */
const AWKWARD = 'a.b*c+d?e^f$g|h(i)[j]\\k-l/$&$1$$\'"{yyyy}/{MM}/{dd}/x.{HH}.y/';
const TEMPLATES = [
  HIVE,
  FIREHOSE,
  AWKWARD,
  '{yyyy}/{MM}/{dd}/{HH}/',
  'größe/日={yyyy}-{MM}-{dd}/{HH}/tail/more/',
];

describe('a template', () => {
  test.each(TEMPLATES)('%s is valid', (template) => {
    expect(prefixProblem(template)).toBeUndefined();
  });

  test.each([
    ['trips/{yyyy}/{MM}/{dd}/', 'once each'],
    ['trips/{yyyy}/{MM}/{dd}/{hh}/', 'once each'],
    ['trips/{YYYY}/{MM}/{dd}/{HH}/', 'once each'],
    ['trips/{yyyy}/{dd}/{MM}/{HH}/', 'in this order'],
    ['trips/{yyyy}/{yyyy}/{MM}/{dd}/{HH}/', 'once each'],
    ['trips/{}/{yyyy}/{MM}/{dd}/{HH}/', 'once each'],
    ['trips{/{yyyy}/{MM}/{dd}/{HH}/', 'no other braces'],
    ['trips}/{yyyy}/{MM}/{dd}/{HH}/', 'no other braces'],
    ['trips/{{yyyy}}/{MM}/{dd}/{HH}/', 'no other braces'],
    ['', 'once each'],
    ['trips/{yyyy}/{MM}/{dd}/{HH}', 'hour=1 is not a prefix of hour=10'],
    ['/trips/{yyyy}/{MM}/{dd}/{HH}/', 'does not start with "/"'],
    ['s3://lake/trips/{yyyy}/{MM}/{dd}/{HH}/', 'is not a URI'],
    ['trips/{yyyy}{MM}/{dd}/{HH}/', 'has a separator'],
    ['trips/{yyyy}/{MM}/{dd}-{HH}/', 'has a "/" between the day and the hour'],
  ])('%j is not valid', (template, problem) => {
    expect(prefixProblem(template)).toContain(problem);
  });
});

test('the template is filled with an hour', () => {
  expect(prefixOfHour(HIVE, '2026-12-31T03')).toBe('trips/year=2026/month=12/day=31/hour=03/');
  expect(prefixOfHour(FIREHOSE, '2024-02-29T23')).toBe('trips/2024/02/29/23/');
  expect(prefixOfHour(AWKWARD, '2026-11-23T08')).toBe(
    'a.b*c+d?e^f$g|h(i)[j]\\k-l/$&$1$$\'"2026/11/23/x.08.y/',
  );
});

describe('the hour of a key', () => {
  const hour = hourReader(HIVE);

  test.each([
    ['trips/year=2026/month=11/day=23/hour=08/part-0.parquet', '2026-11-23T08'],
    ['trips/year=2026/month=12/day=31/hour=23/a/b/part-0.parquet', '2026-12-31T23'],
    ['trips/year=2024/month=02/day=29/hour=00/x', '2024-02-29T00'],
    ['trips/year=2026/month=11/day=23/hour=10/x', '2026-11-23T10'],
  ])('%s', (key, expected) => {
    expect(hour(key)).toBe(expected);
  });

  test.each([
    'trips/year=2026/month=11/day=23/hour=1/x',
    'trips/year=2026/month=11/day=23/hour=100/x',
    'trips/year=2026/month=11/day=23/hour=24/x',
    'trips/year=2026/month=02/day=29/hour=08/x',
    'trips/year=2026/month=11/day=23/hour=08',
    'trips/year=2026/month=11/day=23/x',
    'trips2/year=2026/month=11/day=23/hour=08/x',
    'old/trips/year=2026/month=11/day=23/hour=08/x',
    'Trips/year=2026/month=11/day=23/hour=08/x',
    'trips/year=2026/month=__HIVE_DEFAULT_PARTITION__/day=23/hour=08/x',
    '',
  ])('%s has no hour', (key) => {
    expect(hour(key)).toBeUndefined();
  });

  test('a character with a special meaning in a pattern has none in a prefix', () => {
    expect(hourReader('a.b/{yyyy}/{MM}/{dd}/{HH}/')('aXb/2026/11/23/08/x')).toBeUndefined();
    expect(hourReader('a|/{yyyy}/{MM}/{dd}/{HH}/')('a')).toBeUndefined();
  });

  test.each(TEMPLATES)('what %s is filled with is read back', (template) => {
    const read = hourReader(template);
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        fc.string(),
        (time, name) => {
          const hour = hourOf(time);
          expect(read(`${prefixOfHour(template, hour)}${name}`)).toBe(hour);
        },
      ),
    );
  });
});

describe('the prefixes of days', () => {
  test.each([
    ['2026-11-23T08', '2026-11-23T08', ['trips/year=2026/month=11/day=23/']],
    ['2026-11-23T00', '2026-11-23T23', ['trips/year=2026/month=11/day=23/']],
    [
      '2026-12-31T23',
      '2027-01-01T00',
      ['trips/year=2026/month=12/day=31/', 'trips/year=2027/month=01/day=01/'],
    ],
    [
      '2024-02-28T23',
      '2024-03-01T00',
      [
        'trips/year=2024/month=02/day=28/',
        'trips/year=2024/month=02/day=29/',
        'trips/year=2024/month=03/day=01/',
      ],
    ],
    ['2026-11-23T08', '2026-11-23T07', ['trips/year=2026/month=11/day=23/']],
    ['2026-11-23T08', '2026-11-22T23', []],
  ])('%s to %s', (from, to, expected) => {
    expect(dayPrefixes(HIVE, from, to)).toEqual(expected);
  });

  test('end before the hour, in Firehose’s form and where more than the hour is in its folder', () => {
    expect(dayPrefixes(FIREHOSE, '2026-11-23T08', '2026-11-23T09')).toEqual(['trips/2026/11/23/']);
    expect(dayPrefixes('a/{yyyy}/{MM}/{dd}/b/c-{HH}-d/', '2026-11-23T08', '2026-11-23T09')).toEqual([
      'a/2026/11/23/b/',
    ]);
    expect(dayPrefixes('{yyyy}-{MM}-{dd}/{HH}/', '2026-11-23T08', '2026-11-23T09')).toEqual(['2026-11-23/']);
  });

  test('start every hour of theirs', () => {
    for (const template of TEMPLATES) {
      const [prefix = '?'] = dayPrefixes(template, '2026-11-23T00', '2026-11-23T23');
      for (const hour of ['2026-11-23T00', '2026-11-23T01', '2026-11-23T10', '2026-11-23T23']) {
        expect(prefixOfHour(template, hour).startsWith(prefix)).toBe(true);
      }
      expect(prefixOfHour(template, '2026-11-22T23').startsWith(prefix)).toBe(false);
    }
  });
});

test('a template in Firehose’s notation', () => {
  expect(firehosePrefix(HIVE)).toBe(
    'trips/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/',
  );
});

describe('an error prefix', () => {
  const HIVE_ERRORS = 'errors/trips/{type}/year={yyyy}/month={MM}/day={dd}/hour={HH}/';

  test.each([HIVE_ERRORS, 'errors/{yyyy}/{MM}/{dd}/{HH}/{type}/', '{type}/{yyyy}/{MM}/{dd}/{HH}/'])(
    '%s is one',
    (template) => {
      expect(errorPrefixProblem(template)).toBeUndefined();
    },
  );

  test.each([
    ['errors/{yyyy}/{MM}/{dd}/{HH}/', 'holds {type}, once'],
    ['errors/{type}/{type}/{yyyy}/{MM}/{dd}/{HH}/', 'holds {type}, once'],
    ['errors/{type}/{yyyy}/{MM}/{dd}/', 'once each'],
    ['errors/{yyyy}/{MM}/{dd}/{HH}/{type}', 'ends with "/"'],
  ])('%s is none', (template, problem) => {
    expect(errorPrefixProblem(template)).toContain(problem);
  });

  test('stands for one prefix for each reason of Firehose', () => {
    expect(errorPrefixes(HIVE_ERRORS).map((each) => prefixOfHour(each, '2026-11-23T08'))).toEqual([
      'errors/trips/processing-failed/year=2026/month=11/day=23/hour=08/',
      'errors/trips/format-conversion-failed/year=2026/month=11/day=23/hour=08/',
    ]);
  });

  test('is translated to Firehose’s notation', () => {
    expect(firehosePrefix('errors/{type}/{yyyy}/{MM}/{dd}/{HH}/')).toBe(
      'errors/!{firehose:error-output-type}/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/',
    );
  });
});
