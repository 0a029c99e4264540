import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { addHours, lastClosedHour } from '../../core/hour';
import { ServiceTwin } from '../../testkit/service-twin';

const HOUR = lastClosedHour(new Date(), 60);

test('partitions that always fail do not delay the others', async () => {
  const trips = readFileSync(resolve(__dirname, '../../datasets/trips.yml'), 'utf8');
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
