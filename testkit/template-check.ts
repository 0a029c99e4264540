import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, Resource, SpecDatabase } from '@aws-cdk/service-spec-types';

/** A CloudFormation template, as `serverless package` writes it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly [attribute: string]: unknown;
}

const PSEUDO_PARAMETERS = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

let database: SpecDatabase | undefined;

/**
 * Finds what CloudFormation would refuse in a template, one line for each problem: unknown resource types and
 * properties, values of a wrong type or outside the listed values, missing required properties, and references that
 * lead nowhere. Source: AWS's specification of CloudFormation resources, from @aws-cdk/aws-service-spec.
 */
export function templateProblems(template: Template): string[] {
  return [
    ...Object.entries(template.Resources).flatMap(([logicalId, resource]) => [
      ...propertyProblems(logicalId, resource),
      ...dependencyProblems(logicalId, resource, template),
    ]),
    ...referenceProblems(template.Resources, 'Resources', template),
    ...referenceProblems(template.Outputs ?? {}, 'Outputs', template),
  ];
}

function specification(type: string): Resource | undefined {
  database ??= loadAwsServiceSpecSync();
  return database.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

function propertyProblems(logicalId: string, { Type, Properties = {} }: TemplateResource): string[] {
  const resource = specification(Type);
  if (!resource) return [`${logicalId}: there is no resource type ${Type}`];
  return memberProblems(Properties, resource.properties, logicalId);
}

function memberProblems(
  given: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, Property>>,
  path: string,
): string[] {
  const missing = Object.entries(known)
    .filter(([name, { required }]) => required && given[name] === undefined)
    .map(([name]) => `${path}: ${name} is missing`);
  return [
    ...missing,
    ...Object.entries(given).flatMap(([name, value]) => {
      const property = known[name];
      if (!property) return [`${path}: there is no property ${name}`];
      const types = [property.type, ...(property.previousTypes ?? [])];
      return valueProblems(value, types, `${path}.${name}`);
    }),
  ];
}

/** A value needs to match only one of several types. If none matches, the first type's problems are reported. */
function valueProblems(value: unknown, types: readonly PropertyType[], path: string): string[] {
  if (isIntrinsic(value)) return [];
  const found = types.map((type) => problemsOf(value, type, path));
  return found.some((problems) => problems.length === 0) ? [] : (found[0] ?? []);
}

function problemsOf(value: unknown, type: PropertyType, path: string): string[] {
  const expected = (what: string) => [`${path}: ${JSON.stringify(value)} is not ${what}`];
  switch (type.type) {
    case 'string': {
      if (typeof value !== 'string') return expected('a text');
      const { allowedValues } = type;
      return allowedValues && !allowedValues.includes(value)
        ? expected(`one of ${allowedValues.join()}`)
        : [];
    }
    // CloudFormation also takes numbers and booleans as text.
    case 'number':
    case 'integer':
      return isNaN(Number(value)) || typeof value === 'object' ? expected('a number') : [];
    case 'boolean':
      return [true, false, 'true', 'false'].includes(value as boolean) ? [] : expected('true or false');
    case 'date-time':
      return typeof value === 'string' ? [] : expected('a time');
    case 'json':
      return typeof value === 'object' || typeof value === 'string' ? [] : expected('JSON');
    case 'tag':
      return isObject(value) ? [] : expected('a tag');
    case 'null':
      return value === null ? [] : expected('null');
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) => valueProblems(item, [type.element], `${path}[${index}]`))
        : expected('a list');
    case 'map':
      return isObject(value)
        ? Object.entries(value).flatMap(([key, item]) =>
            valueProblems(item, [type.element], `${path}.${key}`),
          )
        : expected('a mapping');
    case 'union':
      return valueProblems(value, type.types, path);
    case 'ref': {
      const definition = database?.get('typeDefinition', type.reference.$ref);
      if (!definition) throw new Error(`${path}: the specification lacks ${type.reference.$ref}`);
      return isObject(value) ? memberProblems(value, definition.properties, path) : expected(definition.name);
    }
  }
}

function dependencyProblems(
  logicalId: string,
  { DependsOn = [] }: TemplateResource,
  { Resources }: Template,
): string[] {
  return [DependsOn]
    .flat()
    .filter((name) => !(name in Resources))
    .map((name) => `${logicalId}: DependsOn ${name}, which does not exist`);
}

function referenceProblems(value: unknown, path: string, template: Template): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => referenceProblems(item, `${path}[${index}]`, template));
  }
  if (!isObject(value)) return [];
  if (isIntrinsic(value)) {
    const problem = referenceProblem(value, template);
    if (problem !== undefined) return [`${path}: ${problem}`];
  }
  return Object.entries(value).flatMap(([key, item]) => referenceProblems(item, `${path}.${key}`, template));
}

function referenceProblem(
  intrinsic: Readonly<Record<string, unknown>>,
  template: Template,
): string | undefined {
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': substituted } = intrinsic;
  if (ref !== undefined) return refProblem(ref as string, template);
  if (attribute !== undefined) {
    const [logicalId = '', ...rest] =
      typeof attribute === 'string' ? attribute.split('.') : (attribute as string[]);
    return attributeProblem(logicalId, rest.join('.'), template);
  }
  if (substituted === undefined) return undefined;
  const [text, variables] =
    typeof substituted === 'string' ? [substituted, {}] : (substituted as [string, object]);
  const names = [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name.trim());
  return names
    .filter((name) => !(name in variables))
    .map((name) => {
      const [logicalId = '', ...rest] = name.split('.');
      return rest.length > 0
        ? attributeProblem(logicalId, rest.join('.'), template)
        : refProblem(name, template);
    })
    .find((problem) => problem !== undefined);
}

function refProblem(name: string, { Resources, Parameters = {} }: Template): string | undefined {
  const known = name in Resources || name in Parameters || PSEUDO_PARAMETERS.includes(name);
  return known ? undefined : `Ref ${name} leads nowhere`;
}

function attributeProblem(logicalId: string, name: string, { Resources }: Template): string | undefined {
  const resource = Resources[logicalId];
  if (!resource) return `GetAtt ${logicalId}.${name} leads nowhere`;
  const attributes = Object.keys(specification(resource.Type)?.attributes ?? {});
  return attributes.includes(name)
    ? undefined
    : `${resource.Type} has no attribute ${name} (GetAtt ${logicalId})`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{ Ref: … }` or `{ 'Fn::…': … }`: the value is known only at deployment. */
function isIntrinsic(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const [only, ...others] = Object.keys(value);
  return others.length === 0 && only !== undefined && (only === 'Ref' || only.startsWith('Fn::'));
}
