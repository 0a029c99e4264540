import { planAlarm, type PlannedAlarm } from './plan-alarm';
import { planBucketPolicy, type PlannedBucketPolicy } from './plan-bucket-policy';
import { planFunction, type PlannedFunction } from './plan-function';
import { planRole, type PlannedRole } from './plan-role';
import { planRule, planSchedule, type PlannedSchedule } from './plan-schedule';
import { planStateMachine, type PlannedStateMachine } from './plan-state-machine';
import { planStream, type PlannedStream } from './plan-stream';
import { planTable, type PlannedTable } from './plan-table';
import { planTopic, type PlannedTopic } from './plan-topic';
import { planNamespace, planWorkgroup, type PlannedNamespace, type PlannedWorkgroup } from './plan-warehouse';
import { StackScope, type StackSettings } from './stack-scope';
import type { Resource, Template } from './template';

/** The resources of a template that the twin deploys, with resolved references. */
export interface Stack {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly PlannedFunction[];
  readonly roles: readonly PlannedRole[];
  readonly stateMachines: readonly PlannedStateMachine[];
  readonly topics: readonly PlannedTopic[];
  readonly bucketPolicies: readonly PlannedBucketPolicy[];
  readonly streams: readonly PlannedStream[];
  readonly tables: readonly PlannedTable[];
  readonly namespaces: readonly PlannedNamespace[];
  readonly workgroups: readonly PlannedWorkgroup[];
  readonly schedules: readonly PlannedSchedule[];
  readonly alarms: readonly PlannedAlarm[];
  /** The template's outputs, by name. */
  readonly outputs: Readonly<Record<string, { readonly value: string; readonly description: string }>>;
  /** All resources of the template. */
  readonly resources: readonly { readonly logicalId: string; readonly type: string }[];
  /** Those that the twin does not deploy. */
  readonly notDeployed: readonly { readonly logicalId: string; readonly type: string }[];
}

/**
 * Reads a template without I/O.
 * @throws StackError with the logical id and the property's path.
 */
export function planStack(template: Template, settings: StackSettings): Stack {
  const scope = new StackScope(template, settings);
  const resources = scope.resources();
  const planned = new Set<string>();
  const plan = <T>(
    isOne: (resource: Resource) => boolean,
    planOne: (scope: StackScope, logicalId: string, resource: Resource) => T,
  ): readonly T[] =>
    resources
      .filter(([, resource]) => isOne(resource))
      .map(([logicalId, resource]) => {
        planned.add(logicalId);
        return planOne(scope, logicalId, resource);
      });
  const ofType = (type: string) => (resource: Resource) => resource.Type === type;
  const isScheduledRule = ({ Type: type, Properties: properties }: Resource) =>
    type === 'AWS::Events::Rule' && 'ScheduleExpression' in properties;

  const deployed = {
    functions: plan(ofType('AWS::Lambda::Function'), planFunction),
    roles: plan(ofType('AWS::IAM::Role'), planRole),
    stateMachines: plan(ofType('AWS::StepFunctions::StateMachine'), planStateMachine),
    topics: plan(ofType('AWS::SNS::Topic'), planTopic),
    bucketPolicies: plan(ofType('AWS::S3::BucketPolicy'), planBucketPolicy),
    streams: plan(ofType('AWS::KinesisFirehose::DeliveryStream'), planStream),
    tables: plan(ofType('AWS::Glue::Table'), planTable),
    namespaces: plan(ofType('AWS::RedshiftServerless::Namespace'), planNamespace),
    workgroups: plan(ofType('AWS::RedshiftServerless::Workgroup'), planWorkgroup),
    schedules: [
      ...plan(ofType('AWS::Scheduler::Schedule'), planSchedule),
      ...plan(isScheduledRule, planRule),
    ],
    alarms: plan(ofType('AWS::CloudWatch::Alarm'), planAlarm),
  };
  const named = resources.map(([logicalId, { Type: type }]) => ({ logicalId, type }));
  return {
    name: settings.stackName,
    region: settings.region,
    accountId: settings.accountId,
    ...deployed,
    outputs: scope.outputs(),
    resources: named,
    notDeployed: named.filter(({ logicalId }) => !planned.has(logicalId)),
  };
}
