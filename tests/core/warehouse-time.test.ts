import { warehouseDollars, warehouseSeconds } from '../../core/warehouse-time';

const at = (start: number, end: number) => ({ start: start * 1_000, end: end * 1_000 });

test('seconds are the sum of the statements’ own durations, also of those that ran at once', () => {
  expect(warehouseSeconds([])).toBe(0);
  expect(warehouseSeconds([at(0, 1.5), at(0.5, 2), { start: 10_000, end: 10_000.4 }])).toBe(3);
});

describe('dollars are those of the windows at the base capacity', () => {
  /** Dollars for a second of an RPU. */
  const RPU_SECOND = 0.375 / 3_600;

  test.each([
    ['nothing for nothing', [], 0],
    ['a minute for a short statement', [at(0, 1)], 60],
    ['one window for statements back to back', [at(0, 10), at(20, 70)], 70],
    ['a minute each for statements with a pause after the first minute', [at(0, 1), at(100, 101)], 120],
  ])('%s', (_, times, seconds) => {
    expect(warehouseDollars(times, 8)).toBeCloseTo(seconds * 8 * RPU_SECOND, 10);
  });
});
