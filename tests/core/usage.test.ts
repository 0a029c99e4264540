import { add, transitionsOf, type Counts } from '../../core/usage';

test('counts add up member by member', () => {
  const left: Counts = {
    transitions: 2,
    functions: { a: { calls: 1, duration_ms: 1.5, mb_ms: 512 } },
    s3: { GetObject: { requests: 1, bytes: 10 } },
  };
  const right: Counts = {
    executions: { load: 1 },
    transitions: 3,
    functions: { a: { calls: 1, duration_ms: 2, mb_ms: 1 }, b: { calls: 4, duration_ms: 0, mb_ms: 0 } },
    data_api: { ExecuteStatement: 1 },
  };
  const sum = {
    executions: { load: 1 },
    transitions: 5,
    functions: { a: { calls: 2, duration_ms: 3.5, mb_ms: 513 }, b: { calls: 4, duration_ms: 0, mb_ms: 0 } },
    data_api: { ExecuteStatement: 1 },
    s3: { GetObject: { requests: 1, bytes: 10 } },
  };
  expect(add(left, right)).toEqual(sum);
  expect(add(right, left)).toEqual(sum);
  expect(add({}, left)).toEqual(left);
  // The parts stay as they were.
  expect(left.functions?.a?.calls).toBe(1);
});

/** `type<previous`: without a previous event it is the one before. */
const events = (...written: readonly string[]) =>
  written.map((each, index) => {
    const [type = '', previous = index] = each.split('<');
    return { id: index + 1, type, previousEventId: Number(previous) };
  });

test.each<[string, readonly string[], number]>([
  ['each state that is entered', ['PassStateEntered', 'PassStateExited', 'SucceedStateEntered'], 2],
  [
    'a Task that is tried twice more',
    [
      ...['TaskStateEntered', 'LambdaFunctionScheduled', 'LambdaFunctionFailed', 'LambdaFunctionScheduled'],
      ...['LambdaFunctionFailed', 'LambdaFunctionScheduled', 'LambdaFunctionSucceeded', 'TaskStateExited'],
    ],
    3,
  ],
  ['a Task of another service', ['TaskStateEntered', 'TaskScheduled', 'TaskFailed', 'TaskScheduled'], 2],
  [
    'a Parallel that is tried again, and the states in it',
    [
      ...['ParallelStateEntered', 'ParallelStateStarted', 'PassStateEntered'],
      ...['ParallelStateStarted', 'PassStateEntered', 'ParallelStateSucceeded'],
    ],
    4,
  ],
  [
    'iterations have none of their own',
    [
      ...['MapStateEntered', 'MapStateStarted', 'MapIterationStarted', 'PassStateEntered'],
      ...['MapIterationStarted<2', 'PassStateEntered'],
    ],
    3,
  ],
  [
    'Tasks in parallel that begin in another order',
    [
      ...['ParallelStateEntered', 'ParallelStateStarted', 'TaskStateEntered<2', 'TaskStateEntered<2'],
      ...['TaskScheduled<4', 'LambdaFunctionScheduled<3', 'TaskFailed<5', 'TaskScheduled'],
    ],
    4,
  ],
  [
    'a Task that fails before it is scheduled hides no retry of another',
    [
      ...['TaskStateEntered', 'ExecutionFailed', 'TaskStateEntered', 'LambdaFunctionScheduled'],
      ...['LambdaFunctionFailed', 'LambdaFunctionScheduled'],
    ],
    3,
  ],
  [
    'a redrive, which schedules the failed Task again',
    [
      ...['TaskStateEntered', 'LambdaFunctionScheduled', 'LambdaFunctionFailed', 'ExecutionFailed'],
      ...['ExecutionRedriven', 'LambdaFunctionScheduled', 'LambdaFunctionSucceeded'],
    ],
    2,
  ],
  ['the beginning and the end have none', ['ExecutionStarted', 'ExecutionSucceeded'], 0],
])('transitions: %s', (_, types, expected) => {
  expect(transitionsOf(events(...types))).toBe(expected);
});
