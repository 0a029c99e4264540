import * as z from 'zod';
import type { RestJsonService } from '../http/rest-json';
import { checkMembers } from '../http/validation';
import { ServiceError } from '../service-error';
import { deadLetters, retryPolicy, scheduleExpression, type PlannedSchedule } from '../stack';

/** An update replaces the whole schedule: members that it leaves out get their defaults. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html */
const update = z.strictObject({
  GroupName: z.string().default('default'),
  ClientToken: z.string().optional(),
  Description: z.string().optional(),
  ScheduleExpression: scheduleExpression,
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
  Target: z.strictObject({
    Arn: z.string(),
    RoleArn: z.string(),
    Input: z.string().default('{}'),
    RetryPolicy: retryPolicy.optional(),
    DeadLetterConfig: deadLetters.optional(),
  }),
});

/** The stack's schedules, which the twin does not run. https://docs.aws.amazon.com/scheduler/latest/APIReference/ */
export class SchedulerService implements RestJsonService {
  readonly name = 'scheduler';
  private readonly schedules: Map<string, PlannedSchedule>;

  constructor(schedules: readonly PlannedSchedule[]) {
    this.schedules = new Map(schedules.map((schedule) => [keyOf(schedule.group, schedule.name), schedule]));
  }

  operationOf(method: string, path: string): string | undefined {
    if (!/^\/schedules\/[^/]+$/.test(path)) return undefined;
    return { GET: 'GetSchedule', PUT: 'UpdateSchedule' }[method];
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async call(
    operation: string,
    path: string,
    query: Readonly<Record<string, string>>,
    body: unknown,
  ): Promise<unknown> {
    const name = decodeURIComponent(path.split('/')[2] ?? '');
    if (operation === 'GetSchedule') return described(this.find(query.groupName, name));
    const { GroupName, Target, Description, ...rest } = checkMembers(update, body, 'ValidationException');
    const { logicalId, arn } = this.find(GroupName, name);
    this.schedules.set(keyOf(GroupName, name), {
      logicalId,
      name,
      group: GroupName,
      arn,
      expression: rest.ScheduleExpression,
      timezone: rest.ScheduleExpressionTimezone,
      enabled: rest.State === 'ENABLED',
      targetArn: Target.Arn,
      roleArn: Target.RoleArn,
      input: Target.Input,
      ...(Description === undefined ? {} : { description: Description }),
      ...(Target.RetryPolicy ? { retryPolicy: Target.RetryPolicy } : {}),
      ...(Target.DeadLetterConfig ? { deadLetters: Target.DeadLetterConfig } : {}),
    });
    return { ScheduleArn: arn };
  }

  private find(group: string | undefined, name: string): PlannedSchedule {
    const schedule = this.schedules.get(keyOf(group ?? 'default', name));
    if (schedule) return schedule;
    throw new ServiceError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
  }
}

const keyOf = (group: string, name: string): string => `${group}/${name}`;

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html */
function described(schedule: PlannedSchedule): object {
  return {
    Arn: schedule.arn,
    GroupName: schedule.group,
    Name: schedule.name,
    Description: schedule.description,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone,
    State: schedule.enabled ? 'ENABLED' : 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: schedule.targetArn,
      RoleArn: schedule.roleArn,
      Input: schedule.input,
      RetryPolicy: schedule.retryPolicy,
      DeadLetterConfig: schedule.deadLetters,
    },
  };
}
