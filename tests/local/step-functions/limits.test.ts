import { compressedClock, type Clock } from '../../../local/clock';
import { Interrupted } from '../../../local/step-functions/interpreter/failures';
import { run, summary } from './support';

const copy = 'arn:aws:lambda:us-east-1:111111111111:function:copy';
const big = 'x'.repeat(262_143);

test('a result of more than 262,144 bytes is an error that only States.ALL and its own name catch', async () => {
  const definition = (name: string) => ({
    StartAt: 'Copy',
    States: {
      Copy: { Type: 'Task', Resource: copy, Catch: [{ ErrorEquals: [name], Next: 'After' }], End: true },
      After: { Type: 'Pass', End: true },
    },
  });
  const functions = { copy: { returns: big } };
  expect((await run({ definition: definition('States.TaskFailed'), functions })).ending).toEqual({
    status: 'FAILED',
    error: 'States.DataLimitExceeded',
    cause: `The state/task '${copy}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  });
  for (const name of ['States.ALL', 'States.DataLimitExceeded'])
    expect((await run({ definition: definition(name), functions })).ending.status).toBe('SUCCEEDED');
  const just = await run({
    definition: definition('States.TaskFailed'),
    functions: { copy: { returns: big.slice(1) } },
  });
  expect(just.ending.status).toBe('SUCCEEDED');
});

test('a state fails when its output has too many bytes of UTF-8', async () => {
  const { ending } = await run({
    definition: {
      StartAt: 'Twice',
      States: { Twice: { Type: 'Pass', Parameters: { 'a.$': '$', 'b.$': '$' }, End: true } },
    },
    input: 'ü'.repeat(70_000),
  });
  expect(ending).toMatchObject({
    error: 'States.DataLimitExceeded',
    cause: expect.stringContaining("'Twice'") as string,
  });
});

test('an execution fails when its history has 25,000 events', async () => {
  const { ending, history } = await run({
    definition: {
      StartAt: 'Again',
      States: {
        Again: { Type: 'Pass', Next: 'Which' },
        Which: {
          Type: 'Choice',
          Choices: [{ Variable: '$.never', IsPresent: true, Next: 'Done' }],
          Default: 'Again',
        },
        Done: { Type: 'Succeed' },
      },
    },
  });
  expect(ending).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause: 'The execution reached the maximum number of history events (25000).',
  });
  expect(history).toHaveLength(25_000);
  expect(history.at(-1)?.type).toBe('ExecutionFailed');
});

test('a Map whose iterations fill the history fails, and Catch does not match', async () => {
  const { ending, history } = await run({
    definition: {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'Again',
            States: {
              Again: {
                Type: 'Choice',
                Choices: [{ Variable: '$', NumericEquals: 0, Next: 'Done' }],
                Default: 'Again',
              },
              Done: { Type: 'Succeed' },
            },
          },
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }],
          Next: 'After',
        },
        After: { Type: 'Succeed' },
      },
    },
    input: [1, 2, 3],
  });
  expect(ending).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  expect(history).toHaveLength(25_000);
});

const quick = compressedClock({ sleeping: 0.001, deadlines: 0.001 });

test.each([
  ['TimeoutSeconds', copy, 'States.Timeout', 'LambdaFunctionTimedOut'],
  ['TimeoutSeconds', 'arn:aws:states:::lambda:invoke', 'States.Timeout', 'TaskTimedOut'],
  ['HeartbeatSeconds', 'arn:aws:states:::lambda:invoke', 'States.HeartbeatTimeout', 'TaskTimedOut'],
  ['HeartbeatSeconds', 'arn:aws:states:::lambda:invoke', 'States.Timeout', 'TaskTimedOut'],
])('%s of a call to %s is caught as %s and shown as States.Timeout', async (field, resource, name, event) => {
  const { ending, history } = await run({
    definition: {
      StartAt: 'Copy',
      States: {
        Copy: {
          Type: 'Task',
          Resource: resource,
          Parameters: { FunctionName: 'copy' },
          [`${field}Path`]: '$.seconds',
          Catch: [
            { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
            { ErrorEquals: [name], Next: 'Caught' },
          ],
          End: true,
        },
        Caught: { Type: 'Pass', OutputPath: '$.Error', End: true },
        Wrong: { Type: 'Fail' },
      },
    },
    input: { seconds: 20 },
    functions: { copy: { takes: 5_000 } },
    clock: quick,
  });
  expect(ending).toEqual({ status: 'SUCCEEDED', output: '"States.Timeout"' });
  expect(summary(history)).toContain(event);
});

test("a state machine's TimeoutSeconds ends the execution as TIMED_OUT", async () => {
  const { ending, history } = await run({
    definition: {
      StartAt: 'Copy',
      TimeoutSeconds: 20,
      States: {
        Copy: {
          Type: 'Task',
          Resource: copy,
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }],
          End: true,
        },
        After: { Type: 'Pass', End: true },
      },
    },
    functions: { copy: { takes: 5_000 } },
    clock: quick,
  });
  expect(ending).toEqual({ status: 'TIMED_OUT' });
  // On the service this event follows no other.
  expect(history.at(-1)).toMatchObject({ type: 'ExecutionTimedOut', previousEventId: 0 });
});

test('a stopped execution ends during a wait, and Catch does not match', async () => {
  const stop = new AbortController();
  const clock = compressedClock({ sleeping: 1 });
  const sleep: Clock['sleep'] = (milliseconds, signal) => {
    stop.abort(new Interrupted({ kind: 'stopped', error: 'Enough', cause: 'for today' }));
    return clock.sleep(milliseconds, signal);
  };
  const { ending, history } = await run({
    definition: {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }],
          Next: 'After',
        },
        After: { Type: 'Pass', End: true },
      },
    },
    clock: { ...clock, sleep },
    stop: stop.signal,
  });
  expect(ending).toEqual({ status: 'ABORTED', error: 'Enough', cause: 'for today' });
  expect(summary(history)).toEqual([
    'ExecutionStarted',
    'ParallelStateEntered Both',
    'ParallelStateStarted',
    'WaitStateEntered Wait',
    'ExecutionAborted',
  ]);
});
