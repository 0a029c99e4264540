import { GetObjectCommand } from '@aws-sdk/client-s3';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
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
  const { inspection } = (await steps.inspected()).partitions[0] as {
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

test('an hour without files is empty, and no statement says so', async () => {
  const load = await steps.listed();
  expect(await steps.call('inspect-files', load)).toMatchObject({ outcome: 'empty', files: 0, rows: 0 });
  await expect(steps.twin.history('outcome')).rejects.toThrow('load_history');
});

test('files that could not be loaded and now can: nothing is loaded if nobody asked the load history', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = { ...(await steps.listed()), unasked: true };
  await expect(steps.call('inspect-files', load)).rejects.toMatchObject({ name: 'FileOverwritten' });
});

test('large footers are read one after the other', async () => {
  const padding = `KV_METADATA {padding: '${'x'.repeat(300_000)}'}`;
  for (const name of ['a', 'b', 'c'])
    await steps.twin.put(
      steps.twin.keyOf(HOUR, `${name}.parquet`),
      await parquetOf(tripsSelect([{ trip_id: name }]), padding),
    );
  const reads = new Map<string, number>();
  let [now, most] = [0, 0];
  steps.twin.twin.faults.observe(async ({ service, operation, subject }) => {
    if (service !== 's3' || operation !== 'GetObject' || !subject.includes('.parquet')) return;
    const count = (reads.get(subject) ?? 0) + 1;
    reads.set(subject, count);
    // The first read of a file is its end, the second its footer.
    if (count === 1) return;
    now += 1;
    most = Math.max(most, now);
    await sleep(100);
    now -= 1;
  });
  expect((await steps.inspected()).partitions).toMatchObject([{ inspection: { outcome: 'ready', rows: 3 } }]);
  expect([...reads.values()]).toEqual([2, 2, 2]);
  expect(most).toBe(1);
});
