import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from '../../../local/iam/evaluate';
import { policyDocument, type PolicyStatement } from '../../../local/iam/policy-document';
import { StackScope } from '../../../local/stack/stack-scope';
import { templateSchema } from '../../../local/stack/template';
import { ROOT } from '../../../testkit/root';
import type { ServiceCopy } from '../../../testkit/service-copy';
import type { Template } from '../../../testkit/template-check';
import { NEEDS, OF_SERVERLESS, type Need } from '../../resources/deployer-needs';
import { packageShapes, SHAPES, type Packaged } from '../../resources/shapes';

/** One role has both. */
const TEXTS = ['docs/deployer-policy.json', 'docs/deployer-data-policy.json'].map((file) =>
  readFileSync(join(ROOT, file), 'utf8'),
);
const POLICIES = TEXTS.map((text) => policyDocument.parse(JSON.parse(text)));
const STATEMENTS = POLICIES.flatMap(({ Statement }) => Statement);

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

type Tags = readonly { readonly Key: string; readonly Value: string }[];

function rightsOf({ actions, on, context, tags }: Need, property: (name: string) => unknown): Right[] {
  const tagged = tags === undefined ? [] : ((property('Tags') as Tags | undefined) ?? []);
  return actions.map((action) => ({
    action,
    resource: on?.((name) => (property(name) as string | undefined) ?? '') ?? '*',
    context: { ...context, ...Object.fromEntries(tagged.map(({ Key, Value }) => [`${tags}/${Key}`, Value])) },
  }));
}

/** Every right that a deployment of this template needs. */
function needed(template: Template): Right[] {
  const scope = new StackScope(templateSchema.parse(template), {
    region: 'us-east-1',
    accountId: '123456789012',
    stackName: 'sluice-dev',
  });
  const ofResources = Object.entries(template.Resources).flatMap(([id, { Type }]) =>
    (NEEDS[Type] ?? []).flatMap((need) => rightsOf(need, (name) => scope.property(id, name))),
  );
  return [...ofResources, ...OF_SERVERLESS.flatMap((need) => rightsOf(need, () => undefined))];
}

/** What the policy does not allow. */
const refused = (template: Template): string[] => [
  ...Object.entries(template.Resources)
    .filter(([, { Type }]) => !(Type in NEEDS))
    .map(([id, { Type }]) => `${id}: nobody has said what ${Type} needs`),
  ...needed(template)
    .filter((right) => evaluate(POLICIES, right) !== 'allowed')
    .map(({ action, resource }) => `${action} on ${resource}`),
];

test.each(Object.keys(SHAPES))('allows a deployment of %s', (name) => {
  expect(refused(templateOf(name))).toEqual([]);
});

test('names every action, on every resource only those that have no resources', () => {
  expect(STATEMENTS.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  const wide = STATEMENTS.filter(({ Resource }) => Resource?.includes('*')).flatMap(({ Action }) => Action);
  const rights = Object.keys(SHAPES).flatMap((name) => needed(templateOf(name)));
  const without = new Set(rights.filter(({ resource }) => resource === '*').map(({ action }) => action));
  expect(wide.filter((action) => !without.has(action))).toEqual([]);
});

test('allows no action, no resource and no value of a condition that no deployment needs', () => {
  const rights = Object.keys(SHAPES).flatMap((name) => needed(templateOf(name)));
  const parts = STATEMENTS.flatMap((statement) => {
    const part = (what: string, only: Partial<PolicyStatement>) => ({
      what,
      part: { ...statement, ...only },
    });
    return [
      ...statement.Action.map((each) => part(each, { Action: [each] })),
      ...(statement.Resource ?? []).map((each) => part(each, { Resource: [each] })),
      ...Object.entries(statement.Condition).flatMap(([operator, keys]) =>
        Object.entries(keys).flatMap(([key, values]) =>
          values.map((each) => part(each, { Condition: { [operator]: { [key]: [each] } } })),
        ),
      ),
    ];
  });
  const surplus = parts.filter(
    ({ part }) =>
      !rights.some((right) => evaluate([{ ...POLICIES[0]!, Statement: [part] }], right) === 'allowed'),
  );
  expect(surplus.map(({ what, part }) => `${part.Sid} ${what}`)).toEqual([]);
});

test('names the service in every pattern of a resource, or in a tag', () => {
  const patterns = STATEMENTS.filter(({ Condition }) => !JSON.stringify(Condition).includes('"sluice-*"'))
    .flatMap(({ Resource = [] }) => Resource)
    .filter((each) => each !== '*' && !/sluice[-_]\*/.test(each));
  // CloudFormation reads namespaces and workgroups before they have tags; the catalog is one for an account; a
  // service-linked role too.
  expect(patterns.sort()).toEqual([
    'arn:aws:glue:*:*:catalog',
    'arn:aws:iam::*:role/aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift',
    'arn:aws:redshift-serverless:*:*:namespace/*',
    'arn:aws:redshift-serverless:*:*:workgroup/*',
  ]);
});

const TAGS_OF_OTHERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'aws:ResourceTag/stack': 'shop-dev' },
  { 'aws:ResourceTag/application': 'sluice' },
];
const ofOthers = (action: string, resource: string): readonly Right[] =>
  TAGS_OF_OTHERS.map((context) => ({
    action: `redshift-serverless:${action}`,
    resource: `arn:aws:redshift-serverless:us-east-1:123456789012:${resource}`,
    context,
  }));

test('allows no statement, no object of the lake, and nothing that belongs to others', () => {
  const not: Right[] = [
    ...['DeleteNamespace', 'UpdateNamespace', 'TagResource', 'UntagResource'].flatMap((action) =>
      ofOthers(action, 'namespace/11111111-2222-3333-4444-555555555555'),
    ),
    ...['DeleteWorkgroup', 'UpdateWorkgroup', 'GetCredentials'].flatMap((action) =>
      ofOthers(action, 'workgroup/11111111-2222-3333-4444-555555555555'),
    ),
    ...['PutBucketPolicy', 'DeleteBucket', 'PutLifecycleConfiguration', 'ListBucket'].flatMap((action) =>
      ['sluice-data', 'sluice-lake', 'sluice-events-lake-archive', 'sluice-serverlessdeploymentbucket-x'].map(
        (name) => ({ action: `s3:${action}`, resource: `arn:aws:s3:::${name}` }),
      ),
    ),
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
  expect(not.filter((right) => evaluate(POLICIES, right) === 'allowed')).toEqual([]);
});

test('each file fits into a managed policy', () => {
  for (const text of TEXTS) expect(text.replace(/\s/g, '').length).toBeLessThanOrEqual(MOST_CHARACTERS);
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

  test('a warehouse without its tag', () => {
    const Properties = { ...templateOf('one dataset').Resources.Namespace!.Properties, Tags: [] };
    expect(refused(changed('Namespace', { Type: 'AWS::RedshiftServerless::Namespace', Properties }))).toEqual(
      [
        'CreateNamespace',
        'TagResource',
        'DeleteNamespace',
        'UpdateNamespace',
        'TagResource',
        'UntagResource',
      ].map(
        (action) =>
          `redshift-serverless:${action} on arn:aws:redshift-serverless:us-east-1:123456789012:namespace/11111111-2222-3333-4444-555555555555`,
      ),
    );
  });

  test('a name outside the patterns', () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead-letters' } };
    expect(refused(changed('Late', queue))).toContain(
      'sqs:CreateQueue on arn:aws:sqs:us-east-1:123456789012:dead-letters',
    );
  });
});
