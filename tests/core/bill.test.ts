import fc from 'fast-check';
import {
  billOf,
  knownCapacity,
  leastWarehouseUse,
  warehouseUse,
  type UsedMinute,
  type Use,
} from '../../core/bill';
import { PRICES, s3RequestClass } from '../../core/prices';
import { secondsOf, union, type Seconds } from '../../core/warehouse-windows';

const NOTHING: Use = {
  hours: 730,
  counts: {},
  warehouse: warehouseUse([], 8),
  alarms: 0,
  metrics: 0,
};
const lineOf = (use: Partial<Use>, service: string, what: string) =>
  billOf({ ...NOTHING, ...use }).lines.find((line) => line.service === service && line.what === what);

test('the price list says when it was made, and where each service’s prices are', () => {
  expect(PRICES.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(new Date(PRICES.date).toISOString().slice(0, 10)).toBe(PRICES.date);
  for (const source of Object.values(PRICES.sources)) expect(source).toMatch(/pricing/);
});

test('nothing costs nothing', () => {
  expect(billOf(NOTHING)).toMatchObject({ dollars: 0, month_dollars: 0 });
});

describe('the warehouse', () => {
  /** The hour of a month, in seconds. */
  const hourly = (seconds: number) =>
    Array.from({ length: 730 }, (_, hour) => secondsOf(hour * 3_600_000, hour * 3_600_000 + seconds * 1_000));

  test.each([
    [8, 36.5],
    [32, 146],
    [128, 584],
  ])('one short statement an hour costs at %i RPU $%d a month', (capacity, dollars) => {
    const warehouse = warehouseUse(hourly(1), capacity);
    expect(warehouse).toEqual({
      capacity,
      wake_ups: 730,
      used_rpu_seconds: 730 * capacity,
      billed_rpu_seconds: 730 * 60 * capacity,
    });
    expect(billOf({ ...NOTHING, warehouse }).dollars).toBeCloseTo(dollars, 9);
  });

  // Source: Amazon Redshift Management Guide, "Billing for Amazon Redshift Serverless", its own example.
  test('13 jobs of 10 minutes and 30 seconds at 128 RPU cost $109.20', () => {
    const warehouse = warehouseUse(hourly(630).slice(0, 13), 128);
    expect(billOf({ ...NOTHING, warehouse }).dollars).toBeCloseTo(109.2, 9);
  });
});

test.each([
  ['ListBuckets', 'put'],
  ['ListObjectsV2', 'put'],
  ['PutObject', 'put'],
  ['CopyObject', 'put'],
  ['CreateMultipartUpload', 'put'],
  ['UploadPart', 'put'],
  ['CompleteMultipartUpload', 'put'],
  ['DeleteObjects', 'put'],
  ['GetObject', 'get'],
  ['HeadObject', 'get'],
  ['GetBucketLocation', 'get'],
  ['DeleteObject', 'free'],
  ['AbortMultipartUpload', 'free'],
])('S3 bills %s as %s', (operation, expected) => {
  expect(s3RequestClass(operation)).toBe(expected);
});

test('counts become lines with their prices', () => {
  const counts = {
    transitions: 1_000,
    functions: {
      a: { calls: 600_000, duration_ms: 1, mb_ms: 512 * 1_000 },
      b: { calls: 400_000, duration_ms: 1, mb_ms: 1_024 * 500 },
    },
    data_api: { BatchExecuteStatement: 2, DescribeStatement: 5 },
    s3: {
      PutObject: { requests: 600, bytes: 1e12 },
      ListObjectsV2: { requests: 400, bytes: 0 },
      GetObject: { requests: 1_000, bytes: 1e12 },
      DeleteObject: { requests: 7, bytes: 0 },
    },
    messages: 100,
  };
  const use = { counts, alarms: 14, metrics: 17 };
  const priced = [
    ['Redshift Data API', 'calls', 7, 0],
    ['Step Functions', 'transitions', 1_000, 0.025],
    ['Lambda', 'calls', 1_000_000, 0.2],
    ['Lambda', 'GB-seconds', 1, 0.0000133334],
    ['S3', 'PUT, COPY, POST and LIST requests', 1_000, 0.005],
    ['S3', 'GET and all other requests', 1_000, 0.0004],
    ['S3', 'requests to delete', 7, 0],
    ['S3', 'bytes', 2e12, 0],
    ['SNS', 'messages, each with one e-mail', 100, 0.00205],
    ['CloudWatch', 'months of an alarm', 14, 1.4],
    ['CloudWatch', 'months of a metric', 17, 5.1],
  ] as const;
  for (const [service, what, quantity, dollars] of priced) {
    const line = lineOf(use, service, what);
    expect(line).toMatchObject({ service, what, quantity });
    expect(line?.dollars).toBeCloseTo(dollars, 12);
  }
  const { dollars } = billOf({ ...NOTHING, ...use });
  expect(dollars).toBeCloseTo(
    priced.reduce((sum, [, , , each]) => sum + each, 0),
    9,
  );
});

test('what is unknown has no number, and adds nothing', () => {
  const counts = {
    functions: { a: { calls: 1, duration_ms: 1, mb_ms: 1 }, b: { calls: 2, duration_ms: 1 } },
  };
  const use: Use = { ...NOTHING, counts, uncounted: ['transitions'], warehouse: null, alarms: null };
  const unknown = billOf(use).lines.filter(({ quantity, dollars }) => quantity === null && dollars === null);
  expect(unknown.map(({ service, what }) => `${service}: ${what}`)).toEqual([
    'Redshift Serverless: RPU-seconds',
    'Step Functions: transitions',
    'Lambda: GB-seconds',
    'CloudWatch: months of an alarm',
  ]);
  expect(billOf(use).dollars).toBeCloseTo(3 * PRICES.lambda_request, 12);
  expect(lineOf({ uncounted: ['functions'] }, 'Lambda', 'calls')?.quantity).toBeNull();
});

test('a month at this rate is said from a day on, and what stands costs by the hour', () => {
  const day = billOf({ ...NOTHING, hours: 24, alarms: 10 });
  expect(day.dollars).toBeCloseTo((24 / 730) * 10 * 0.1, 12);
  expect(day.month_dollars).toBeCloseTo(1, 12);
  expect(billOf({ ...NOTHING, hours: 23.99, alarms: 10 }).month_dollars).toBeNull();
});

describe('the warehouse of a stage, by what it used in each minute', () => {
  const minutes = (...used: readonly (readonly [minute: number, rpuSeconds: number])[]): UsedMinute[] =>
    used.map(([minute, rpuSeconds]) => ({ start: minute * 60, rpu_seconds: rpuSeconds }));

  test.each<[string, UsedMinute[], number, number]>([
    ['nothing', [], 0, 0],
    ['a minute without use', minutes([0, 0], [1, 0]), 0, 0],
    ['a short use is billed for 60 seconds', minutes([7, 13]), 1, 480],
    ['one over two minutes once', minutes([7, 13], [8, 20]), 1, 480],
    ['a long one for what it used', minutes([7, 480], [8, 480], [9, 8]), 1, 968],
    ['after a minute without use it is another', minutes([7, 13], [8, 0], [9, 13]), 2, 960],
    ['in any order', minutes([9, 13], [7, 13], [8, 8]), 1, 480],
  ])('%s', (_, used, wakeUps, billed) => {
    expect(leastWarehouseUse(used, 8)).toMatchObject({
      capacity: 8,
      wake_ups: wakeUps,
      billed_rpu_seconds: billed,
    });
  });

  test.each([-1, 0, undefined])('a base capacity of %p is none: only what was used counts', (answered) => {
    const capacity = knownCapacity(answered);
    expect(leastWarehouseUse(minutes([7, 13], [9, 500]), capacity)).toEqual({
      capacity: null,
      wake_ups: 2,
      used_rpu_seconds: 513,
      billed_rpu_seconds: 513,
    });
  });

  /** What CloudWatch has of statements: the RPU-seconds of each minute. */
  function usedMinutes(statements: readonly Seconds[], capacity: number): UsedMinute[] {
    const used = new Map<number, number>();
    for (const { start, end } of union(statements)) {
      for (let second = start; second < end; second += 1) {
        const minute = second - (second % 60);
        used.set(minute, (used.get(minute) ?? 0) + capacity);
      }
    }
    return [...used].map(([start, rpuSeconds]) => ({ start, rpu_seconds: rpuSeconds }));
  }

  test('is never more than the windows of its statements', () => {
    const statement = fc
      .tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 200 }))
      .map(([start, length]) => ({ start, end: start + length }));
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), (statements) => {
        const [least, whole] = [
          leastWarehouseUse(usedMinutes(statements, 8), 8),
          warehouseUse(statements, 8),
        ];
        expect(least.used_rpu_seconds).toBe(whole.used_rpu_seconds);
        expect(least.wake_ups).toBeLessThanOrEqual(whole.wake_ups);
        expect(least.billed_rpu_seconds).toBeLessThanOrEqual(whole.billed_rpu_seconds);
        expect(least.wake_ups > 0).toBe(whole.wake_ups > 0);
      }),
    );
  });
});
