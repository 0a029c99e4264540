import type { Failure } from '../../core/attempts';
import { isTriedAgain, nextTry } from '../../core/retry';

const failure = (changes: Partial<Failure> = {}): Failure => ({
  error: 'StatementFailed',
  fingerprint: 'files',
  finished: '2026-11-23T08:26:30.000Z',
  times: 1,
  ...changes,
});
const at = (time: string) => new Date(`2026-11-${time}:00Z`);

test.each([
  [1, '23T09:26'],
  [2, '23T10:26'],
  [3, '23T12:26'],
  [5, '24T00:26'],
  [6, '24T08:26'],
  [99, '24T08:26'],
])('after %d failures in a row the next try comes at %s', (times, time) => {
  expect(nextTry(failure({ times }))?.toISOString()).toBe(`2026-11-${time}:30.000Z`);
});

test.each(['ColumnMismatch', 'UnreadableFile', 'NullKeys', 'ValueInvalid', 'ValueTooLong', 'TooManyLayouts'])(
  '%s waits for other files or columns',
  (error) => {
    expect(nextTry(failure({ error }))).toBeUndefined();
    expect(isTriedAgain(failure({ error }), 'files', at('30T08:25'), 24)).toBe(false);
    expect(isTriedAgain(failure({ error }), 'others', at('23T09:25'), 1)).toBe(true);
  },
);

test('other files are tried at once, whatever the error', () => {
  expect(isTriedAgain(failure({ times: 9 }), 'others', at('23T09:25'), 1)).toBe(true);
  expect(isTriedAgain(failure({ times: 9, fingerprint: null }), 'files', at('23T09:25'), 1)).toBe(true);
});

test('a time before the next start has come: the schedule keeps its hours', () => {
  const tries = (times: number, everyHours: number, hours: readonly string[]) =>
    hours.filter((hour) => isTriedAgain(failure({ times }), 'files', at(`${hour}:25`), everyHours));
  expect(tries(1, 1, ['23T09', '23T10'])).toEqual(['23T09', '23T10']);
  expect(tries(2, 1, ['23T09', '23T10', '23T11'])).toEqual(['23T10', '23T11']);
  expect(tries(3, 6, ['23T14'])).toEqual(['23T14']);
  expect(tries(6, 6, ['23T14', '23T20', '24T02', '24T08'])).toEqual(['24T08']);
});

test('a failure from the future does not wait for it: a clock went back', () => {
  expect(isTriedAgain(failure({ times: 9 }), 'files', at('22T08:25'), 1)).toBe(true);
});
