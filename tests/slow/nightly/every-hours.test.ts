import {
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findingsOf, type Finding } from '../../../cli/doctor/finding';
import { schedule as scheduleCheck } from '../../../cli/doctor/operation';
import { siteOf } from '../../../cli/doctor/site';
import { addHours, lastClosedHour } from '../../../core/hour';
import { readDatasets } from '../../../service/datasets';
import { parquetOf, tripsSelect } from '../../../testkit/parquet';
import { ROOT } from '../../../testkit/root';
import { ServiceTwin } from '../../../testkit/service-twin';
import type { TestTwin } from '../../../testkit/test-twin';

const TRIPS = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8');
/** Its hours settle later than those of trips. */
const RIDES = TRIPS.replaceAll('trips', 'rides').replace('settle_minutes: 20', 'settle_minutes: 35');

let deployed: ServiceTwin;
let twin: TestTwin;
let scheduler: SchedulerClient;
beforeAll(async () => {
  deployed = await ServiceTwin.start({
    'trips.yml': `${TRIPS}  every_hours: 6\n`,
    'rides.yml': `${RIDES}  every_hours: 24\n`,
  });
  ({ twin } = deployed);
  scheduler = new SchedulerClient(twin.connection.settings);
});
afterAll(async () => {
  scheduler.destroy();
  await deployed.remove();
});

/** What doctor finds about the schedules of all datasets, or of one. */
async function findings(dataset?: string): Promise<Finding[]> {
  const datasets = readDatasets(deployed.service.directory);
  const checked = datasets.filter(({ name }) => dataset === undefined || name === dataset);
  const site = siteOf({ ...twin.connection, datasets: checked }, datasets, {
    copyRoleArn: '',
    statementsRoleArn: '',
    topicArn: '',
    scheduleGroup: 'sluice-local',
    usageLimit: undefined,
  });
  try {
    return await findingsOf(scheduleCheck, site);
  } finally {
    site.close();
  }
}

const read = (name: string) =>
  scheduler.send(new GetScheduleCommand({ GroupName: 'sluice-local', Name: `sluice-local-${name}` }));

test('both datasets start in the same minute, each in its hours, as doctor expects', async () => {
  expect((await read('trips')).ScheduleExpression).toBe('cron(40 0,6,12,18 * * ? *)');
  expect((await read('rides')).ScheduleExpression).toBe('cron(40 0 * * ? *)');
  expect(await findings()).toMatchObject([{ ok: true }, { ok: true }]);
});

test('doctor knows the minute of the others if it looks at one dataset alone', async () => {
  expect(await findings('trips')).toMatchObject([
    { ok: true, text: 'it starts a load at cron(40 0,6,12,18 * * ? *) (UTC)' },
  ]);
});

test('a schedule with other hours than the dataset file is found, and the printed command corrects it', async () => {
  const { $metadata, Arn, ...before } = await read('trips');
  expect({ $metadata, Arn }).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  const hourly = { ...before, ScheduleExpression: 'cron(25 * * * ? *)' } as UpdateScheduleCommandInput;
  await scheduler.send(new UpdateScheduleCommand(hourly));
  const [found] = await findings('trips');
  expect(found).toMatchObject({
    ok: false,
    text: 'it starts a load at cron(25 * * * ? *), not at cron(40 0,6,12,18 * * ? *) (load.every_hours, and the settle times of all datasets)',
  });
  const words = spawnSync('bash', ['-c', `printf '%s\\0' ${found?.fix ?? ''}`], { encoding: 'utf8' }).stdout;
  const json = /--cli-input-json\0([^\0]+)/.exec(words)?.[1] ?? '';
  await scheduler.send(new UpdateScheduleCommand(JSON.parse(json) as UpdateScheduleCommandInput));
  expect(await read('trips')).toMatchObject(before);
  expect(await findings('trips')).toMatchObject([{ ok: true }]);
});

test('the twin refuses an hour that no day has, as AWS does', async () => {
  const { Name, GroupName, FlexibleTimeWindow, Target } = await read('trips');
  const ScheduleExpression = 'cron(40 0,24 * * ? *)';
  const wrong = { Name, GroupName, FlexibleTimeWindow, Target, ScheduleExpression };
  await expect(scheduler.send(new UpdateScheduleCommand(wrong))).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

test('one start loads all hours since the one before, and both datasets share one wake-up', async () => {
  const newest = lastClosedHour(new Date(), 35);
  const hours = Array.from({ length: 6 }, (_, index) => addHours(newest, index - 5));
  for (const hour of hours) {
    await twin.putTrips(hour, 'a.parquet', [{ trip_id: hour }]);
    const key = twin.keyOf(hour, 'a.parquet').replace('trips/', 'rides/');
    await twin.put(key, await parquetOf(tripsSelect([{ trip_id: hour }])));
  }
  const { meterClock } = twin.twin;
  meterClock.ahead += 60 * 60 * 1_000;
  const since = new Date(Date.now() + meterClock.ahead);
  const loads = await Promise.all(['trips', 'rides'].map((dataset) => twin.load({ dataset })));
  for (const load of loads) {
    expect(load).toMatchObject({ status: 'SUCCEEDED', waiting: 0 });
    expect(load.partitions.map(({ partition, outcome }) => [partition, outcome])).toEqual(
      hours.map((hour) => [hour, 'loaded']),
    );
  }
  expect((await twin.connection.usage(since)).warehouse.wake_ups).toBe(1);
});
