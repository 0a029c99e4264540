import { statusProblem } from '../../../cli/shared/connect-stage';

test.each(['CREATE_COMPLETE', 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'])(
  'a stack that is %s can be used',
  (status) => {
    expect(statusProblem('sluice-dev', status)).toBeUndefined();
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
  expect(statusProblem('sluice-dev', status)?.message).toContain(fix);
});
