import { withEarlierWarehouse } from '../../../local/stack';
import { planStack } from '../../../local/stack/plan-stack';
import { templateSchema } from '../../../local/stack/template';

const stackOf = (Resources: object) =>
  planStack(templateSchema.parse({ Resources }), {
    region: 'us-east-1',
    accountId: '000000000000',
    stackName: 'sluice-local',
  });

test('a workgroup that the stack uses and does not make is there, without a role', () => {
  const { workgroups, namespaces } = withEarlierWarehouse(stackOf({}), 'analytics', 'dwh');
  expect(workgroups).toMatchObject([
    {
      name: 'analytics',
      arn: 'arn:aws:redshift-serverless:us-east-1:000000000000:workgroup/analytics',
      namespace: 'analytics',
    },
  ]);
  expect(namespaces).toMatchObject([{ name: 'analytics', database: 'dwh', iamRoles: [] }]);
});

test('a stack that makes its workgroup keeps it', () => {
  const stack = stackOf({
    Workgroup: {
      Type: 'AWS::RedshiftServerless::Workgroup',
      Properties: { WorkgroupName: 'own', NamespaceName: 'own' },
    },
  });
  expect(withEarlierWarehouse(stack, 'own', 'dwh')).toBe(stack);
});
