import { GetObjectCommand } from '@aws-sdk/client-s3';
import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

async function object(key: string): Promise<unknown> {
  const { s3, bucket } = steps.twin.connection;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
}

test('counts rows only from the footers, and writes the plan and a manifest with true sizes', async () => {
  const keys = [
    await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]),
    await steps.twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'c' }]),
  ];
  const { inspection } = (await steps.inspected()) as {
    inspection: { plan_key: string; bytes: number; [member: string]: unknown };
  };
  expect(inspection).toMatchObject({
    outcome: 'ready',
    plan_key: `sluice/trips/${HOUR}/${steps.execution}/plan.json`,
    files: 2,
    rows: 3,
    statement_timeout_minutes: 60,
    merge_timeout_minutes: 240,
  });
  const { entries } = (await object(`sluice/trips/${HOUR}/${steps.execution}/1.manifest`)) as {
    entries: { url: string; mandatory: boolean; meta: { content_length: number } }[];
  };
  expect(entries.map((each) => each.url)).toEqual(
    keys.map((key) => `s3://${steps.twin.connection.bucket}/${key}`),
  );
  expect(entries.every((each) => each.mandatory)).toBe(true);
  expect(entries.reduce((sum, each) => sum + each.meta.content_length, 0)).toBe(inspection.bytes);
  expect(await object(inspection.plan_key)).toMatchObject({ partition: HOUR, rows: 3, vanished: [] });
});

test('an hour without files is recorded as empty once, however often the step runs', async () => {
  const load = await steps.listed();
  for (let attempt = 0; attempt < 2; attempt += 1) {
    expect(await steps.call('inspect-files', load)).toMatchObject({ outcome: 'empty', files: 0, rows: 0 });
  }
  expect(await steps.twin.history('partition, outcome')).toEqual([[HOUR, 'empty']]);
});
