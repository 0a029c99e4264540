import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { accountOf, regionOf } from '../../../core/arn';
import { execute, makeStateMachine, type Execution } from '../execution';
import { verdict, type Need, type Probe } from '../probe';
import { limitOf } from './limits';

const NEEDS: readonly Need[] = ['states'];
const RETRY_ONCE = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }];
const CATCH_ALL = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.caught', Next: 'Caught' }];
const CAUGHT = { Type: 'Succeed' };

const howItEnded = ({ ended }: Execution): string =>
  `the execution ended ${ended.status}${ended.error === undefined ? '' : `: ${ended.error}: ${ended.cause ?? ''}`}`;

/** The Task publishes to a topic that does not exist: it fails, whatever its role may do. */
const retryCountOfTask: Probe = {
  name: 'states/retry-count-of-a-task',
  assumption: '$$.State.RetryCount in a Task is 0, and 1 in its first retry.',
  matters:
    'statemachines/load.asl.yml: DiagnoseFailure gives up before its last retry by it, so that it never fails.',
  needs: NEEDS,
  costs: { transitions: 4 },
  async run(site) {
    const { stateMachineArn: own } = site.connection;
    const topic = `arn:${own.split(':')[1]}:sns:${regionOf(own)}:${accountOf(own)}:${site.name}`;
    const parameters = { TopicArn: topic, 'Message.$': "States.Format('{}', $$.State.RetryCount)" };
    const arn = await makeStateMachine(site, 'task', {
      StartAt: 'Try',
      States: {
        Try: {
          ...{ Type: 'Task', Resource: 'arn:aws:states:::sns:publish', Parameters: parameters },
          ...{ Retry: RETRY_ONCE, Catch: CATCH_ALL, End: true },
        },
        Caught: CAUGHT,
      },
    });
    const execution = await execute(site, arn, {});
    const counts = execution.events.flatMap(({ taskScheduledEventDetails: scheduled }) => {
      const { Message: count } = JSON.parse(scheduled?.parameters ?? '{}') as { Message?: string };
      return count === undefined ? [] : [count];
    });
    return verdict(
      counts.join() === '0,1',
      `its calls got ${JSON.stringify(counts)}; ${howItEnded(execution)}`,
    );
  },
};

const retryCountOfParallel: Probe = {
  name: 'states/retry-count-of-a-parallel',
  assumption: '$$.State.RetryCount in the Parameters of a Parallel is 0, and 1 in its first retry.',
  matters: 'Nowhere: Sluice does without it. The twin has it.',
  settles: ['Whether AWS has it there is unproven'],
  needs: NEEDS,
  costs: { transitions: 7 },
  async run(site) {
    const arn = await makeStateMachine(site, 'parallel', {
      StartAt: 'Try',
      States: {
        Try: {
          Type: 'Parallel',
          Parameters: { 'count.$': '$$.State.RetryCount' },
          Branches: [
            {
              StartAt: 'Show',
              States: { Show: { Type: 'Pass', Next: 'Break' }, Break: { Type: 'Fail', Error: 'Again' } },
            },
          ],
          ...{ Retry: RETRY_ONCE, Catch: CATCH_ALL, End: true },
        },
        Caught: CAUGHT,
      },
    });
    const execution = await execute(site, arn, {});
    const counts = execution.events.flatMap(({ stateEnteredEventDetails: entered }) =>
      entered?.name === 'Show' ? [(JSON.parse(entered.input ?? '{}') as { count?: number }).count] : [],
    );
    return verdict(
      counts.join() === '0,1',
      `its branches got ${JSON.stringify(counts)}; ${howItEnded(execution)}`,
    );
  },
};

const dataLimit: Probe = {
  name: 'states/all-catches-data-limit-exceeded',
  assumption: 'A Catch of States.ALL takes the States.DataLimitExceeded of a state in a Map.',
  matters:
    'statemachines/load.asl.yml: every step and every Map has such a Catch, beside one by that name and the bounds on sizes.',
  needs: NEEDS,
  costs: { transitions: 4 },
  async run(site) {
    const double = { Type: 'Pass', Parameters: { 'one.$': '$', 'two.$': '$' }, End: true };
    const arn = await makeStateMachine(site, 'too-large', {
      StartAt: 'Try',
      States: {
        Try: {
          ...{ Type: 'Map', ItemsPath: '$.items' },
          ItemProcessor: { StartAt: 'Double', States: { Double: double } },
          ...{ Catch: CATCH_ALL, End: true },
        },
        Caught: CAUGHT,
      },
    });
    const { most } = limitOf('Step Functions', 'bytes of a result');
    const execution = await execute(site, arn, { items: ['x'.repeat(most * 0.6)] });
    const { caught } = JSON.parse(execution.ended.output ?? '{}') as { caught?: { Error?: string } };
    return verdict(
      caught?.Error === 'States.DataLimitExceeded',
      `it caught ${caught?.Error ?? 'nothing'}; ${howItEnded(execution)}`,
    );
  },
};

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const levels: Probe = {
  name: 'states/levels-of-an-input',
  assumption: `StartExecution takes an input of ${limitOf('Step Functions', 'levels of an input').most} levels, and not of one more.`,
  matters: 'Nowhere in the loads: the twin alone counts on it.',
  needs: NEEDS,
  costs: { transitions: 2 },
  covers: [limitOf('Step Functions', 'levels of an input')],
  async run(site) {
    const stateMachineArn = await makeStateMachine(site, 'deep', {
      StartAt: 'Same',
      States: { Same: { Type: 'Succeed' } },
    });
    const { most } = limitOf('Step Functions', 'levels of an input');
    const refusalOf = (input: string) =>
      site.connection.stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input })).then(
        () => undefined,
        (error: Error) => {
          if (error.name !== 'InvalidExecutionInput') throw error;
          return error.message;
        },
      );
    const [within, beyond] = [await refusalOf(nested(most)), await refusalOf(nested(most + 1))];
    return verdict(
      within === undefined && beyond !== undefined,
      `${most} levels: ${within ?? 'taken'}; ${most + 1} levels: ${beyond ?? 'taken'}`,
    );
  },
};

export const states: readonly Probe[] = [retryCountOfTask, retryCountOfParallel, dataLimit, levels];
