import { GlueClient } from '@aws-sdk/client-glue';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { accountOf } from '../../core/arn';
import type { Dataset } from '../../core/dataset';
import type { Connection } from '../shared/connection';

/** A deployment, and the clients that read its parts. */
export interface Site {
  /** Its datasets are those to check. */
  readonly connection: Connection;
  /** All datasets that share the bucket. */
  readonly datasets: readonly Dataset[];
  readonly copyRoleArn: string;
  readonly statementsRoleArn: string;
  readonly topicArn: string;
  readonly scheduleGroup: string;
  /** What the parameters ask for: `20/day`. */
  readonly usageLimit: string | undefined;
  /** The account of the deployment, taken from the state machine's ARN. */
  readonly account: string;
  readonly glue: GlueClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly redshift: RedshiftServerlessClient;
  readonly scheduler: SchedulerClient;
  readonly sns: SNSClient;
  readonly sts: STSClient;
  close(): void;
}

/**
 * @param datasets all datasets.
 * @param outputs the stack's outputs.
 */
export function siteOf(
  connection: Connection,
  datasets: readonly Dataset[],
  outputs: Pick<Site, 'copyRoleArn' | 'statementsRoleArn' | 'topicArn' | 'scheduleGroup' | 'usageLimit'>,
): Site {
  const { settings } = connection;
  const clients = {
    glue: new GlueClient(settings),
    iam: new IAMClient(settings),
    lambda: new LambdaClient(settings),
    redshift: new RedshiftServerlessClient(settings),
    scheduler: new SchedulerClient(settings),
    sns: new SNSClient(settings),
    sts: new STSClient(settings),
  };
  return {
    connection,
    datasets,
    ...outputs,
    account: accountOf(connection.stateMachineArn),
    ...clients,
    close: () => Object.values(clients).forEach((client) => client.destroy()),
  };
}
