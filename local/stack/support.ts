import type { Support } from '../support';

/** Services that describe and change the deployed stack. */
export const stackSupport: Support = {
  supported: [
    'CloudFormation: DescribeStacks, with the outputs of the packaged template, and ListStackResources, with logical ids and types',
    'IAM: GetRole, UpdateAssumeRolePolicy, ListRolePolicies, GetRolePolicy, PutRolePolicy, DeleteRolePolicy, SimulatePrincipalPolicy',
    'Glue: GetTable',
    'Redshift Serverless: GetWorkgroup, UpdateWorkgroup (publiclyAccessible), GetNamespace, UpdateNamespace (IAM roles), ListUsageLimits, CreateUsageLimit and UpdateUsageLimit (serverless-compute)',
    'EventBridge Scheduler: GetSchedule, UpdateSchedule',
    'changes last until the twin restarts, as a deployment would revert them',
  ],
  refused: [
    'all other operations of these services',
    'at expressions, names of months and days, L, W and # in ScheduleExpression',
    'resource policies in SimulatePrincipalPolicy',
  ],
};
