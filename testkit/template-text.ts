import type { TemplateResource } from './template-check';

/**
 * A value of a template as text: references become `${LogicalId}` and `${LogicalId.Attribute}`, lists are joined by
 * commas.
 */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': sub, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return `\${${Ref}}`;
  if (attribute !== undefined) return `\${${(attribute as string[]).join('.')}}`;
  if (join !== undefined) {
    const [between, parts] = join as [string, unknown[]];
    return parts.map(textOf).join(between);
  }
  if (sub !== undefined) {
    const [text, variables = {}] = [sub].flat() as [string, Record<string, unknown>?];
    return Object.entries(variables).reduce(
      (result, [name, of]) => result.replaceAll(`\${${name}}`, textOf(of)),
      text,
    );
  }
  return Object.entries(value)
    .map(([key, each]) => `${key}=${textOf(each)}`)
    .join(', ');
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** The policy statements of a role. */
export function statementsOf({ Properties = {} }: TemplateResource): readonly PolicyStatement[] {
  const { Policies = [] } = Properties as {
    Policies?: { PolicyDocument: { Statement: PolicyStatement[] } }[];
  };
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

const conditionOf = ({ Condition = {} }: PolicyStatement): string =>
  Object.entries(Condition)
    .map(([operator, keys]) => ` if ${operator} ${textOf(keys)}`)
    .join('');

/** What a policy statement allows: `s3:GetObject on ${LakeBucket.Arn}/sluice/*`. */
export function rightOf(statement: PolicyStatement): string {
  const { Effect, Action, Resource } = statement;
  const resources = [Resource].flat().map(textOf).sort();
  return `${Effect === 'Allow' ? '' : `${Effect} `}${[...Action].sort().join(' ')} on ${resources.join(' ')}${conditionOf(statement)}`;
}

/** The service that may assume a role: `firehose.amazonaws.com`. */
export function trustOf({ Properties = {} }: TemplateResource): readonly string[] {
  const { AssumeRolePolicyDocument: trust } = Properties as {
    AssumeRolePolicyDocument: { Statement: PolicyStatement[] };
  };
  return trust.Statement.map((statement) => `${textOf(statement.Principal)}${conditionOf(statement)}`);
}

/** An alarm's condition: `AWS/States ExecutionsFailed (StateMachineArn=${LoadStateMachine}): Sum > 0 in 1 of 1 × 300 s`. */
export function conditionOfAlarm({ Properties = {} }: TemplateResource): string {
  const alarm = Properties as Record<string, unknown> & { Dimensions: { Name: string; Value: unknown }[] };
  const dimensions = alarm.Dimensions.map(({ Name, Value }) => `${Name}=${textOf(Value)}`).join(', ');
  const comparison =
    {
      GreaterThanThreshold: '>',
      GreaterThanOrEqualToThreshold: '>=',
      LessThanThreshold: '<',
    }[String(alarm.ComparisonOperator)] ?? String(alarm.ComparisonOperator);
  return [
    `${textOf(alarm.Namespace)} ${textOf(alarm.MetricName)} (${dimensions}):`,
    `${textOf(alarm.Statistic)} ${comparison} ${textOf(alarm.Threshold)}`,
    `in ${textOf(alarm.DatapointsToAlarm)} of ${textOf(alarm.EvaluationPeriods)} × ${textOf(alarm.Period)} s,`,
    `no data is ${textOf(alarm.TreatMissingData)}`,
  ].join(' ');
}
