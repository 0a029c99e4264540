import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { shellJson, type Check } from './finding';

export const identity: Check = {
  title: 'credentials of the deployment’s account',
  needs: 'none',
  async run({ sts, account }) {
    const { Account: found, Arn: subject = '' } = await sts.send(new GetCallerIdentityCommand({}));
    if (found === account) return [{ subject, text: `of account ${account}` }];
    return [
      {
        subject,
        text: `these credentials are of account ${found}, the deployment is of ${account}`,
        fix: 'Use a profile of the deployment’s account: AWS_PROFILE=…',
      },
    ];
  },
};

export const stateMachine: Check = {
  title: 'state machine active',
  needs: 'states:DescribeStateMachine',
  async run({ connection: { stepFunctions, stateMachineArn, stage, region } }) {
    const { status } = await stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }));
    if (status === 'ACTIVE') return [{ subject: stateMachineArn, text: 'it is ACTIVE' }];
    return [
      {
        subject: stateMachineArn,
        text: `it is ${status}`,
        fix: `Deploy again: npx serverless deploy --stage ${stage} --region ${region}`,
      },
    ];
  },
};

export const schedule: Check = {
  title: 'schedule enabled',
  needs: 'scheduler:GetSchedule',
  async run({ scheduler, scheduleGroup, connection }) {
    return Promise.all(
      connection.datasets.map(async (dataset) => {
        const Name = `${scheduleGroup}-${dataset.name}`;
        const found = await scheduler.send(new GetScheduleCommand({ Name, GroupName: scheduleGroup }));
        const subject = `${scheduleGroup}/${Name}`;
        const { State: state, ScheduleExpression: expression, Target: target } = found;
        if (target?.Arn !== connection.stateMachineArn) {
          return {
            subject,
            text: `it starts ${target?.Arn ?? 'nothing'}, not this state machine`,
            fix: `Deploy again: npx serverless deploy --stage ${connection.stage} --region ${connection.region}`,
          };
        }
        if (state === 'ENABLED') return { subject, text: `it starts a load at ${expression} (UTC)` };
        return {
          subject,
          text: 'it is disabled: nothing is loaded by itself',
          fix: enable(connection.region, found),
        };
      }),
    );
  },
};

/** Every member is given again, or the update would lose it. */
function enable(region: string, found: GetScheduleCommandOutput): string {
  const {
    Name,
    GroupName,
    Description,
    ScheduleExpression,
    ScheduleExpressionTimezone,
    FlexibleTimeWindow,
    Target,
  } = found;
  const input = {
    Name,
    GroupName,
    Description,
    ScheduleExpression,
    ScheduleExpressionTimezone,
    FlexibleTimeWindow,
    Target,
    State: 'ENABLED',
  } satisfies UpdateScheduleCommandInput;
  return `aws scheduler update-schedule --region ${region} --cli-input-json ${shellJson(input)}`;
}

export const subscription: Check = {
  title: 'somebody hears of failures',
  needs: 'sns:ListSubscriptionsByTopic',
  async run({ sns, topicArn, connection }) {
    const { Subscriptions = [] } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }),
    );
    const confirmed = Subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:'));
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
          : `aws sns subscribe --region ${connection.region} --topic-arn ${topicArn} --protocol email --notification-endpoint <address>; or deploy with --param email=<address>`,
      },
    ];
  },
};
