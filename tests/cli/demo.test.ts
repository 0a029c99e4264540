import { rangesOf } from '../../cli/demo';
import { parseExecutionInput } from '../../core/execution-input';
import { addHours } from '../../core/hour';

test('as few ranges as possible cover the hours of a file with trips of another year', () => {
  const hours = ['2009-01-01T20', '2022-12-31T23', '2023-01-01T00', '2023-01-31T23'];
  const ranges = rangesOf(hours);
  expect(ranges).toEqual([
    { from: '2009-01-01T20', to: '2009-01-01T20' },
    { from: '2022-12-31T23', to: '2023-01-31T23' },
  ]);
});

test('no range is longer than one execution takes', () => {
  const first = '2024-01-01T00';
  const hours = Array.from({ length: 366 * 24 + 1 }, (_, index) => addHours(first, index));
  const ranges = rangesOf(hours);
  expect(ranges).toHaveLength(2);
  for (const range of ranges) expect(() => parseExecutionInput(range)).not.toThrow();
  expect(rangesOf([])).toEqual([]);
});
