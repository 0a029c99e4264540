import { PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import {
  DescribeStatementCommand,
  ListStatementsCommand,
  ListTablesCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { paginateGetExecutionHistory, type HistoryEvent } from '@aws-sdk/client-sfn';
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { executionArn } from '../../core/arn';
import { hourOf } from '../../core/hour';
import { transitionsOf } from '../../core/usage';
import { secondsOf, windowsOf } from '../../core/warehouse-windows';
import type { FaultRule } from '../../local/faults/fault-rule';
import type { Usage } from '../../local/metering/usage';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = '2026-11-20T08';
/** Within the lookback of a scheduled execution. */
const RECENT = hourOf(new Date(Date.now() - 5 * 3_600_000));
const HOUR_MS = 3_600_000;
const COPIED = `trip_id VARCHAR(64), vendor_id INTEGER, pickup_datetime TIMESTAMP, dropoff_datetime TIMESTAMP,
  passenger_count INTEGER, trip_distance DOUBLE PRECISION, total_amount DECIMAL(10,2), updated_at TIMESTAMP`;

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.start();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

/** What the twin uses meanwhile. An hour passes before, so that nothing else is in the same minute or window. */
async function used<Result>(work: () => Promise<Result>): Promise<{ usage: Usage; result: Result }> {
  const { meterClock } = twin.twin;
  meterClock.ahead += HOUR_MS;
  const since = new Date(Date.now() + meterClock.ahead);
  const result = await work();
  return { usage: await twin.connection.usage(since), result };
}

async function historyOf(execution: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  const { stepFunctions: client, stateMachineArn } = twin.connection;
  const arn = executionArn(stateMachineArn, execution);
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn: arn }))
    events.push(...(page.events ?? []));
  return events;
}

/** The calls that reach the twin meanwhile, as its fault injector sees them. */
function observed(): Map<string, number> {
  const calls = new Map<string, number>();
  twin.twin.faults.observe(({ service, operation }) => {
    const name = `${service} ${operation}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return undefined;
  });
  return calls;
}

const loadOf = (partition: string) => twin.load({ partition });

test('one load of one partition: its transitions, calls, requests and one window', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
  const calls = observed();
  const { usage, result } = await used(() => loadOf(HOUR));
  expect(result.status).toBe('SUCCEEDED');
  const events = await historyOf(result.execution);

  const entered = events.filter(({ type = '' }) => type.endsWith('StateEntered')).length;
  expect(usage.counts.transitions).toBe(entered);
  expect(transitionsOf(events)).toBe(entered);
  expect(usage.counts.executions).toEqual({ 'sluice-local-load': 1 });

  const { functions = {}, data_api: dataApi = {}, s3 = {} } = usage.counts;
  const scheduled = events.filter(({ type }) => type === 'LambdaFunctionScheduled');
  const total = Object.values(functions).reduce((sum, { calls: each }) => sum + each, 0);
  expect(total).toBe(scheduled.length);
  for (const [name, each] of Object.entries(functions)) {
    expect(each.calls).toBe(calls.get(`lambda ${name}`));
    // Each call is billed for a whole number of milliseconds, at the function's memory.
    const memory = name.endsWith('inspect-files') ? 1_024 : 512;
    const billed = each.mb_ms ?? NaN;
    expect(billed % memory).toBe(0);
    expect(billed / memory).toBeGreaterThanOrEqual(Math.ceil(each.duration_ms));
  }
  expect(Object.keys(dataApi)).toContain('BatchExecuteStatement');
  for (const [operation, count] of Object.entries(dataApi))
    expect(count).toBe(calls.get(`redshift-data ${operation}`));
  const manifests = 1;
  const copied = 1;
  expect(s3.PutObject?.requests).toBe(calls.get('s3 PutObject'));
  // Redshift reads, too.
  expect(s3.GetObject?.requests).toBe((calls.get('s3 GetObject') ?? 0) + manifests + copied);

  expect(usage.warehouse).toMatchObject({ wake_ups: 1, capacity: 8, billed_rpu_seconds: 480 });
  expect(usage.warehouse.used_rpu_seconds).toBeGreaterThan(0);
  // The load itself says what it used: a wake-up of 60 seconds at 8 RPU.
  const [partition] = result.partitions;
  expect(partition?.warehouse_seconds).toBeGreaterThan(0);
  expect(result.warehouse_seconds).toBeGreaterThan(partition?.warehouse_seconds ?? Infinity);
  expect(result.warehouse_seconds! * 8).toBeLessThan(usage.warehouse.used_rpu_seconds + 8);
  expect(result.warehouse_dollars).toBeCloseTo(0.05, 6);
  const [[inHistory] = []] = await twin.history('warehouse_seconds');
  expect(Number(inHistory)).toBeGreaterThan(0);
  expect(Number(inHistory)).toBeLessThan((partition?.warehouse_seconds ?? 0) + 1);
});

test('an hour in which nothing is due uses nothing, and says so', async () => {
  expect(await twin.load()).toMatchObject({ warehouse_seconds: 0, warehouse_dollars: 0 });
});

test('a look at the history that finds nothing to load is not called free', async () => {
  await twin.putTrips(RECENT, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  await twin.loseLedgers();
  const result = await twin.load();
  expect(result).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
  expect(result.warehouse_seconds).toBeGreaterThan(0);
  expect(result.warehouse_dollars).toBeCloseTo(0.05, 6);
});

test('an execution that was stopped says what it used', async () => {
  await twin.putTrips(RECENT, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.sql('CREATE TABLE trips (trip_id VARCHAR(64))');
  const result = await twin.load();
  expect(result).toMatchObject({ status: 'FAILED', error: 'TargetMismatch' });
  expect(result.warehouse_seconds).toBeGreaterThan(0);
});

test('a report whose execution’s statements nobody can list is made all the same', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const fault = { type: 'error', code: 'ThrottlingException' } as const;
  const rule = { service: 'redshift-data', operation: 'ListStatements', state: 'ReportLoad' } as const;
  twin.twin.faults.set([{ ...rule, times: 100, fault }]);
  expect(await loadOf(HOUR)).toMatchObject({
    status: 'SUCCEEDED',
    warehouse_seconds: null,
    warehouse_dollars: null,
    partitions: [{ outcome: 'loaded', warehouse_seconds: null }],
  });
});

test.each<[string, FaultRule]>([
  [
    'of a Task',
    {
      service: 'lambda',
      operation: 'sluice-local-list-partitions',
      times: 2,
      fault: { type: 'error', code: 'ServiceException' },
    },
  ],
  [
    'of a step with the states in it',
    {
      service: 'redshift-data',
      operation: 'statement',
      match: 'FORMAT AS PARQUET',
      fault: { type: 'statement', status: 'FAILED', error: 'ERROR: 1023 Serializable isolation violation' },
    },
  ],
])('retries count: %s', async (_, rule) => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  twin.twin.faults.set([rule]);
  const { usage, result } = await used(() => loadOf(HOUR));
  expect(result.status).toBe('SUCCEEDED');
  const events = await historyOf(result.execution);
  expect(usage.counts.transitions).toBe(transitionsOf(events));
  const entered = events.filter(({ type = '' }) => type.endsWith('StateEntered')).length;
  expect(usage.counts.transitions).toBeGreaterThan(entered);
});

test('windows are those of the statements’ own times', async () => {
  const { redshiftData } = twin.connection;
  const { usage, result } = await used(async () => {
    await twin.sql('SELECT 1');
    await twin.sql('SELECT 2');
    const { Statements = [] } = await redshiftData.send(new ListStatementsCommand({ MaxResults: 2 }));
    return Promise.all(Statements.map(({ Id }) => redshiftData.send(new DescribeStatementCommand({ Id }))));
  });
  const windows = windowsOf(
    result.map(({ UpdatedAt, Duration = 0 }) =>
      secondsOf(UpdatedAt!.getTime() - Duration / 1e6, UpdatedAt!.getTime()),
    ),
  );
  expect(windows).toHaveLength(1);
  expect(usage.warehouse).toMatchObject({ wake_ups: 1, used_rpu_seconds: windows[0]!.busy * 8 });
});

test('statements of two hours wake the warehouse twice; reading its catalog wakes it, asking for a statement does not', async () => {
  const { redshiftData, settings, workgroup: WorkgroupName, database: Database } = twin.connection;
  const { usage } = await used(async () => {
    await twin.sql('SELECT 1');
    twin.twin.meterClock.ahead += HOUR_MS;
    await twin.sql('SELECT 1');
  });
  expect(usage.warehouse.wake_ups).toBe(2);
  const asked = await used(() => redshiftData.send(new ListStatementsCommand({})));
  expect(asked.usage).toMatchObject({
    counts: { data_api: { ListStatements: 1 } },
    warehouse: { wake_ups: 0, billed_rpu_seconds: 0 },
  });
  const root = new RedshiftDataClient(settings);
  const read = await used(() => root.send(new ListTablesCommand({ WorkgroupName, Database })));
  root.destroy();
  expect(read.usage.warehouse).toMatchObject({ wake_ups: 1, billed_rpu_seconds: 480 });
});

test('a COPY from a prefix lists it and reads what it finds', async () => {
  for (const name of ['a', 'b', 'c']) await twin.putTrips(HOUR, `${name}.parquet`, [{ trip_id: name }]);
  await twin.sql(`CREATE TABLE copied (${COPIED})`);
  const { usage } = await used(() =>
    twin.sql(
      `COPY copied FROM 's3://${twin.connection.bucket}/${twin.keyOf(HOUR, '')}' IAM_ROLE DEFAULT FORMAT AS PARQUET`,
    ),
  );
  await twin.sql('DROP TABLE copied');
  expect(usage.counts.s3).toMatchObject({ ListObjectsV2: { requests: 1 }, GetObject: { requests: 3 } });
});

test('a statement that fails has woken the warehouse', async () => {
  const { usage } = await used(() => twin.sql('SELECT nothing FROM nowhere').catch(() => undefined));
  expect(usage.warehouse.wake_ups).toBe(1);
});

test('S3 requests count by operation, with the bytes of their bodies, and no answer of 5xx does', async () => {
  const { s3, bucket: Bucket } = twin.connection;
  const Key = 'bytes';
  twin.twin.faults.set([
    { service: 's3', operation: 'HeadObject', fault: { type: 'error', code: 'SlowDown', status: 503 } },
  ]);
  const { usage } = await used(async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'a hundred'.repeat(100) }));
    await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
    // The client tries again after the first answer.
    await s3.send(new HeadObjectCommand({ Bucket, Key }));
    await s3.send(new GetObjectCommand({ Bucket, Key: 'missing' })).catch(() => undefined);
  });
  expect(usage.counts.s3).toEqual({
    PutObject: { requests: 1, bytes: 900 },
    GetObject: { requests: 2, bytes: 900 },
    HeadObject: { requests: 1, bytes: 0 },
  });
});

test.each([
  ['not chunked, and yet of a decoded length', { 'x-amz-decoded-content-length': '-5' }, 900],
  ['not chunked, and of no number', { 'x-amz-decoded-content-length': 'many' }, 900],
  [
    'chunked, and of no number',
    {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': 'many',
    },
    0,
  ],
  [
    'refused, for it is too long',
    {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '9'.repeat(15),
    },
    0,
  ],
])(
  'a body that is announced as %s counts for what was sent, and breaks no day',
  async (_, headers, bytes) => {
    const { s3, bucket: Bucket } = twin.connection;
    const { usage } = await used(async () => {
      const put = new PutObjectCommand({ Bucket, Key: 'announced', Body: 'a hundred'.repeat(100) });
      put.middlewareStack.add(
        (next) => (args) => {
          Object.assign((args.request as { headers: Record<string, string> }).headers, headers);
          return next(args);
        },
        { step: 'finalizeRequest', priority: 'low' },
      );
      await s3.send(put).catch(() => undefined);
    });
    expect(usage.counts.s3).toEqual({ PutObject: { requests: 1, bytes } });
  },
);

test('Firehose puts an object, and calls its transform', async () => {
  const [dataset] = twin.connection.datasets;
  const event = { trip_id: 'a', pickup_datetime: '2026-11-20T08:00:00Z', updated_at: '2026-11-20T08:00:00Z' };
  const { usage, result } = await used(async () => {
    await twin.connection.firehose.send(
      new PutRecordBatchCommand({
        DeliveryStreamName: twin.connection.streamOf(dataset!),
        Records: [{ Data: Buffer.from(JSON.stringify(event)) }],
      }),
    );
    return twin.connection.deliver(dataset!);
  });
  expect(result).toHaveLength(1);
  expect(usage.counts.s3).toMatchObject({ PutObject: { requests: 1 } });
  expect(usage.counts.functions).toMatchObject({ 'sluice-local-transform-records': { calls: 1 } });
});

test('a notification counts, from Step Functions too', async () => {
  await twin.put(twin.keyOf(HOUR, 'bad.parquet'), 'no Parquet');
  const { usage, result } = await used(() => loadOf(HOUR));
  expect(result.status).toBe('FAILED');
  expect(await twin.notifications()).toHaveLength(1);
  expect(usage.counts.messages).toBe(1);
});

test('what the meter cannot read ends no load', async () => {
  const { meterClock } = twin.twin;
  meterClock.ahead += 48 * HOUR_MS;
  const day = new Date(Date.now() + meterClock.ahead).toISOString().slice(0, 10);
  const unreadable = join(twin.stateDirectory, 'meter', `${day}.json`);
  mkdirSync(unreadable);
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect((await loadOf(HOUR)).status).toBe('SUCCEEDED');
  rmdirSync(unreadable);
});

test('a restart keeps what was counted', async () => {
  const since = new Date(Date.now() + twin.twin.meterClock.ahead);
  await used(() => twin.sql('SELECT 1'));
  const before = await twin.connection.usage();
  const { stateDirectory } = twin;
  await twin.stop();
  const files = readdirSync(join(stateDirectory, 'meter')).filter((file) => file.endsWith('.json'));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) JSON.parse(readFileSync(join(stateDirectory, 'meter', file), 'utf8'));
  const { ahead } = twin.twin.meterClock;
  twin = await TestTwin.start({ stateDirectory });
  twin.twin.meterClock.ahead = ahead;
  const after = await twin.connection.usage();
  expect(after.since).toBe(before.since);
  expect(after.counts).toEqual(before.counts);
  expect(after.warehouse).toEqual(before.warehouse);
  expect(new Date(after.since).getTime()).toBeLessThan(since.getTime());
});
