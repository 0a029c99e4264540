import * as z from 'zod';
import { readProperties } from './properties';
import { scheduleExpression } from './schedule-expression';
import { StackError } from './stack-error';
import type { StackScope } from './stack-scope';
import type { Resource } from './template';

/** A schedule as data. The twin shows schedules and does not run them. */
export interface PlannedSchedule {
  readonly logicalId: string;
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  /** `rate(1 hour)`, `cron(25 * * * ? *)`. */
  readonly expression: string;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly targetArn: string;
  /** The role that starts the target. A rule’s target may have none. */
  readonly roleArn?: string;
  /** The target's input, as JSON text. */
  readonly input: string;
  readonly description?: string;
  readonly retryPolicy?: z.output<typeof retryPolicy>;
  readonly deadLetters?: z.output<typeof deadLetters>;
}

/** Retries and the dead-letter queue for starts that fail. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html */
export const retryPolicy = z.strictObject({
  MaximumRetryAttempts: z.int().min(0).max(185).optional(),
  MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
});
export const deadLetters = z.strictObject({ Arn: z.string() });

const state = z.enum(['ENABLED', 'DISABLED']).default('ENABLED');

const schedule = z.object({
  Name: z.string().optional(),
  ScheduleExpression: scheduleExpression,
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: state,
  FlexibleTimeWindow: z.looseObject({}),
  GroupName: z.string().default('default'),
  Description: z.string().optional(),
  Target: z.looseObject({
    Arn: z.string(),
    RoleArn: z.string(),
    Input: z.string().default('{}'),
    RetryPolicy: retryPolicy.optional(),
    DeadLetterConfig: deadLetters.optional(),
  }),
});

const scheduleWithout = ['KmsKeyArn'];

const rule = z.object({
  Name: z.string().optional(),
  ScheduleExpression: scheduleExpression,
  State: state,
  Targets: z.array(z.looseObject({ Arn: z.string(), Input: z.string().default('{}') })),
});

const ruleWithout = ['Description', 'EventBusName', 'RoleArn', 'Tags'];

/** `AWS::Scheduler::Schedule` */
export function planSchedule(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedSchedule {
  const properties = readProperties(scope, logicalId, given, {
    effective: schedule,
    without: scheduleWithout,
  });
  return {
    logicalId,
    name: scope.refOf(logicalId),
    group: properties.GroupName,
    arn: scope.attributeOf(logicalId, 'Arn'),
    expression: properties.ScheduleExpression,
    timezone: properties.ScheduleExpressionTimezone,
    enabled: properties.State === 'ENABLED',
    targetArn: properties.Target.Arn,
    roleArn: properties.Target.RoleArn,
    input: properties.Target.Input,
    ...(properties.Description === undefined ? {} : { description: properties.Description }),
    ...(properties.Target.RetryPolicy ? { retryPolicy: properties.Target.RetryPolicy } : {}),
    ...(properties.Target.DeadLetterConfig ? { deadLetters: properties.Target.DeadLetterConfig } : {}),
  };
}

/** `AWS::Events::Rule` with a schedule. */
export function planRule(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedSchedule {
  const properties = readProperties(scope, logicalId, given, { effective: rule, without: ruleWithout });
  const [target, ...others] = properties.Targets;
  if (target === undefined || others.length > 0) {
    throw new StackError(
      'UnsupportedProperty',
      `${logicalId}.Properties.Targets`,
      'the twin supports rules with one target',
    );
  }
  return {
    logicalId,
    name: scope.refOf(logicalId),
    group: 'default',
    arn: scope.attributeOf(logicalId, 'Arn'),
    expression: properties.ScheduleExpression,
    timezone: 'UTC',
    enabled: properties.State === 'ENABLED',
    targetArn: target.Arn,
    input: target.Input,
  };
}
