import type { Json } from '../../../local/step-functions/json';
import { run, scriptedLambda, summary } from './support';

const invoke = (parameters: Json) => ({
  StartAt: 'Copy',
  States: {
    Copy: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: parameters,
      OutputPath: '$.Payload',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }],
      End: true,
    },
    After: { Type: 'Pass', End: true },
  },
});

test.each<[payload: Json, event: Json]>([
  ['{}', {}],
  ['{"a":1}', { a: 1 }],
  ['text', 'text'],
  [null, {}],
  [[1], [1]],
  [{ a: 1 }, { a: 1 }],
])('a Payload of %j reaches the function as %j', async (payload, event) => {
  const lambda = scriptedLambda({ copy: { returns: 'its event' } });
  const { ending } = await run({ definition: invoke({ FunctionName: 'copy', Payload: payload }), lambda });
  expect(lambda.calls).toEqual([{ name: 'copy', event }]);
  expect(ending).toEqual({ status: 'SUCCEEDED', output: JSON.stringify(event) });
});

test('a number is no Payload: the task does not start, and Catch does not match the error', async () => {
  const lambda = scriptedLambda({ copy: { returns: 'its event' } });
  const { ending, history } = await run({
    definition: invoke({ FunctionName: 'copy', Payload: 1 }),
    lambda,
  });
  expect(ending).toEqual({
    status: 'FAILED',
    error: 'States.Runtime',
    cause:
      "An error occurred while executing the state 'Copy' (entered at the event id #2). The Parameters " +
      `'{"FunctionName":"copy","Payload":1}' could not be used to start the Task: ` +
      "[The value for the field 'Payload' must be a STRING]",
  });
  expect(summary(history)).toEqual(['ExecutionStarted', 'TaskStateEntered Copy', 'ExecutionFailed']);
  expect(lambda.calls).toEqual([]);
});
