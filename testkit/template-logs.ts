import type { Template } from './template-check';
import { madeBefore } from './template-order';
import { textOf } from './template-text';

type Properties = Readonly<Record<string, unknown>>;

/** The log groups that a resource writes to, as texts. */
type Writer = (properties: Properties) => readonly string[];

/** The names of log groups anywhere in a value. */
function groupsIn(value: unknown, member: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === member ? [textOf(each)] : groupsIn(each, member),
  );
}

/** Every type that can write logs, with its groups. Source: the services' pages on logging. */
const WRITERS: Readonly<Record<string, Writer>> = {
  'AWS::Lambda::Function': ({ FunctionName }) => [`/aws/lambda/${textOf(FunctionName)}`],
  'AWS::StepFunctions::StateMachine': ({ LoggingConfiguration }) =>
    groupsIn(LoggingConfiguration, 'LogGroupArn'),
  'AWS::KinesisFirehose::DeliveryStream': (properties) => groupsIn(properties, 'LogGroupName'),
  'AWS::RedshiftServerless::Namespace': ({ NamespaceName, LogExports = [] }) =>
    (LogExports as string[]).map((log) => `/aws/redshift/${textOf(NamespaceName)}/${log}`),
};

/** Types that write no log by themselves. */
const SILENT = [
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::IAM::Role',
  'AWS::Logs::LogGroup',
  'AWS::Logs::LogStream',
  'AWS::RedshiftServerless::Workgroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
  'AWS::Scheduler::ScheduleGroup',
];

/**
 * The logs that AWS would keep for ever, one line for each: their group is not in the template, has no retention, may be
 * made after its writer, or goes with the stack while its writer stays.
 */
export function logProblems(template: Template): string[] {
  const groups = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup');
  const find = (name: string) =>
    groups.find(([id, { Properties = {} }]) =>
      [Properties.LogGroupName, `\${${id}}`, `\${${id}.Arn}`].includes(name),
    );
  return Object.entries(template.Resources).flatMap(([id, resource]) => {
    const { Type, Properties = {}, DeletionPolicy } = resource;
    const writer = WRITERS[Type];
    if (!writer) return SILENT.includes(Type) ? [] : [`${id}: does ${Type} write logs?`];
    return writer(Properties).flatMap((name) => {
      const group = find(name);
      if (!group) return [`${id}: the template has no log group ${name}`];
      const [logicalId, { Properties: given = {}, DeletionPolicy: ofGroup }] = group;
      return [
        ...(given.RetentionInDays === undefined ? [`${id}: ${name} has no retention`] : []),
        ...(madeBefore(template, id).has(logicalId) ? [] : [`${id}: may be made before ${name}`]),
        ...(DeletionPolicy === ofGroup ? [] : [`${id}: ${name} is deleted while its writer stays`]),
      ];
    });
  });
}
