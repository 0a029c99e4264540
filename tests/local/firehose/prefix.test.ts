import { Deserializer } from '../../../local/firehose/deserializer';
import { compileErrorPrefix, compilePrefix } from '../../../local/firehose/prefix';

const ARRIVAL = new Date('2026-01-05T00:07:09.042Z');

test.each([
  ['trips/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/', 'trips/2026/01/05/00/'],
  ["!{timestamp:'year='yyyy'/day='D}", 'year=2026/day=5'],
  ['!{timestamp:yy-M-d HH:mm:ss.SSS}', '26-1-5 00:07:09.042'],
  ['!{timestamp:DDD}/!{timestamp:hh a}', '005/12 AM'],
  ['!{timestamp:MMM/MMMM/EEE/EEEE}', 'Jan/January/Mon/Monday'],
  ["!{timestamp:HH'''h'''}", "00'h'"],
  ['trips/', 'trips/2026/01/05/00/'],
  ['trips', 'trips2026/01/05/00/'],
  ['', '2026/01/05/00/'],
])('the prefix %j is %j', (template, expected) => {
  expect(compilePrefix(template)(ARRIVAL)).toBe(expected);
});

test('random strings have eleven characters, and each one is new', () => {
  const prefix = compilePrefix('!{firehose:random-string}/!{firehose:random-string}');
  expect(prefix(ARRIVAL)).toMatch(/^[A-Za-z0-9]{11}\/[A-Za-z0-9]{11}$/);
  expect(prefix(ARRIVAL)).not.toBe(prefix(ARRIVAL));
});

test('an error prefix contains the error type', () => {
  const prefix = compileErrorPrefix('errors/!{firehose:error-output-type}/!{timestamp:HH}/');
  expect(prefix(ARRIVAL, 'processing-failed')).toBe('errors/processing-failed/00/');
  expect(() => compileErrorPrefix('errors/')).toThrow('error-output-type');
});

test.each([
  '!{timestamp:YYYY}',
  '!{timestamp:}',
  "!{timestamp:'open}",
  '!{timestamp:HHH}',
  '!{firehose:error-output-type}',
  '!{partitionKeyFromQuery:a}',
  '!{nonsense}',
])('the expression %j is refused in a prefix', (template) => {
  expect(() => compilePrefix(template)).toThrow(
    expect.objectContaining({ name: 'InvalidArgumentException' }) as Error,
  );
});

test.each(['varchar(10)', 'array<string>', 'binary', 'decimal(39,2)', 'decimal(2,3)'])(
  'a column of type %s is refused',
  (type) => {
    expect(() => new Deserializer([{ name: 'a', type }])).toThrow(
      expect.objectContaining({ name: 'InvalidArgumentException' }) as Error,
    );
  },
);

test('a column that is declared twice is refused', () => {
  const columns = [
    { name: 'a', type: 'int' },
    { name: 'A', type: 'int' },
  ];
  expect(() => new Deserializer(columns)).toThrow('declared twice');
});
