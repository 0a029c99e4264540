/** What the deployed stack tells of itself, by the names of its outputs: made by resources/, read by the command line. */
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

/** Only where the database user is a secret's. */
export const SECRET_OUTPUT = 'SecretArn';

/** Of a dataset whose events are streamed: `page_views` → `PageViewsStreamName`. */
export const streamOutput = (dataset: string): string => `${logicalStem(dataset)}StreamName`;

/** The stem of a dataset's logical ids, which have no `_`: `page_views` → `PageViews`. */
export function logicalStem(dataset: string): string {
  return dataset
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
