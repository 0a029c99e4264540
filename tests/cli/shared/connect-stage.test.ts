import { statusProblem } from '../../../cli/shared/connect-stage';
import { STACK_OUTPUTS } from '../../../core/stack-outputs';

const WHOLE = new Map([
  [STACK_OUTPUTS.stateMachineArn, 'arn:aws:states:us-east-1:123456789012:stateMachine:x'],
]);

test.each(['CREATE_COMPLETE', 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'])(
  'a stack that is %s can be used',
  (status) => {
    expect(statusProblem('sluice-dev', status, WHOLE)).toBeUndefined();
  },
);

test.each([
  ['CREATE_IN_PROGRESS', 'Wait until'],
  ['CREATE_FAILED', 'describe-stack-events'],
  ['ROLLBACK_COMPLETE', 'npx serverless remove'],
  ['ROLLBACK_IN_PROGRESS', 'describe-stack-events'],
  ['DELETE_IN_PROGRESS', 'once it is gone'],
  ['DELETE_FAILED', 'once it is gone'],
])('one that is %s cannot, with a message that says what to do', (status, fix) => {
  expect(statusProblem('sluice-dev', status, WHOLE)?.message).toContain(fix);
});

/** After its first step a stack has nothing but the bucket of the Serverless Framework. */
const BEGUN = new Map([['ServerlessDeploymentBucketName', 'x']]);

test.each([
  ['UPDATE_IN_PROGRESS', 'is being created'],
  ['UPDATE_ROLLBACK_COMPLETE', 'The first deployment of stack sluice-dev failed (UPDATE_ROLLBACK_COMPLETE)'],
  ['UPDATE_ROLLBACK_FAILED', 'describe-stack-events'],
])('one that is %s and was never whole says that its first deployment failed or runs', (status, words) => {
  expect(statusProblem('sluice-dev', status, BEGUN)?.message).toContain(words);
});
