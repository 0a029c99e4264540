import { parseArn } from './arn';

/** No account has this number. AWS's own examples have it, and the local twin. */
export const NO_ACCOUNT = '000000000000';

/** The console's host in each partition, after the Region. */
const HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** A Region's console. */
export interface Console {
  /** Of an execution of a state machine. */
  executionPage(executionArn: string): string;
  /** Of a state machine, with the list of its executions. */
  stateMachinePage(stateMachineArn: string): string;
  /** Of the objects under a prefix. */
  prefixPage(bucket: string, prefix: string): string;
}

/**
 * The addresses of pages in the AWS console.
 * @param partition of the Region: `aws`, `aws-cn`, `aws-us-gov`.
 * @returns undefined for a partition whose console is not known.
 */
export function consoleOf(partition: string, region: string): Console | undefined {
  const host = HOSTS[partition];
  if (host === undefined) return undefined;
  const service = (path: string) => `https://${region}.${host}/${path}?region=${region}`;
  return {
    executionPage: (arn) => `${service('states/home')}#/v2/executions/details/${arn}`,
    stateMachinePage: (arn) => `${service('states/home')}#/statemachines/view/${arn}`,
    prefixPage: (bucket, prefix) =>
      `${service(`s3/buckets/${bucket}`)}&prefix=${encodeURIComponent(prefix).replaceAll('%2F', '/')}`,
  };
}

/** The console of the Region that an ARN names. @returns undefined if there is none, as for the local twin. */
export function consoleOfArn(arn: string): Console | undefined {
  const { partition, region, account } = parseArn(arn) ?? {};
  if (partition === undefined || region === undefined || account === NO_ACCOUNT) return undefined;
  return consoleOf(partition, region);
}
