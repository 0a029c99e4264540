import type { MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { metricSums } from '../../../cli/bill/metric-sums';

const result = (
  Id: string,
  StatusCode: MetricDataResult['StatusCode'],
  ...points: readonly (readonly [number, number])[]
): MetricDataResult => ({
  Id,
  StatusCode,
  Timestamps: points.map(([at]) => new Date(at * 1_000)),
  Values: points.map(([, value]) => value),
});
const page = (...MetricDataResults: MetricDataResult[]) => ({ MetricDataResults });

test('a metric is partial until its last page', async () => {
  const { sums, notes } = await metricSums(
    ['a', 'b'],
    [
      page(result('a', 'PartialData', [120, 2]), result('b', 'Complete', [60, 5])),
      page(result('a', 'Complete', [60, 1])),
    ],
  );
  expect(Object.fromEntries([...sums].map(([id, each]) => [id, Object.fromEntries(each)]))).toEqual({
    a: { 60: 1, 120: 2 },
    b: { 60: 5 },
  });
  expect(notes).toEqual([]);
});

test('a metric that nobody writes is known to be empty', async () => {
  expect([...(await metricSums(['a'], [page(result('a', 'Complete'))])).sums]).toEqual([['a', new Map()]]);
});

test.each(['PartialData', 'InternalError', 'Forbidden', undefined] as const)(
  'one that ends with the status %s is unknown, whatever came of it',
  async (status) => {
    const { sums, notes } = await metricSums(
      ['a'],
      [page(result('a', 'PartialData', [60, 1])), page(result('a', status))],
    );
    expect(sums.has('a')).toBe(false);
    expect(notes.join()).toContain(`the metric a whole (${status ?? 'no status'})`);
  },
);

test('one that is not answered is unknown', async () => {
  const { sums, notes } = await metricSums(['a'], [{}]);
  expect(sums.size).toBe(0);
  expect(notes.join()).toContain('the metric a whole (no answer)');
});

test('what CloudWatch says is passed on, once', async () => {
  const Messages = [{ Code: 'MaxMetricsExceeded', Value: 'too many' }];
  const own = { ...result('a', 'Complete'), Messages: [{ Code: 'ArithmeticError', Value: 'no' }] };
  const { notes } = await metricSums(['a'], [{ MetricDataResults: [own], Messages }, { Messages }]);
  expect(notes).toEqual([
    'CloudWatch says of a: ArithmeticError: no',
    'CloudWatch says: MaxMetricsExceeded: too many',
  ]);
});
