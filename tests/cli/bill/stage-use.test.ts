import { rmSync } from 'node:fs';
import { useOfStage } from '../../../cli/bill/stage-use';
import { baseCapacityOf } from '../../../cli/certify/base-capacity';
import type { Connection } from '../../../cli/shared/connection';
import { cloudWatchService } from '../../../local/cloudwatch/cloudwatch-service';
import { Meter } from '../../../local/metering/meter';
import { redshiftServerlessService } from '../../../local/redshift-serverless/redshift-serverless-service';
import type { Stack } from '../../../local/stack';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { NamesOfStateMachines, Twin } from '../../local/http/fixtures';

/** A stage of which AWS answers the metrics and the workgroup, and refuses everything else. */
let directory: string;
let meter: Meter;
let twin: Twin;
let stage: Connection;
const workgroup = {
  logicalId: 'Workgroup',
  name: 'sluice',
  arn: 'arn:aws:redshift-serverless:us-east-1:000000000000:workgroup/1',
  id: '1',
  namespace: 'sluice',
  publiclyAccessible: false,
  maxCapacity: undefined,
};

async function start(baseCapacity: number | undefined): Promise<void> {
  const workgroups = [{ ...workgroup, baseCapacity: baseCapacity! }];
  const stack = { namespaces: [], workgroups, region: 'us-east-1', accountId: '000000000000' };
  directory = temporaryFolder('sluice-stage-use-');
  meter = new Meter(directory);
  twin = new Twin({
    json: [
      new NamesOfStateMachines(),
      cloudWatchService({ workgroups: [{ ...workgroup, baseCapacity: 8 }] }, meter),
      redshiftServerlessService(stack as unknown as Stack, []),
    ],
  });
  await twin.server.listen();
  const { client: settings } = twin;
  const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:load';
  stage = {
    settings,
    stage: 'dev',
    workgroup: 'sluice',
    stateMachineArn,
    stepFunctions: twin.sfn(),
  } as unknown as Connection;
}
afterEach(async () => {
  stage.stepFunctions.destroy();
  await twin.close();
  await meter.close();
  rmSync(directory, { recursive: true, force: true });
});

const used = () => useOfStage(stage, new Date(Date.now() - 3_600_000), new Date(Date.now() + 60_000));

test.each([-1, undefined])('a workgroup with a base capacity of %p has none', async (answered) => {
  await start(answered);
  meter.statement(new Date(), new Date());
  const { warehouse, notes } = await used();
  expect(warehouse).toEqual({ capacity: null, wake_ups: 1, used_rpu_seconds: 8, billed_rpu_seconds: 8 });
  expect(notes.join()).toMatch(/base capacity is unknown/);
  expect(await baseCapacityOf(stage)).toBeUndefined();
});

test('a base capacity is used, and a wake-up is billed for a minute', async () => {
  await start(8);
  meter.statement(new Date(), new Date());
  expect((await used()).warehouse).toMatchObject({ capacity: 8, billed_rpu_seconds: 480 });
  expect(await baseCapacityOf(stage)).toBe(8);
});

test('a warehouse without a data point has slept, unless statements were submitted', async () => {
  await start(8);
  meter.invocation('sluice-dev-list-partitions', 512, 1);
  const slept = await used();
  expect(slept.warehouse).toMatchObject({ wake_ups: 0, billed_rpu_seconds: 0 });
  expect(slept.notes.join()).toMatch(/no ComputeSeconds of the workgroup sluice\./);
  meter.invocation('sluice-dev-copy-to-staging', 512, 1);
  const late = await used();
  expect(late.warehouse).toBeNull();
  expect(late.notes.join()).toMatch(/although statements ran/);
});

test('what AWS refuses is unknown, with a note, and the rest is billed', async () => {
  await start(8);
  meter.executionStarted('load');
  meter.invocation('sluice-dev-list-partitions', 512, 3);
  const { counts, uncounted, alarms, notes } = await used();
  expect(counts).toEqual({
    executions: { load: 1 },
    functions: { 'sluice-dev-list-partitions': { calls: 1, duration_ms: 3 } },
  });
  expect([alarms, uncounted]).toEqual([null, ['transitions']]);
  for (const what of [
    'When the stage was made',
    'The executions',
    'The memory of sluice-dev-list-partitions',
    'The alarms',
  ])
    expect(notes.join('\n')).toContain(`${what} could not be read: `);
});
