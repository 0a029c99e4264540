import type { Dataset } from '../core/dataset';
import { STEP_NAMES } from '../core/steps';
import { attribute, logicalStem, ref, role, type Resources, type Statement } from './cloudformation';
import { TRACES } from './functions';
import { deployedName, stateMachineName, type Settings } from './settings';

export const STATE_MACHINE = 'LoadStateMachine';
/** The functions that the states call, by the logical ids that Serverless gives them. */
const CALLED = STEP_NAMES.map((name) => attribute(`${name}LambdaFunction`, 'Arn'));

const LOG_RETENTION_DAYS = 30;
/** Of the schedules: what could not be started is tried again for as long as the next one is not due. */
const RETRIES = 20;
const OLDEST_START_SECONDS = 50 * 60;
const DAYS_OF_DEAD_LETTERS = 14;
/** Minutes after an hour has settled at which its load starts. */
const START_MINUTES = 5;

/** Log deliveries are the account's, not a log group's. Source: Step Functions, "Logging using CloudWatch Logs". */
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

/** The rights and the log of the state machine, and what starts it: one schedule for each dataset. */
export function stateMachineResources(settings: Settings, datasets: readonly Dataset[]): Resources {
  const name = stateMachineName(settings);
  return {
    LoadRole: role(
      name,
      `State machine ${name} runs with it`,
      ['states.amazonaws.com'],
      [
        { Sid: 'CallFunctions', Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: CALLED },
        { Sid: 'Notify', Effect: 'Allow', Action: ['sns:Publish'], Resource: ref('FailureTopic') },
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
    LoadLogGroup: {
      Type: 'AWS::Logs::LogGroup',
      Properties: {
        LogGroupName: `/aws/vendedlogs/states/${name}`,
        RetentionInDays: LOG_RETENTION_DAYS,
      },
    },
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
      'EventBridge Scheduler starts executions with it',
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
            // A schedule is per dataset since its settle time is.
            ScheduleExpression: `cron(${(dataset.source.settle_minutes + START_MINUTES) % 60} * * * ? *)`,
            ScheduleExpressionTimezone: 'UTC',
            FlexibleTimeWindow: { Mode: 'OFF' },
            State: 'ENABLED',
            Target: {
              Arn: ref(STATE_MACHINE),
              RoleArn: attribute('ScheduleRole', 'Arn'),
              Input: JSON.stringify({ dataset: dataset.name }),
              RetryPolicy: { MaximumRetryAttempts: RETRIES, MaximumEventAgeInSeconds: OLDEST_START_SECONDS },
              DeadLetterConfig: { Arn: attribute('ScheduleDeadLetters', 'Arn') },
            },
          },
        },
      ]),
    ),
  };
}

const scheduleId = (dataset: Dataset): string => `${logicalStem(dataset.name)}Schedule`;
