import { timeProblem } from '../../core/time-range';

const TIMESTAMP = { kind: 'timestamp' } as const;
const DATE = { kind: 'date' } as const;
const at = (text: string): bigint => BigInt(new Date(text).getTime()) * 1_000n;
const NOW = at('2026-11-23T08:00:00Z');
const range = (...times: bigint[]) => {
  const sorted = times.sort((left, right) => (left < right ? -1 : 1));
  return { least: sorted[0]!, greatest: sorted.at(-1)! };
};
/** Microseconds since 1970 at the end of 294276 AD, of which JavaScript has no Date. */
const END_OF_TIMES = 9_224_318_016_000_000_000n;

test.each([
  ['now', NOW],
  ['the first moment of 4713 BC', at('-004712-01-01T00:00:00Z')],
  ['the last microsecond of 294276 AD', END_OF_TIMES - 1n],
])('Redshift holds %s', (_, time) => {
  expect(timeProblem(TIMESTAMP, range(NOW, time), false)).toBeUndefined();
});

test.each([
  ['before 4713 BC', at('-004712-01-01T00:00:00Z') - 1n, /year -474[0-9]|year -471[0-9]/],
  ['after 294276 AD', END_OF_TIMES, /year 29427[67]/],
  ['milliseconds that a writer took for microseconds', 9_223_372_036_854_775_807_000n, /year 29227\d{4}/],
])('a timestamp %s is refused with its year', (_, time, year) => {
  const problem = timeProblem(TIMESTAMP, range(NOW, time), false);
  expect(problem).toMatch(year);
  expect(problem).toContain('4713 BC to 294276 AD');
});

test('a date ends with the same day', () => {
  expect(timeProblem(DATE, range(NOW, END_OF_TIMES - 1n), false)).toBeUndefined();
  expect(timeProblem(DATE, range(NOW, END_OF_TIMES), false)).toContain('294276 AD');
});

test('a year that is derived must be a SMALLINT', () => {
  expect(timeProblem(TIMESTAMP, range(at('+032767-12-31T23:59:59Z')), true)).toBeUndefined();
  expect(timeProblem(TIMESTAMP, range(at('+032768-01-01T00:00:00Z')), true)).toContain('32767 AD');
});

test('numbers are no times', () => {
  expect(timeProblem({ kind: 'bigint' }, range(END_OF_TIMES), false)).toBeUndefined();
});
