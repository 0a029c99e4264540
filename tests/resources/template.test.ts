import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageService } from '../../local/stack';
import { templateProblems, type Template, type TemplateResource } from '../support/template-check';

const ROOT = resolve(__dirname, '../..');

let directory: string;
let template: Template;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-template-'));
  const packageDirectory = join(directory, 'package');
  await packageService({ serviceDirectory: ROOT, packageDirectory, stage: 'test' });
  template = JSON.parse(
    readFileSync(join(packageDirectory, 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as Template;
});
afterAll(() => rmSync(directory, { recursive: true }));

test('every resource is one that CloudFormation takes, and every reference leads somewhere', () => {
  expect(Object.keys(template.Resources).length).toBeGreaterThan(30);
  expect(templateProblems(template)).toEqual([]);
});

describe('the check itself finds', () => {
  const changed = (logicalId: string, change: (resource: TemplateResource) => object): string[] => {
    const resource = template.Resources[logicalId];
    if (!resource) throw new Error(`There is no ${logicalId}.`);
    const Resources = { ...template.Resources, [logicalId]: { ...resource, ...change(resource) } };
    return templateProblems({ ...template, Resources });
  };
  const withProperty = (logicalId: string, name: string, value: unknown) =>
    changed(logicalId, ({ Properties }) => ({ Properties: { ...Properties, [name]: value } }));

  test.each<[string, () => string[], RegExp]>([
    [
      'a type that there is not',
      () => changed('FailureTopic', () => ({ Type: 'AWS::SNS::Tropic' })),
      /no resource type AWS::SNS::Tropic/,
    ],
    [
      'a property that there is not',
      () => withProperty('FailureTopic', 'Name', 'x'),
      /FailureTopic: there is no property Name/,
    ],
    [
      'a text where a list belongs',
      () => withProperty('FailureTopic', 'Subscription', 'x'),
      /Subscription: "x" is not a list/,
    ],
    [
      'a member that a property has not',
      () => withProperty('ListPartitionsLambdaFunction', 'TracingConfig', { mode: 'Active' }),
      /TracingConfig: there is no property mode/,
    ],
    [
      'a value that is not listed',
      () => withProperty('ListPartitionsLambdaFunction', 'PackageType', 'Tar'),
      /"Tar" is not one of/,
    ],
    [
      'a property that is missing',
      () => withProperty('ListPartitionsLambdaFunction', 'Role', undefined),
      /Role is missing/,
    ],
    [
      'a Ref that leads nowhere',
      () => withProperty('FailureTopic', 'DisplayName', { Ref: 'Nothing' }),
      /Ref Nothing leads nowhere/,
    ],
    [
      'an attribute that there is not',
      () => withProperty('FailureTopic', 'DisplayName', { 'Fn::GetAtt': ['FailureTopic', 'Colour'] }),
      /no attribute Colour/,
    ],
    [
      'a variable of Fn::Sub that there is not',
      () => withProperty('FailureTopic', 'DisplayName', { 'Fn::Sub': 'a ${Gone}' }),
      /Ref Gone leads nowhere/,
    ],
    [
      'a dependency that there is not',
      () => changed('FailureTopic', () => ({ DependsOn: 'Gone' })),
      /DependsOn Gone/,
    ],
  ])('%s', (_, problems, expected) => {
    expect(problems().join('\n')).toMatch(expected);
  });
});
