import { addHours, lastClosedHour, startOfHour, type Hour } from '../../core/hour';
import { LONGEST_WAIT_MINUTES, scheduleExpression, shortestGap } from '../../core/schedule';

const of = (settle_minutes: number, every_hours = 1) => ({
  source: { settle_minutes },
  load: { every_hours },
});
const EVERY = Array.from({ length: 24 }, (_, index) => index + 1);

/** The minute and the hours of an expression. It must be a cron expression of plain numbers, or `*` for the hours. */
function startsOf(expression: string): { minute: number; hours: number[] } {
  const [, minute, hours = ''] =
    /^cron\((\d{1,2}) (\*|\d{1,2}(?:,\d{1,2})*) \* \* \? \*\)$/.exec(expression) ?? [];
  return {
    minute: Number(minute),
    hours: hours === '*' ? Array.from({ length: 24 }, (_, hour) => hour) : hours.split(',').map(Number),
  };
}
const hoursOf = (every: number) => startsOf(scheduleExpression(of(20, every), [of(20)])).hours;

test.each([
  [1, 'cron(25 * * * ? *)'],
  [2, 'cron(25 0,2,4,6,8,10,12,14,16,18,20,22 * * ? *)'],
  [5, 'cron(25 0,5,10,15,20 * * ? *)'],
  [24, 'cron(25 0 * * ? *)'],
])('every %i hours: %s', (every, expression) => {
  expect(scheduleExpression(of(20, every), [of(20, every)])).toBe(expression);
});

test.each(EVERY)(
  'every %i hours: starts from midnight on, never further apart, and the shortest gap',
  (every) => {
    const hours = hoursOf(every);
    const gaps = hours.map((hour, index) => (hours[index + 1] ?? 24) - hour);
    expect(hours[0]).toBe(0);
    expect(Math.max(...gaps)).toBe(every);
    expect(Math.min(...gaps)).toBe(shortestGap(every));
  },
);

test('who loads less often by a multiple starts only when the other starts too', () => {
  for (const often of EVERY) {
    for (const seldom of EVERY.filter((each) => each % often === 0)) {
      expect(hoursOf(often)).toEqual(expect.arrayContaining(hoursOf(seldom)));
    }
  }
});

describe('datasets share the minute', () => {
  test.each([
    ['one is ready five minutes after its hour has settled', [20], 25],
    ['the later of two decides', [20, 35], 40],
    ['settle times of more than an hour count by their minutes', [20, 3, 90], 35],
    ['the later one may be after the full hour', [50, 57], 2],
    ['waits are compared across the full hour', [20, 55], 25],
  ])('%s', (_, settles, minute) => {
    const all = settles.map((each) => of(each));
    expect(new Set(all.map((each) => scheduleExpression(each, all)))).toEqual(
      new Set([`cron(${minute} * * * ? *)`]),
    );
  });

  test('whatever the settle times: each hour is loaded at the next start after it has settled', () => {
    const settles = [0, 3, 20, 54, 55, 59, 60, 90, 1_440];
    for (const first of settles) {
      for (const second of settles) {
        const all = [of(first), of(second), of(20)];
        const { minute } = startsOf(scheduleExpression(of(first), all));
        for (const { source } of all) {
          const settled = startOfHour('2026-11-23T08').getTime() + source.settle_minutes * 60_000;
          const wait = waitOf(minute, '2026-11-23T07', source.settle_minutes, settled);
          expect(wait).toBeGreaterThanOrEqual(5);
          expect(wait).toBeLessThanOrEqual(LONGEST_WAIT_MINUTES);
        }
      }
    }
  });

  /** Minutes from the end of the settle time to the first start that finds the hour closed, with room for slow clocks. */
  function waitOf(minute: number, hour: Hour, settleMinutes: number, settled: number): number {
    for (let ahead = 0; ; ahead += 1) {
      const start = startOfHour(addHours(hour, ahead)).getTime() + minute * 60_000;
      const clock = new Date(start - 4 * 60_000);
      if (lastClosedHour(clock, settleMinutes) >= hour) return (start - settled) / 60_000;
    }
  }
});
