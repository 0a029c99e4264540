import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { stripVTControlCharacters } from 'node:util';
import { runBill, type BillDocument } from '../../cli/bill';
import { useOfStage } from '../../cli/bill/stage-use';
import { connectToStage } from '../../cli/shared/connect-stage';
import type { Connection } from '../../cli/shared/connection';
import { metricsOf } from '../../core/metrics';
import { CapturedOutput } from '../../testkit/captured-output';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = '2026-11-20T08';
const HOUR_MS = 3_600_000;

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.start();
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
  expect((await twin.load({ partition: HOUR })).status).toBe('SUCCEEDED');
});
afterAll(() => twin.remove());

async function billOf(connection: Connection, since?: Date): Promise<BillDocument> {
  const captured = new CapturedOutput(true);
  expect(await runBill(connection, captured.output, { since })).toBe(0);
  return captured.document<BillDocument>();
}

async function textOf(connection: Connection): Promise<string> {
  const captured = new CapturedOutput(false);
  await runBill(connection, captured.output, {});
  return stripVTControlCharacters(captured.stdout);
}

/** The twin in the place of AWS: a stage that is found by its outputs, with the SDK's default credentials. */
async function onStage<Result>(run: (stage: Connection) => Promise<Result>): Promise<Result> {
  const variables = Object.entries(twin.twin.description.env);
  const before = variables.map(([name]) => [name, process.env[name]] as const);
  for (const [name, value] of variables) process.env[name] = value;
  const stage = await connectToStage('local');
  try {
    return await run(stage);
  } finally {
    await stage.close();
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}

const quantityOf = ({ lines }: BillDocument, service: string, what: string) =>
  lines.find((line) => line.service === service && line.what === what)?.quantity;

test('the bill of the twin is that of everything it has counted', async () => {
  const usage = await twin.connection.usage();
  const bill = await billOf(twin.connection);
  expect(bill).toMatchObject({
    stage: 'local',
    region: 'us-east-1',
    since: usage.since,
    counts: usage.counts,
    warehouse: { wake_ups: 1, billed_rpu_seconds: 480, capacity: 8 },
    month_dollars: null,
  });
  expect(quantityOf(bill, 'Redshift Serverless', 'RPU-seconds')).toBe(480);
  expect(quantityOf(bill, 'Step Functions', 'transitions')).toBe(usage.counts.transitions);
  expect(quantityOf(bill, 'CloudWatch', 'months of an alarm')).toBeCloseTo(
    (usage.alarms * bill.hours) / 730,
    9,
  );
  expect(usage.alarms).toBeGreaterThan(10);
  const datasets = twin.connection.datasets.length;
  expect(quantityOf(bill, 'CloudWatch', 'months of a metric')).toBeCloseTo(
    (metricsOf(datasets) * bill.hours) / 730,
    9,
  );
  const sum = bill.lines.reduce((total, { dollars }) => total + (dollars ?? NaN), 0);
  expect(bill.dollars).toBeCloseTo(sum, 12);
  // 480 RPU-seconds cost $0.05; everything else is a fraction of that.
  expect(bill.dollars).toBeGreaterThan(0.05);
  expect(bill.dollars).toBeLessThan(0.06);
});

test('for people, it is a table with its dates and what it leaves out', async () => {
  const text = await textOf(twin.connection);
  expect(text).toMatch(/^Stage local, us-east-1, from \d{4}-\d\d-\d\dT\d\d:\d\dZ to /);
  expect(text).toMatch(/Redshift Serverless +RPU-seconds +480 +\$0\.05\n/);
  expect(text).toMatch(/S3 +bytes +[\d,.]+ +\$0\.00\n|S3 +bytes +[\d,.]+ +\$0\n/);
  expect(text).toMatch(/together +\$0\.05/);
  expect(text).toMatch(/woke up 1 time: \d+ RPU-seconds used, billed as 480, at 8 RPU/);
  expect(text).toContain('too short to say what a month costs');
  expect(text).toMatch(/List prices of us-east-1, looked up on \d{4}-\d\d-\d\d/);
  expect(text).toContain('Not in it: free tiers');
});

test('from a time on, only what was used after it counts; what is later than a day says what a month costs', async () => {
  const { meterClock } = twin.twin;
  meterClock.ahead += 2 * HOUR_MS;
  const since = new Date(Date.now() + meterClock.ahead);
  const nothing = await billOf(twin.connection, since);
  expect(nothing).toMatchObject({ counts: {}, warehouse: { wake_ups: 0, billed_rpu_seconds: 0 } });
  for (let day = 0; day < 2; day += 1) {
    await twin.sql('SELECT 1');
    meterClock.ahead += 24 * HOUR_MS;
  }
  const two = await billOf(twin.connection, since);
  expect(two.warehouse).toMatchObject({ wake_ups: 2, billed_rpu_seconds: 960 });
  expect(two.hours).toBeCloseTo(48, 1);
  expect(two.month_dollars).toBeCloseTo((two.dollars * 730) / two.hours, 9);
  meterClock.ahead = 0;
});

test('a time before the first count is that of the first count', async () => {
  const bill = await billOf(twin.connection, new Date('2020-01-01'));
  expect(bill.since).toBe((await billOf(twin.connection)).since);
});

test('a function that does not exist has no configuration', async () => {
  const lambda = new LambdaClient(twin.connection.settings);
  const asking = new GetFunctionConfigurationCommand({ FunctionName: 'nobody' });
  await expect(lambda.send(asking)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
  lambda.destroy();
});

describe('a stage', () => {
  test('has the counts of CloudWatch and Step Functions, and the same warehouse', async () => {
    const own = await billOf(twin.connection, new Date(Date.now() - HOUR_MS));
    const bill = await onStage((stage) => billOf(stage));
    expect(bill).toMatchObject({ stage: 'local', region: 'us-east-1' });
    expect(bill.counts.transitions).toBe(own.counts.transitions);
    expect(bill.counts.executions).toEqual(own.counts.executions);
    for (const [name, { calls, duration_ms: duration }] of Object.entries(own.counts.functions ?? {})) {
      expect(bill.counts.functions?.[name]).toMatchObject({ calls });
      expect(bill.counts.functions?.[name]?.duration_ms).toBeCloseTo(duration, 3);
    }
    // The load and the statements of another test may share a minute, so the stage may see one wake-up less.
    expect(bill.warehouse?.capacity).toBe(8);
    expect(bill.warehouse?.billed_rpu_seconds).toBeGreaterThanOrEqual(480);
    expect(bill.warehouse?.billed_rpu_seconds).toBeLessThanOrEqual(own.warehouse?.billed_rpu_seconds ?? NaN);
    expect(bill.lines.map(({ service }) => service)).toEqual([
      'Redshift Serverless',
      'Step Functions',
      'Lambda',
      'Lambda',
      'CloudWatch',
      'CloudWatch',
    ]);
    expect(quantityOf(bill, 'CloudWatch', 'months of an alarm')).toBeCloseTo(
      ((await twin.connection.usage()).alarms * bill.hours) / 730,
      9,
    );
    expect(bill.notes.join(' ')).toMatch(/Not counted on a stage: Redshift Data API, S3, SNS/);
  });

  test('does not know the transitions of executions of which none has ended', async () => {
    const { meterClock } = twin.twin;
    // For CloudWatch the execution starts later than all that Step Functions lists.
    meterClock.ahead += 200 * HOUR_MS;
    const from = new Date(Date.now() + meterClock.ahead);
    await twin.load({ plan: true });
    const until = new Date(from.getTime() + HOUR_MS);
    const { counts, uncounted, notes } = await onStage((stage) => useOfStage(stage, from, until));
    meterClock.ahead = 0;
    expect(counts.executions).toEqual({ 'sluice-local-load': 1 });
    expect(counts).not.toHaveProperty('transitions');
    expect(uncounted).toEqual(['transitions']);
    expect(notes.join()).toContain('None of the newest executions has ended');
  });

  test('is billed without a call of the Data API, and without waking the warehouse', async () => {
    const { meterClock } = twin.twin;
    meterClock.ahead += 100 * HOUR_MS;
    const since = new Date(Date.now() + meterClock.ahead);
    const calls: string[] = [];
    twin.twin.faults.observe(({ service }) => {
      calls.push(service);
      return undefined;
    });
    await onStage((stage) => billOf(stage));
    twin.twin.faults.observe(undefined);
    const after = await twin.connection.usage(since);
    meterClock.ahead = 0;
    expect(calls).toContain('cloudwatch');
    expect(calls).not.toContain('redshift-data');
    expect(after.counts).not.toHaveProperty('data_api');
    expect(after.warehouse.wake_ups).toBe(0);
  });

  test('tells people where its numbers come from', async () => {
    const text = await onStage((stage) => textOf(stage));
    expect(text).toMatch(
      /woke up at least \d+ times?: \d+ RPU-seconds used, billed as at least \d+, at 8 RPU/,
    );
    expect(text).toContain('CloudWatch gets metrics late');
    expect(text).toContain('The warehouse is billed for at least this');
    expect(text).toContain('Transitions are those of the newest executions, on average');
  });
});
