import type { Dataset } from '../../core/dataset';
import { serviceOf } from '../../resources/service';
import { parseSettings } from '../../resources/settings';
import type { TemplateResource } from '../../testkit/template-check';
import { conditionOfAlarm, textOf } from '../../testkit/template-text';
import { ordersDataset } from '../core/orders';

const named = (name: string, everyHours: number, settleMinutes = 20): Dataset => ({
  ...ordersDataset({ source: { settle_minutes: settleMinutes }, load: { every_hours: everyHours } }),
  name,
});

function resourcesOf(...datasets: Dataset[]) {
  const settings = parseSettings('sluice', 'dev', 'us-east-1', {}, (name) => name);
  return serviceOf(settings, datasets).template.Resources as unknown as Readonly<
    Record<string, TemplateResource>
  >;
}

test.each([
  [1, 'cron(25 * * * ? *)', 3_000, 'Minimum >= 6 in 2 of 2 × 3600 s'],
  [2, 'cron(25 0,2,4,6,8,10,12,14,16,18,20,22 * * ? *)', 6_600, 'Minimum >= 7 in 3 of 3 × 3600 s'],
  // From 20:25 to 00:25 there are four hours.
  [5, 'cron(25 0,5,10,15,20 * * ? *)', 13_800, 'Minimum >= 10 in 6 of 6 × 3600 s'],
  [24, 'cron(25 0 * * ? *)', 85_800, 'Minimum >= 29 in 25 of 25 × 3600 s'],
])('every %i hours: schedule, retries and alarm follow', (every, expression, oldest, condition) => {
  const { OrdersSchedule, OrdersStaleAlarm } = resourcesOf(named('orders', every));
  expect(OrdersSchedule?.Properties).toMatchObject({
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: oldest } },
  });
  expect(conditionOfAlarm(OrdersStaleAlarm!)).toBe(
    `Sluice LagHours (service=sluice-dev, dataset=orders): ${condition}, no data is breaching`,
  );
  expect(textOf(OrdersStaleAlarm?.Properties?.AlarmDescription)).toContain(`reported for ${every + 1} hours`);
});

test('every number of hours is within the limits of CloudWatch and EventBridge Scheduler', () => {
  for (let every = 1; every <= 24; every += 1) {
    const { OrdersSchedule, OrdersStaleAlarm } = resourcesOf(named('orders', every));
    const { Period, EvaluationPeriods } = OrdersStaleAlarm?.Properties as Record<string, number>;
    // PutMetricAlarm: seven days for periods of an hour and more.
    expect(Period! * EvaluationPeriods!).toBeLessThanOrEqual(7 * 86_400);
    const { ScheduleExpression, Target } = OrdersSchedule?.Properties as {
      ScheduleExpression: string;
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: number } };
    };
    // API_CreateSchedule, API_RetryPolicy
    expect(ScheduleExpression.length).toBeLessThanOrEqual(256);
    expect(Target.RetryPolicy.MaximumEventAgeInSeconds).toBeGreaterThanOrEqual(60);
    expect(Target.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThanOrEqual(86_400);
  }
});

test('several datasets start in the same minute', () => {
  const resources = resourcesOf(
    named('orders', 1),
    named('refunds', 6, 35),
    named('stock', 24, 90),
    named('visits', 1, 3),
  );
  const expressions = Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::Scheduler::Schedule')
    .map(({ Properties }) => Properties?.ScheduleExpression);
  expect(expressions).toEqual([
    'cron(40 * * * ? *)',
    'cron(40 0,6,12,18 * * ? *)',
    'cron(40 0 * * ? *)',
    'cron(40 * * * ? *)',
  ]);
});
