import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hourOf } from '../../core/hour';
import { METRICS, METRICS_NAMESPACE } from '../../core/metrics';
import { readStack } from '../../local/stack';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = hourOf(new Date(Date.now() - 3 * 3_600_000));

interface Measured {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.start();
});
afterAll(() => twin.remove());

/** The metrics that CloudWatch extracts from the functions' logs. */
function measured(): Measured[] {
  const logs = join(twin.stateDirectory, 'lambda/logs');
  return readdirSync(logs)
    .flatMap((file) => readFileSync(join(logs, file), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line) as Measured);
}

test('a load is measured: partitions, rows, duplicates, lag, and the seconds of each step', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'a' }, { trip_id: 'b' }]);
  await twin.load();
  const [report] = measured().filter((each) => 'PartitionsLoaded' in each);
  expect(report).toMatchObject({
    service: 'sluice-local',
    dataset: 'trips',
    PartitionsLoaded: 1,
    PartitionsFailed: 0,
    RowsInserted: 2,
    RowsDuplicate: 1,
    RowsSuperseded: 0,
    FilesQuarantined: 0,
    ErrorRecords: 0,
  });
  expect(report?.WarehouseSeconds).toBeGreaterThan(0);
  // The hour ended two to three hours ago.
  expect(report?.LagHours).toBeGreaterThan(1.99);
  expect(report?.LagHours).toBeLessThan(3.1);
  const steps = measured().flatMap((each) => ('StepSeconds' in each ? [each.step] : []));
  expect([...new Set(steps)].sort()).toEqual([
    'CopyToStaging',
    'InspectFiles',
    'ListPartitions',
    'MergeIntoTarget',
    'PrepareWarehouse',
    'ValidateStaging',
  ]);
});

test('only an execution that includes the newest hours reports their lag', async () => {
  const reports = () => measured().filter((each) => 'PartitionsLoaded' in each);
  const before = reports().length;
  await twin.load({ partition: HOUR });
  await twin.load({ plan: true });
  const [report, ...others] = reports().slice(before);
  expect(report).toMatchObject({ PartitionsLoaded: 1 });
  expect(report).not.toHaveProperty('LagHours');
  expect(others).toEqual([]);
});

test('alarms and dashboard use the measured metrics, with the same dimensions', () => {
  const found = new Map(
    measured().flatMap(({ _aws }) =>
      _aws.CloudWatchMetrics.flatMap(({ Dimensions: [dimensions = []], Metrics }) =>
        Metrics.map(({ Name, Unit }) => [Name, { dimensions: [...dimensions].sort(), unit: Unit }] as const),
      ),
    ),
  );
  for (const [name, { unit }] of found)
    expect({ name, unit }).toEqual({ name, unit: METRICS[name as keyof typeof METRICS] });
  // Only the transform writes these metrics, and it was not called here.
  const ofTransform = ['EventsRefused', 'AttributesUnknown'];
  expect([...found.keys(), ...ofTransform].sort()).toEqual(Object.keys(METRICS).sort());

  const { alarms } = readStack(twin.twin.packageDirectory, {
    region: 'us-east-1',
    accountId: '000000000000',
    stackName: 'sluice-local',
  });
  const ours = alarms.filter(({ properties }) => properties.Namespace === METRICS_NAMESPACE);
  expect(ours.length).toBeGreaterThanOrEqual(3);
  for (const { properties } of ours) {
    const { MetricName, Dimensions } = properties as {
      MetricName: string;
      Dimensions: { Name: string; Value: string }[];
    };
    expect({ MetricName, dimensions: Dimensions.map(({ Name }) => Name).sort() }).toEqual({
      MetricName,
      dimensions: found.get(MetricName)?.dimensions,
    });
    expect(Dimensions).toContainEqual({ Name: 'service', Value: 'sluice-local' });
  }
});

test('an execution that is stopped measures nothing but what it used of the warehouse', async () => {
  const before = measured().length;
  await twin.sql('DROP TABLE trips');
  await twin.sql('CREATE TABLE trips (trip_id VARCHAR(64))');
  await twin.putTrips(HOUR, 'b.parquet', [{ trip_id: 'b' }]);
  expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'TargetMismatch' });
  const reports = measured()
    .slice(before)
    .filter((each) => !('StepSeconds' in each));
  expect(reports).toHaveLength(1);
  expect(reports[0]?.WarehouseSeconds).toBeGreaterThan(0);
  expect(reports[0]).not.toHaveProperty('PartitionsLoaded');
});
