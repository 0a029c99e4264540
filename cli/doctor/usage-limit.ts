import {
  GetWorkgroupCommand,
  ListUsageLimitsCommand,
  type UsageLimitBreachAction,
} from '@aws-sdk/client-redshift-serverless';
import { parseUsageLimit } from '../../core/usage-limit';
import type { Check } from './finding';

/**
 * What happens beyond the limit.
 * Source: Amazon Redshift Management Guide, "Setting usage limits, including setting RPU limits".
 */
const BEYOND: Readonly<Record<UsageLimitBreachAction, string>> = {
  deactivate: 'Redshift turns off all queries until the period ends, and loads fail',
  'emit-metric': 'a metric says so, and nothing stops',
  log: 'SYS_QUERY_HISTORY says so, and nothing stops',
};

/** CloudFormation has no resource type for usage limits, so the stack only says which one is wanted. */
export const usageLimit: Check = {
  title: 'usage limit of the workgroup',
  needs: 'redshift-serverless:GetWorkgroup and redshift-serverless:ListUsageLimits',
  async run({ redshift, connection, usageLimit: wanted }) {
    const subject = `workgroup ${connection.workgroup}`;
    if (wanted === undefined) return [{ subject, text: 'the parameters ask for none (usageLimit)' }];
    const { amount, period } = parseUsageLimit(wanted);
    const { workgroup } = await redshift.send(
      new GetWorkgroupCommand({ workgroupName: connection.workgroup }),
    );
    const resourceArn = workgroup?.workgroupArn ?? '';
    const { usageLimits = [] } = await redshift.send(
      new ListUsageLimitsCommand({ resourceArn, usageType: 'serverless-compute' }),
    );
    const found = usageLimits.find((each) => each.period === period);
    const aws = (command: string) => `aws redshift-serverless ${command} --region ${connection.region}`;
    if (!found) {
      return [
        {
          subject,
          text: `it has no ${period} usage limit, and the parameters ask for ${amount} RPU-hours`,
          fix: `${aws('create-usage-limit')} --resource-arn ${resourceArn} --usage-type serverless-compute --period ${period} --amount ${amount} --breach-action deactivate\nBeyond the limit ${BEYOND.deactivate}. With --breach-action emit-metric ${BEYOND['emit-metric']}.`,
        },
      ];
    }
    if (found.amount !== amount) {
      return [
        {
          subject,
          text: `its ${period} usage limit is ${found.amount} RPU-hours, and the parameters ask for ${amount}`,
          fix: `${aws('update-usage-limit')} --usage-limit-id ${found.usageLimitId} --amount ${amount}`,
        },
      ];
    }
    return [
      { subject, text: `${amount} RPU-hours ${period}; beyond it ${BEYOND[found.breachAction ?? 'log']}` },
    ];
  },
};
