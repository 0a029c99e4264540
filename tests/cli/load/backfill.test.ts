import { hoursOfWindow, windowsOf } from '../../../cli/load/backfill';
import { executionInput } from '../../../cli/load/input';
import { addHours } from '../../../core/hour';
import { ordersDataset } from '../../core/orders';

test('a year is as many executions as it has days of 48 hours, each hour in one of them', () => {
  const [from, to] = ['2025-01-01T00', '2025-12-31T23'];
  const windows = windowsOf(from, to, 48);
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

test('a single hour is a window', () => {
  expect(windowsOf('2026-11-20T08', '2026-11-20T08', 50)).toEqual([
    { from: '2026-11-20T08', to: '2026-11-20T08' },
  ]);
});

test('a range of --all may be longer than one of a single execution', () => {
  const range = { from: '2020-01-01T00', to: '2026-01-01T00' };
  expect(() => executionInput(range)).toThrow('is more than 366 days');
  expect(executionInput({ ...range, all: true })).toMatchObject(range);
});

test.each([
  [{ all: true }, '--all needs a range'],
  [{ all: true, partition: '2026-11-20T08' }, '--all needs a range'],
  [{ all: true, from: '2026-11-20T08', to: '2026-11-20T09', plan: true }, 'not both'],
  [{ all: true, from: '2026-11-20T08' }, 'A range needs both'],
  [{ all: true, from: '2026-11-20T09', to: '2026-11-20T08' }, 'is after --to'],
])('%j is refused', (options, message) => {
  expect(() => executionInput(options)).toThrow(message);
});
