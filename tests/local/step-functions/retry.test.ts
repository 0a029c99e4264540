import { compressedClock } from '../../../local/clock';
import { matchesError, retryDelay } from '../../../local/step-functions/interpreter/retry';
import { run } from './support';

const retrier = { ErrorEquals: ['States.ALL'] as [string] };
const half = () => 0.5;

test.each([
  [{}, [1, 2, 4]],
  [{ IntervalSeconds: 3, BackoffRate: 1.5 }, [3, 4.5, 6.75]],
  [{ IntervalSeconds: 10, BackoffRate: 1 }, [10, 10, 10]],
  [{ IntervalSeconds: 3, MaxDelaySeconds: 5 }, [3, 5, 5]],
  [{ IntervalSeconds: 3, MaxDelaySeconds: 5, JitterStrategy: 'FULL' as const }, [1.5, 2.5, 2.5]],
  [{ IntervalSeconds: 3, JitterStrategy: 'NONE' as const }, [3, 6, 12]],
])('%j waits %j seconds', (fields, delays) => {
  expect([0, 1, 2].map((earlier) => retryDelay({ ...retrier, ...fields }, earlier, half))).toEqual(delays);
});

test.each<[name: string, error: string | undefined, matches: boolean]>([
  ['Own', 'Own', true],
  ['Own', 'Other', false],
  ['States.ALL', 'Own', true],
  ['States.ALL', undefined, true],
  ['States.ALL', 'States.Timeout', true],
  ['States.ALL', 'States.DataLimitExceeded', true],
  ['States.ALL', 'States.Runtime', false],
  ['States.Runtime', 'States.Runtime', false],
  ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
  ['States.TaskFailed', 'Own', true],
  ['States.TaskFailed', 'States.Timeout', false],
  ['States.TaskFailed', 'States.DataLimitExceeded', false],
  ['States.Timeout', 'States.HeartbeatTimeout', true],
  ['States.HeartbeatTimeout', 'States.Timeout', false],
])('%s matches %s: %s', (name, error, matches) => {
  expect(matchesError(name, error)).toBe(matches);
});

test('retries wait, and $$ shows the time', async () => {
  const { history } = await run({
    definition: {
      StartAt: 'Copy',
      States: {
        Copy: {
          Type: 'Task',
          Resource: 'arn:aws:lambda:us-east-1:111111111111:function:copy',
          Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 10, BackoffRate: 3, MaxAttempts: 2 }],
          End: true,
        },
      },
    },
    functions: { copy: { raises: { errorType: 'Throttled', errorMessage: '' } } },
    clock: compressedClock({ sleeping: 0.0001 }),
  });
  const started = history
    .filter(({ type }) => type === 'LambdaFunctionScheduled')
    .map(({ timestamp }) => timestamp);
  expect(Math.round((started[1]! - started[0]!) / 1000)).toBe(10);
  expect(Math.round((started[2]! - started[1]!) / 1000)).toBe(30);
});
