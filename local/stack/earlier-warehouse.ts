import type { Stack } from './plan-stack';

/**
 * Adds the warehouse that a stack uses without making it: it was there before. The ARN of its workgroup ends in its name,
 * where AWS has a UUID. No role is attached to its namespace.
 */
export function withEarlierWarehouse(stack: Stack, workgroup: string, database: string): Stack {
  if (stack.workgroups.length > 0) return stack;
  const { region, accountId } = stack;
  const arn = (kind: string) => `arn:aws:redshift-serverless:${region}:${accountId}:${kind}/${workgroup}`;
  const common = { logicalId: '', name: workgroup, id: workgroup };
  return {
    ...stack,
    namespaces: [
      {
        ...common,
        arn: arn('namespace'),
        database,
        adminUsername: 'admin',
        iamRoles: [],
        defaultIamRole: undefined,
      },
    ],
    workgroups: [
      {
        ...common,
        arn: arn('workgroup'),
        namespace: workgroup,
        publiclyAccessible: false,
        baseCapacity: 128,
        maxCapacity: undefined,
      },
    ],
  };
}
