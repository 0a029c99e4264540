import { z } from 'zod';
import type { RestJsonService } from '../http/rest-json';
import { ServiceError } from '../services';
import type { PlannedSchedule } from '../stack';

const update = z.looseObject({
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
});

/** The schedules of the stack. They start nothing here. https://docs.aws.amazon.com/scheduler/latest/APIReference/ */
export class SchedulerService implements RestJsonService {
  readonly name = 'scheduler';
  readonly #schedules: Map<string, PlannedSchedule>;

  constructor(schedules: readonly PlannedSchedule[]) {
    this.#schedules = new Map(schedules.map((schedule) => [`${schedule.group}/${schedule.name}`, schedule]));
  }

  operationOf(method: string, path: string): string | undefined {
    if (!/^\/schedules\/[^/]+$/.test(path)) return undefined;
    return { GET: 'GetSchedule', PUT: 'UpdateSchedule' }[method];
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a refusal has to be a rejection
  async call(
    operation: string,
    path: string,
    query: Readonly<Record<string, string>>,
    body: unknown,
  ): Promise<unknown> {
    const name = decodeURIComponent(path.split('/')[2] ?? '');
    const { GroupName } = (body ?? {}) as { GroupName?: string };
    const key = `${query.groupName ?? GroupName ?? 'default'}/${name}`;
    const schedule = this.#schedules.get(key);
    if (!schedule)
      throw new ServiceError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    if (operation === 'UpdateSchedule') {
      const parsed = update.safeParse(body);
      if (!parsed.success) throw new ServiceError('ValidationException', parsed.error.message);
      const { ScheduleExpression: expression, State } = parsed.data;
      this.#schedules.set(key, { ...schedule, expression, enabled: State === 'ENABLED' });
      return { ScheduleArn: schedule.arn };
    }
    return {
      Arn: schedule.arn,
      GroupName: schedule.group,
      Name: schedule.name,
      ScheduleExpression: schedule.expression,
      ScheduleExpressionTimezone: schedule.timezone,
      State: schedule.enabled ? 'ENABLED' : 'DISABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: schedule.targetArn, Input: schedule.input, RoleArn: schedule.roleArn },
    };
  }
}
