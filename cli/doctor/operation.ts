import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  type Target,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { isArn } from '../../core/arn';
import { scheduleExpression } from '../../core/schedule';
import { shellJson } from '../shared/commands';
import { deployAgain } from './commands';
import { ofEach, type Check } from './finding';

export const identity: Check = {
  title: 'credentials of the deployment’s account',
  needs: 'none',
  async run({ sts, account }) {
    const { Account: found, Arn: subject = '' } = await sts.send(new GetCallerIdentityCommand({}));
    if (found === account) return [{ subject, text: `they belong to account ${account}` }];
    return [
      {
        subject,
        text: `these credentials belong to account ${found}, the deployment to account ${account}`,
        fix: 'Use a profile of the deployment’s account: AWS_PROFILE=…',
      },
    ];
  },
};

export const stateMachine: Check = {
  title: 'state machine active',
  needs: 'states:DescribeStateMachine',
  async run({ connection }) {
    const { stepFunctions, stateMachineArn } = connection;
    const { status } = await stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }));
    if (status === 'ACTIVE') return [{ subject: stateMachineArn, text: 'it is ACTIVE' }];
    return [{ subject: stateMachineArn, text: `it is ${status}`, fix: deployAgain(connection) }];
  },
};

export const schedule: Check = {
  title: 'schedule enabled',
  needs: 'scheduler:GetSchedule',
  run(site) {
    const { scheduler, scheduleGroup, connection, datasets } = site;
    return ofEach(this, site, connection.datasets, async (dataset) => {
      const Name = `${scheduleGroup}-${dataset.name}`;
      const subject = `${scheduleGroup}/${Name}`;
      const found = await scheduler
        .send(new GetScheduleCommand({ Name, GroupName: scheduleGroup }))
        .catch((error: Error) => {
          if (error.name === 'ResourceNotFoundException') return undefined;
          throw error;
        });
      if (!found) {
        return [
          { subject, text: 'there is no such schedule in this deployment', fix: deployAgain(connection) },
        ];
      }
      const { ScheduleExpression, ScheduleExpressionTimezone: zone = 'UTC', Target: target, State } = found;
      const input = JSON.stringify({ dataset: dataset.name });
      const expression = scheduleExpression(dataset, datasets);
      const problems = [
        ...(State === 'ENABLED' ? [] : ['it is disabled: no hour is loaded on schedule']),
        ...(target?.Arn === connection.stateMachineArn
          ? []
          : [`it starts ${target?.Arn ?? 'nothing'}, not this state machine`]),
        ...(target?.Input === input ? [] : [`its input is ${target?.Input ?? 'none'}, not ${input}`]),
        ...(ScheduleExpression === expression
          ? []
          : [
              `it starts a load at ${ScheduleExpression}, not at ${expression} (load.every_hours, and the settle times of all datasets)`,
            ]),
        ...(zone === 'UTC' ? [] : [`its time zone is ${zone}, not UTC`]),
      ];
      if (problems.length === 0) {
        return [{ subject, text: `it starts a load at ${expression} (${zone})` }];
      }
      const fixed = { ...target, Arn: connection.stateMachineArn, Input: input } as Target;
      const command = enable(connection.region, { ...found, ScheduleExpression: expression }, fixed);
      return [{ subject, text: problems.join('; '), fix: command }];
    });
  },
};

/** The update has to repeat every member: it resets those that are left out. */
function enable(region: string, found: GetScheduleCommandOutput, Target: Target): string {
  const { Name, GroupName, Description, ScheduleExpression, FlexibleTimeWindow } = found;
  const input = {
    Name,
    GroupName,
    Description,
    ScheduleExpression,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow,
    Target,
    State: 'ENABLED',
  } satisfies UpdateScheduleCommandInput;
  return `aws scheduler update-schedule --region ${region} --cli-input-json ${shellJson(input)}`;
}

export const subscription: Check = {
  title: 'somebody is notified of failures',
  needs: 'sns:ListSubscriptionsByTopic',
  async run({ sns, topicArn, connection }) {
    const { Subscriptions = [] } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }),
    );
    const confirmed = Subscriptions.filter(({ SubscriptionArn = '' }) => isArn(SubscriptionArn));
    if (confirmed.length > 0) {
      return [{ subject: topicArn, text: confirmed.map(({ Endpoint }) => Endpoint).join(', ') }];
    }
    const [pending] = Subscriptions;
    return [
      {
        subject: topicArn,
        text: pending
          ? `${pending.Endpoint} has not confirmed the subscription yet`
          : 'nobody is subscribed to it',
        fix: pending
          ? `Open the link in the message that ${pending.Endpoint} got from AWS.`
          : `aws sns subscribe --region ${connection.region} --topic-arn ${topicArn} --protocol email --notification-endpoint <address>`,
      },
    ];
  },
};
