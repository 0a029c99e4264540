import type { Dataset } from '../core/dataset';
import { scheduleExpression, shortestGap } from '../core/schedule';
import { STEP_NAMES } from '../core/steps';
import {
  attribute,
  logGroup,
  logicalStem,
  ref,
  role,
  type Resources,
  type Statement,
} from './cloudformation';
import { TRACES } from './functions';
import { deployedName, stateMachineName, type Settings } from './settings';
import { topicArn } from './topic';

export const STATE_MACHINE = 'LoadStateMachine';
/** The ARNs of the functions that the states call. Serverless gives these logical ids. */
const CALLED = STEP_NAMES.map((name) => attribute(`${name}LambdaFunction`, 'Arn'));

/**
 * A schedule retries a failed start until shortly before the next start is due, at most as often as EventBridge
 * Scheduler can. Source: EventBridge Scheduler API Reference, "RetryPolicy".
 */
const RETRIES = 185;
const oldestStartSeconds = ({ load }: Dataset): number => (shortestGap(load.every_hours) * 60 - 10) * 60;
const DAYS_OF_DEAD_LETTERS = 14;

/** Log deliveries belong to the account, not to a log group. Source: Step Functions, "Logging using CloudWatch Logs". */
const DELIVER_LOGS: Statement = {
  Sid: 'DeliverLogs',
  Effect: 'Allow',
  Action: [
    'logs:CreateLogDelivery',
    'logs:GetLogDelivery',
    'logs:UpdateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:DescribeResourcePolicies',
    'logs:DescribeLogGroups',
  ],
  Resource: '*',
};

/** The role and the log group of the state machine, and a schedule for each dataset that starts it. */
export function stateMachineResources(settings: Settings, datasets: readonly Dataset[]): Resources {
  const name = stateMachineName(settings);
  return {
    LoadRole: role(
      name,
      `The role of state machine ${name}`,
      ['states.amazonaws.com'],
      [
        { Sid: 'CallFunctions', Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: CALLED },
        { Sid: 'Notify', Effect: 'Allow', Action: ['sns:Publish'], Resource: topicArn(settings) },
        DELIVER_LOGS,
        TRACES,
        {
          Sid: 'SampleTraces',
          Effect: 'Allow',
          Action: ['xray:GetSamplingRules', 'xray:GetSamplingTargets'],
          Resource: '*',
        },
      ],
    ),
    // The prefix spares the log's resource policy, whose size is limited. Source: Step Functions, "Logging using CloudWatch Logs".
    LoadLogGroup: logGroup(`/aws/vendedlogs/states/${name}`),
    ...schedules(settings, datasets),
  };
}

export const scheduleName = (settings: Settings, dataset: Dataset): string =>
  deployedName(settings, dataset.name);
export const deadLettersName = (settings: Settings): string =>
  deployedName(settings, 'schedule-dead-letters');
export const scheduleRoleName = (settings: Settings): string => deployedName(settings, 'schedule');

function schedules(settings: Settings, datasets: readonly Dataset[]): Resources {
  return {
    ScheduleGroup: {
      Type: 'AWS::Scheduler::ScheduleGroup',
      Properties: { Name: deployedName(settings) },
    },
    ScheduleDeadLetters: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: deadLettersName(settings),
        MessageRetentionPeriod: DAYS_OF_DEAD_LETTERS * 86_400,
        SqsManagedSseEnabled: true,
      },
    },
    ScheduleRole: role(
      scheduleRoleName(settings),
      'The role with which EventBridge Scheduler starts executions',
      ['scheduler.amazonaws.com'],
      [
        {
          Sid: 'StartExecutions',
          Effect: 'Allow',
          Action: ['states:StartExecution'],
          Resource: ref(STATE_MACHINE),
        },
        {
          Sid: 'KeepDeadLetters',
          Effect: 'Allow',
          Action: ['sqs:SendMessage'],
          Resource: attribute('ScheduleDeadLetters', 'Arn'),
        },
      ],
      { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
    ),
    ...Object.fromEntries(
      datasets.map((dataset) => [
        scheduleId(dataset),
        {
          Type: 'AWS::Scheduler::Schedule',
          Properties: {
            Name: scheduleName(settings, dataset),
            GroupName: ref('ScheduleGroup'),
            Description: `Loads the new hours of dataset ${dataset.name}`,
            // The minute is the same for all, and exact: datasets share a window of the awake warehouse.
            ScheduleExpression: scheduleExpression(dataset, datasets),
            ScheduleExpressionTimezone: 'UTC',
            FlexibleTimeWindow: { Mode: 'OFF' },
            State: 'ENABLED',
            Target: {
              Arn: ref(STATE_MACHINE),
              RoleArn: attribute('ScheduleRole', 'Arn'),
              Input: JSON.stringify({ dataset: dataset.name }),
              RetryPolicy: {
                MaximumRetryAttempts: RETRIES,
                MaximumEventAgeInSeconds: oldestStartSeconds(dataset),
              },
              DeadLetterConfig: { Arn: attribute('ScheduleDeadLetters', 'Arn') },
            },
          },
        },
      ]),
    ),
  };
}

const scheduleId = (dataset: Dataset): string => `${logicalStem(dataset.name)}Schedule`;
