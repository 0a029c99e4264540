import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { hourOf } from '../../core/hour';
import { untilPicked } from '../../testkit/until-picked';
import { HOUR, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

/** Starts an execution and stops it after its COPY, so that nothing cleans up after it. */
async function stoppedExecution(partition: string): Promise<string> {
  await steps.twin.putTrips(partition, 'a.parquet', [{ trip_id: 'a' }]);
  steps.twin.twin.faults.set([
    {
      service: 'redshift-data',
      operation: 'statement',
      match: 'AS "other_hours"',
      fault: { type: 'delay', ms: 600_000 },
    },
  ]);
  const executionArn = await started(partition);
  await untilPicked(steps.twin.connection, `${executionArn.split(':').at(-1)} ${partition} ValidateStaging`);
  steps.twin.twin.faults.clear();
  return executionArn;
}

async function started(partition: string): Promise<string> {
  const { stateMachineArn, stepFunctions } = steps.twin.connection;
  const input = JSON.stringify({ partition });
  const { executionArn = '' } = await stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, input }),
  );
  return executionArn;
}

const stop = (executionArn: string) =>
  steps.twin.connection.stepFunctions.send(new StopExecutionCommand({ executionArn }));

/** A scheduled execution that has something to load: it sweeps, because the warehouse is awake anyway. */
async function sweepingLoad() {
  const recent = hourOf(new Date(Date.now() - 5 * 3_600_000));
  await steps.twin.putTrips(recent, 'a.parquet', [{ trip_id: `${(trips += 1)}` }]);
  return steps.twin.load();
}
let trips = 0;

test('tables of a running execution stay; those of a stopped one are dropped by the next scheduled execution', async () => {
  const stopped = await stoppedExecution(HOUR);
  const running = await stoppedExecution('2026-11-20T09');
  await stop(stopped);
  const [first, second] = (await steps.twin.stagingTables()).map(String).sort();
  expect([first, second]).toEqual([
    expect.stringMatching(/^staging_trips_2026112008_/),
    expect.stringMatching(/^staging_trips_2026112009_/),
  ]);

  expect(await sweepingLoad()).toMatchObject({
    status: 'SUCCEEDED',
    housekeeping: { staging_tables: 1, plan_files: 0, error: null },
  });
  expect(await steps.twin.stagingTables()).toEqual([second]);

  await stop(running);
  expect(await sweepingLoad()).toMatchObject({ housekeeping: { staging_tables: 1 } });
  expect(await steps.twin.stagingTables()).toEqual([]);
  // Nothing is left, and today's old plans are deleted.
  expect(await sweepingLoad()).toMatchObject({ status: 'SUCCEEDED', housekeeping: null });
});

test('an execution by hand sweeps nothing, so the first scheduled one of a day does', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await steps.twin.load({ partition: HOUR })).toMatchObject({ housekeeping: null });
  expect(await sweepingLoad()).toMatchObject({ housekeeping: { staging_tables: 0, plan_files: 0 } });
  expect(await sweepingLoad()).toMatchObject({ housekeeping: null });
});

test('a statement that a stopped execution has left running is ended before its table is dropped', async () => {
  const stopped = await stoppedExecution(HOUR);
  await stop(stopped);
  // Otherwise PrepareWarehouse ends it.
  await steps.twin.loseLedgers();
  expect(await sweepingLoad()).toMatchObject({ housekeeping: { staging_tables: 1, error: null } });
  const left = `trips ${stopped.split(':').at(-1)} ${HOUR} ValidateStaging`;
  const { Statements = [] } = await steps.twin.connection.redshiftData.send(
    new ListStatementsCommand({ StatementName: left, Status: 'ALL' }),
  );
  expect(Statements.map(({ Status }) => Status)).toEqual(['ABORTED']);
});

test('a requested execution sweeps nothing, nor does one that finds nothing to load', async () => {
  const stopped = await stoppedExecution(HOUR);
  await stop(stopped);
  expect(await steps.twin.load()).toMatchObject({ housekeeping: null });
  expect(await steps.twin.load({ partition: '2026-11-20T10' })).toMatchObject({ housekeeping: null });
  expect(await steps.twin.stagingTables()).toHaveLength(1);
});

test('a table stays if no execution of this state machine created it', async () => {
  // It has a plan, but Step Functions does not know its execution.
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await steps.copied();
  // It has no plan either.
  await steps.twin.sql(
    'CREATE TABLE sluice.staging_trips_2026112008_0123456789abcdef_1 (trip_id VARCHAR(64))',
  );
  const staging = await steps.twin.stagingTables();
  expect(staging).toHaveLength(2);
  expect(await sweepingLoad()).toMatchObject({ housekeeping: { staging_tables: 0, error: null } });
  expect(await steps.twin.stagingTables()).toEqual(staging);
});

test('plans and manifests that are older than the retention are deleted', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect(await steps.twin.load({ partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
  const sweep = () =>
    steps.call('sweep-leftovers', {
      dataset: 'trips',
      execution: 'by-hand',
      state_machine: steps.twin.twin.description.state_machine_arn,
      staging: [],
    });
  expect(await sweep()).toEqual({ staging_tables: 0, plan_files: 0, error: null });
  // The function runs 91 days later.
  const now = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(now + 91 * 24 * 3_600_000);
  try {
    expect(await sweep()).toEqual({ staging_tables: 0, plan_files: 2, error: null });
    expect(await sweep()).toEqual({ staging_tables: 0, plan_files: 0, error: null });
  } finally {
    jest.restoreAllMocks();
  }
});

test('if it fails, the result of the load stays the same and the report says so', async () => {
  const partition = hourOf(new Date(Date.now() - 5 * 3_600_000));
  await steps.twin.putTrips(partition, 'a.parquet', [{ trip_id: 'a' }]);
  steps.twin.twin.faults.set([
    {
      service: 'lambda',
      operation: 'sluice-local-sweep-leftovers',
      times: 6,
      fault: { type: 'error', code: 'TooManyRequestsException', message: 'Rate Exceeded.' },
    },
  ]);
  expect(await steps.twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ partition, outcome: 'loaded' }],
    housekeeping: {
      staging_tables: 0,
      plan_files: 0,
      error: expect.stringMatching(/^Lambda.TooManyRequestsException: Rate Exceeded/) as string,
    },
  });
  expect(await steps.twin.notifications()).toEqual([]);
});
