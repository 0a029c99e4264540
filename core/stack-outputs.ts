/** The names of the stack's outputs. resources/ writes them, the command line reads them. */
export const STACK_OUTPUTS = {
  bucket: 'LakeBucketName',
  stateMachineArn: 'StateMachineArn',
  workgroup: 'WorkgroupName',
  database: 'DatabaseName',
  copyRoleArn: 'CopyRoleArn',
  statementsRoleArn: 'StatementsRoleArn',
  topicArn: 'FailureTopicArn',
  scheduleGroup: 'ScheduleGroupName',
} as const;

/** This output exists only if a secret holds the database user. */
export const SECRET_OUTPUT = 'SecretArn';

/** This output exists only if the parameters ask for a usage limit: `20/day`. */
export const USAGE_LIMIT_OUTPUT = 'UsageLimit';

/** The output with the name of a dataset's stream: `page_views` → `PageViewsStreamName`. */
export const streamOutput = (dataset: string): string => `${logicalStem(dataset)}StreamName`;

/** The stem of a dataset's logical ids, which have no `_`: `page_views` → `PageViews`. */
export function logicalStem(dataset: string): string {
  return dataset
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
