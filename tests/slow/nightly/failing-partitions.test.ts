import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { addHours, lastClosedHour } from '../../../core/hour';
import { ServiceTwin } from '../../../testkit/service-twin';

const HOUR = lastClosedHour(new Date(), 60);

test('partitions that always fail do not delay the others', async () => {
  const trips = readFileSync(resolve(__dirname, '../../../datasets/trips.yml'), 'utf8');
  const deployed = await ServiceTwin.start({ 'trips.yml': `${trips}  max_partitions: 2\n` });
  const { twin } = deployed;
  try {
    const [first, second, third] = [addHours(HOUR, -2), addHours(HOUR, -1), HOUR];
    await twin.putTrips(first, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.putTrips(second, 'a.parquet', [{ trip_id: 'a' }]);
    // The files are not to blame, so the hours are tried again.
    twin.twin.faults.set(
      [first, second].map((hour) => ({
        ...{ service: 'redshift-data', operation: 'statement', match: `/${hour}/`, times: 99 },
        fault: { type: 'statement', status: 'FAILED', error: 'ERROR: out of luck' },
      })),
    );
    await twin.putTrips(third, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load()).toMatchObject({
      waiting: 1,
      partitions: [
        { partition: first, outcome: 'failed' },
        { partition: second, outcome: 'failed' },
      ],
    });
    expect(await twin.load()).toMatchObject({
      waiting: 1,
      partitions: [
        { partition: first, outcome: 'failed' },
        { partition: third, outcome: 'loaded', inserted: 1 },
      ],
    });
  } finally {
    await deployed.remove();
  }
});

test('hours with many bad files, many at once, do not keep a good hour from being loaded', async () => {
  const trips = readFileSync(resolve(__dirname, '../../../datasets/trips.yml'), 'utf8');
  const deployed = await ServiceTwin.start({ 'trips.yml': `${trips}  max_partitions: 50\n` });
  const { twin } = deployed;
  try {
    const bad = Array.from({ length: 46 }, (_, index) => addHours(HOUR, -1 - index));
    // Together these errors are larger than a payload between states.
    const name = (index: number) => `${'a-long-name-of-a-file-'.repeat(8)}${index}.parquet`;
    for (const hour of bad)
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => twin.put(twin.keyOf(hour, name(index)), 'no Parquet')),
      );
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    const { status, partitions } = await twin.load({ from: addHours(HOUR, -46), to: HOUR });
    expect(status).toBe('FAILED');
    expect(partitions).toHaveLength(47);
    expect(partitions.at(-1)).toMatchObject({ partition: HOUR, outcome: 'loaded', inserted: 1 });
    for (const each of partitions.slice(0, -1))
      expect(each).toMatchObject({ outcome: 'failed', error: 'UnreadableFile' });
    // The history has all of each error.
    const lengths = (await twin.history('LEN(cause)')).flat().map(Number);
    expect(Math.max(...lengths)).toBeGreaterThan(3_000);
  } finally {
    await deployed.remove();
  }
});
