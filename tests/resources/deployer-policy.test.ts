import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from '../../local/iam/evaluate';
import { policyDocument } from '../../local/iam/policy-document';
import { StackScope } from '../../local/stack/stack-scope';
import { templateSchema } from '../../local/stack/template';
import { ROOT } from '../../testkit/root';
import type { ServiceCopy } from '../../testkit/service-copy';
import type { Template } from '../../testkit/template-check';
import { NEEDS, OF_SERVERLESS, type Need } from './deployer-needs';
import { packageShapes, SHAPES, type Packaged } from './shapes';

const TEXT = readFileSync(join(ROOT, 'docs/deployer-policy.json'), 'utf8');
const POLICY = policyDocument.parse(JSON.parse(TEXT));

/** IAM counts the characters of a managed policy without white space. Source: IAM, "IAM and AWS STS quotas". */
const MOST_CHARACTERS = 6_144;

let packaged: ReadonlyMap<string, Packaged>;
const copies: ServiceCopy[] = [];
beforeAll(async () => {
  packaged = await packageShapes(copies);
});
afterAll(() => {
  for (const copy of copies) copy.remove();
});
const templateOf = (name: string): Template => packaged.get(name)!.template;

interface Right {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

const rightsOf = ({ actions, on, context }: Need, property: (name: string) => string): Right[] =>
  actions.map((action) => ({
    action,
    resource: on?.(property) ?? '*',
    ...(context === undefined ? {} : { context }),
  }));

/** Every right that a deployment of this template needs. */
function needed(template: Template): Right[] {
  const scope = new StackScope(templateSchema.parse(template), {
    region: 'us-east-1',
    accountId: '123456789012',
    stackName: 'sluice-dev',
  });
  const ofResources = Object.entries(template.Resources).flatMap(([id, { Type }]) =>
    (NEEDS[Type] ?? []).flatMap((need) =>
      rightsOf(need, (name) => (scope.property(id, name) as string | undefined) ?? ''),
    ),
  );
  return [...ofResources, ...OF_SERVERLESS.flatMap((need) => rightsOf(need, () => ''))];
}

/** What the policy does not allow. */
const refused = (template: Template): string[] => [
  ...Object.entries(template.Resources)
    .filter(([, { Type }]) => !(Type in NEEDS))
    .map(([id, { Type }]) => `${id}: nobody has said what ${Type} needs`),
  ...needed(template)
    .filter((right) => evaluate([POLICY], right) !== 'allowed')
    .map(({ action, resource }) => `${action} on ${resource}`),
];

test.each(Object.keys(SHAPES))('allows a deployment of %s', (name) => {
  expect(refused(templateOf(name))).toEqual([]);
});

test('allows nothing that no deployment needs', () => {
  const rights = Object.keys(SHAPES).flatMap((name) => needed(templateOf(name)));
  const surplus = POLICY.Statement.flatMap((statement) =>
    statement.Action.map((Action) => ({ ...statement, Action: [Action] })),
  ).filter((single) => {
    const only = { ...POLICY, Statement: [single] };
    return !rights.some((right) => evaluate([only], right) === 'allowed');
  });
  expect(surplus.map(({ Sid, Action }) => `${Sid} ${Action.join()}`)).toEqual([]);
});

test('allows on every resource only what has no resources, and names a service in every other pattern', () => {
  const wide = POLICY.Statement.filter(({ Resource }) => Resource?.includes('*')).flatMap(
    ({ Action }) => Action,
  );
  const rights = Object.keys(SHAPES).flatMap((name) => needed(templateOf(name)));
  const without = new Set(rights.filter(({ resource }) => resource === '*').map(({ action }) => action));
  expect(wide.filter((action) => !without.has(action))).toEqual([]);
  const patterns = POLICY.Statement.flatMap(({ Resource = [] }) => Resource).filter((each) => each !== '*');
  // Redshift makes the ids of namespaces and workgroups; the catalog is one for an account; a service-linked role too.
  const unnamed = patterns.filter((pattern) => !/sluice[-_]\*/.test(pattern));
  expect(unnamed).toEqual([
    'arn:aws:iam::*:role/aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift',
    'arn:aws:redshift-serverless:*:*:namespace/*',
    'arn:aws:redshift-serverless:*:*:workgroup/*',
    'arn:aws:glue:*:*:catalog',
  ]);
});

test('allows no look at the data, no other service’s role and nobody else’s stack', () => {
  const not: Right[] = [
    { action: 's3:GetObject', resource: 'arn:aws:s3:::sluice-dev-lake-123456789012/trips/x.parquet' },
    { action: 'secretsmanager:GetSecretValue', resource: '*' },
    { action: 'redshift-data:ExecuteStatement', resource: '*' },
    {
      action: 'states:StartExecution',
      resource: 'arn:aws:states:us-east-1:123456789012:stateMachine:sluice-dev-load',
    },
    {
      action: 'iam:PassRole',
      resource: 'arn:aws:iam::123456789012:role/sluice-dev-load',
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    },
    { action: 'iam:CreateRole', resource: 'arn:aws:iam::123456789012:role/admin' },
    {
      action: 'cloudformation:DeleteStack',
      resource: 'arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1',
    },
  ];
  expect(not.filter((right) => evaluate([POLICY], right) === 'allowed')).toEqual([]);
});

test('fits into one managed policy', () => {
  expect(TEXT.replace(/\s/g, '').length).toBeLessThanOrEqual(MOST_CHARACTERS);
});

describe('the check of the policy finds', () => {
  const changed = (id: string, resource: object): Template => {
    const template = templateOf('one dataset');
    return { ...template, Resources: { ...template.Resources, [id]: resource } } as Template;
  };

  test('a type of which nobody has said what it needs', () => {
    expect(refused(changed('Api', { Type: 'AWS::ApiGateway::RestApi', Properties: {} }))).toEqual([
      'Api: nobody has said what AWS::ApiGateway::RestApi needs',
    ]);
  });

  test('a name outside the patterns', () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead-letters' } };
    expect(refused(changed('Late', queue))).toContain(
      'sqs:CreateQueue on arn:aws:sqs:us-east-1:123456789012:dead-letters',
    );
  });
});
