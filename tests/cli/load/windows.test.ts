import { Pace } from '../../../cli/load/pace';
import { hoursOfWindow, windowsOf } from '../../../cli/load/windows';
import { addHours } from '../../../core/hour';
import { ordersDataset } from '../../core/orders';

test('a year is as many executions as it has days of 48 hours, each hour in one of them', () => {
  const [from, to] = ['2025-01-01T00', '2025-12-31T23'];
  const windows = windowsOf([{ from, to }], 48);
  expect(windows).toHaveLength(183);
  expect(windows[0]).toEqual({ from, to: '2025-01-02T23' });
  expect(windows.at(-1)).toEqual({ from: '2025-12-31T00', to });
  for (const [index, window] of windows.entries())
    if (index > 0) expect(window.from).toBe(addHours(windows[index - 1]!.to, 1));
});

test.each([
  [{}, 48],
  [{ max_partitions: 40 }, 32],
  [{ max_partitions: 10 }, 10],
  [{ hours_per_merge: 1 }, 50],
])('with %j a window has %i hours, as whole groups if it can', (load, hours) => {
  expect(hoursOfWindow(ordersDataset({ load }))).toBe(hours);
});

test('each range has windows of its own, and a single hour is one', () => {
  const ranges = [
    { from: '2026-11-20T08', to: '2026-11-20T08' },
    { from: '2026-11-20T10', to: '2026-11-20T12' },
  ];
  expect(windowsOf(ranges, 2)).toEqual([
    ranges[0],
    { from: '2026-11-20T10', to: '2026-11-20T11' },
    { from: '2026-11-20T12', to: '2026-11-20T12' },
  ]);
});

test('a backfill says how far it is, how fast, and how long it takes from here on', () => {
  let now = 0;
  const pace = new Pace(windowsOf([{ from: '2026-11-01T00', to: '2026-11-02T23' }], 12), () => now);
  expect(pace.text()).toBe('░░░░░░░░░░░░░░░░░░░░  0%');
  now = 6_000;
  pace.ended(0);
  expect(pace.text()).toBe('█████░░░░░░░░░░░░░░░  25%  2.0 hours/s  18 s left');
  now = 24 * 60_000;
  expect(pace.text()).toBe('█████░░░░░░░░░░░░░░░  25%  0.5 hours/min  1 h 12 min left');
  pace.ended(3);
  expect(pace.text()).toBe('████████████████████  100%  2.0 hours/min  0 s left');
});
