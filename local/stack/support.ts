import type { Support } from '../support';

/** What the twin tells of the deployed stack, by the services that would; the twin's page lists it. */
export const stackSupport: Support = {
  supported: [
    'CloudFormation: DescribeStacks, with the outputs of the packaged template',
    'IAM: GetRole, UpdateAssumeRolePolicy, ListRolePolicies, GetRolePolicy, PutRolePolicy, DeleteRolePolicy, SimulatePrincipalPolicy',
    'Glue: GetTable',
    'Redshift Serverless: GetWorkgroup, UpdateWorkgroup of its reach, GetNamespace, UpdateNamespace of IAM roles',
    'EventBridge Scheduler: GetSchedule, UpdateSchedule',
    'what is changed holds until the twin is started again, as a deployment puts it back',
  ],
  refused: ['all other operations of these services', 'resource policies in SimulatePrincipalPolicy'],
};
