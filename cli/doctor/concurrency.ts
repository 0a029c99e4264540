import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import type { Check } from './finding';

/** The quota "Concurrent executions" of Lambda, and its default. New accounts have less, often 10. */
const QUOTA = 'L-B99A9384';
const DEFAULT_QUOTA = 1_000;

/**
 * Whether the account may run as many functions at a time as the schedules can start: a partition runs one function at a
 * time, and a stream at least one transform. Above its quota Lambda answers TooManyRequestsException.
 * Source: AWS Lambda Developer Guide, "Understanding Lambda function scaling".
 */
export const concurrency: Check = {
  title: 'Lambda’s quota of concurrent executions',
  needs: 'lambda:GetAccountSettings',
  async run({ lambda, account, connection, datasets }) {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const allowed = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const loads = datasets.reduce((sum, { load }) => sum + load.max_concurrency, 0);
    const transforms = datasets.filter(({ source }) => source.stream === 'firehose').length;
    const subject = `account ${account}`;
    const counts = `${allowed} at a time; this stage runs up to ${loads} for its loads and at least ${transforms} for its streams`;
    if (loads + transforms <= allowed) return [{ subject, text: counts }];
    return [
      {
        subject,
        text: `only ${counts}`,
        fix: `aws service-quotas request-service-quota-increase --region ${connection.region} --service-code lambda --quota-code ${QUOTA} --desired-value ${DEFAULT_QUOTA}; until it is granted, lower load.max_concurrency in datasets/ and deploy.`,
      },
    ];
  },
};
