import type { Template, TemplateResource } from './template-check';

/** The logical ids to which a value refers, by Ref, Fn::GetAtt or Fn::Sub. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': substituted } = value as Record<string, unknown>;
  if (typeof ref === 'string') return [ref];
  if (attribute !== undefined) return [([attribute].flat()[0] as string).split('.')[0] ?? ''];
  const text = [substituted].flat()[0];
  const named =
    typeof text === 'string' ? [...text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)].map(([, name = '']) => name) : [];
  return [...named, ...Object.values(value).flatMap(referencesIn)];
}

/** All resources that CloudFormation makes before this one. */
export function madeBefore(template: Template, logicalId: string): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [logicalId];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const { DependsOn = [], Properties } = template.Resources[id] ?? {};
    for (const next of [...[DependsOn].flat(), ...referencesIn(Properties)]) {
      if (!(next in template.Resources) || found.has(next)) continue;
      found.add(next);
      waiting.push(next);
    }
  }
  return found;
}

/** The properties with the name of a resource. */
const NAMES = [
  'RoleName',
  'FunctionName',
  'LogGroupName',
  'LogStreamName',
  'DeliveryStreamName',
  'QueueName',
  'TopicName',
  'StateMachineName',
  'NamespaceName',
  'WorkgroupName',
  'BucketName',
];

function nameOf({ Properties = {} }: TemplateResource): string | undefined {
  return NAMES.map((name) => Properties[name]).find((name) => typeof name === 'string');
}

/** Types whose texts AWS does not look up when it makes them: policies, and what shows or watches a metric. */
const NOT_LOOKED_UP = /^AWS::(IAM|CloudWatch)::/;

const POLICIES = [
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::RolePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::KMS::Key',
  'AWS::Logs::ResourcePolicy',
  'AWS::Lambda::Permission',
];

/** The texts in a value, without those that only describe it. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (key === 'Description' ? [] : textsIn(each)));
}

const isNamed = (texts: readonly string[], name: string): boolean => {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return texts.some((text) => new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`).test(text));
};

/**
 * What CloudFormation may make too late, one line for each: a resource that another one names by text, and a policy that
 * gives a right to the role of another one. CloudFormation follows only Ref, Fn::GetAtt, Fn::Sub and DependsOn, but
 * services look up roles, log groups and streams when they are given them.
 */
export function orderProblems(template: Template): string[] {
  const all = Object.entries(template.Resources);
  const earlier = new Map(all.map(([id]) => [id, madeBefore(template, id)]));
  const isBefore = (first: string, second: string) => earlier.get(second)!.has(first);
  return all.flatMap(([id, resource]) => {
    if (NOT_LOOKED_UP.test(resource.Type)) return [];
    const own = [nameOf(resource), resource.Properties?.Name];
    const texts = textsIn(resource.Properties).filter((text) => !own.includes(text));
    // The name of a log stream means something only beside its group.
    const isMeant = ({ Type, Properties }: TemplateResource) =>
      Type !== 'AWS::Logs::LogStream' || referencesIn(Properties).some((group) => isBefore(group, id));
    const named = all
      .filter(([other]) => other !== id && !isBefore(other, id) && !isBefore(id, other))
      .filter(([, other]) => isNamed(texts, nameOf(other) ?? '\0') && isMeant(other))
      .map(([other]) => `${id} names ${other}, but may be made before it`);
    const roles = referencesIn(resource.Properties).filter(
      (other) => template.Resources[other]?.Type === 'AWS::IAM::Role',
    );
    const late = all
      .filter(([other, { Type }]) => other !== id && POLICIES.includes(Type) && !isBefore(other, id))
      .filter(([, { Properties }]) => referencesIn(Properties).some((other) => roles.includes(other)))
      .map(([other]) => `${id} may be made before ${other}, which gives a right to its role`);
    return [...named, ...late];
  });
}
