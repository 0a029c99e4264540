import { ListStatementsCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { setTimeout as sleep } from 'node:timers/promises';
import { addHours } from '../../core/hour';
import { DataApi } from '../../functions/shared/data-api';
import { CONFLICT, SDK_ATTEMPTS } from '../../testkit/faults';
import { HeldCalls } from '../../testkit/held-calls';
import { HOUR, inspectedOtherwise, Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => {
  steps.twin.twin.faults.observe(undefined);
  return steps.twin.reset();
});
afterAll(() => steps.twin.remove());

const staged = async () => {
  const [table] = await steps.twin.stagingTables();
  return (await steps.twin.sql(`SELECT trip_id FROM sluice."${String(table)}" ORDER BY 1`)).rows.flat();
};

/** Of the last execution. */
async function statements() {
  const { redshiftData, workgroup: WorkgroupName } = steps.twin.connection;
  const { Statements = [] } = await redshiftData.send(
    new ListStatementsCommand({ WorkgroupName, StatementName: 'trips ', Status: 'ALL' }),
  );
  return Statements.filter(
    ({ StatementName = '' }) =>
      StatementName.startsWith(`trips ${steps.execution} `) && StatementName.includes('CopyToStaging'),
  );
}

/** Holds every COPY until it is released. */
function holdCopies(): { release: () => void } {
  const isHeld = ({ operation, subject }: { operation: string; subject: string }) =>
    operation === 'statement' && subject.includes('FORMAT AS PARQUET');
  const held = new HeldCalls([{ isHeld, letsGo: () => false }]);
  steps.twin.twin.faults.observe((call) => held.on(call));
  return { release: () => held.end() };
}

test('creates the load’s own staging table and copies exactly the plan’s files', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'a' }]);
  const load = await steps.inspected();
  await steps.twin.putTrips(HOUR, 'later.parquet', [{ trip_id: 'later' }]);
  await steps.call('copy-to-staging', load);
  expect(await staged()).toEqual(['a', 'a']);
});

test('a step that is called again goes on with its statement, and copies nothing twice', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  await steps.call('copy-to-staging', load);
  await steps.call('copy-to-staging', load);
  expect(await statements()).toHaveLength(1);
  expect(await staged()).toEqual(['a']);
});

test('a call whose answer is lost, and of which the list of statements does not tell yet, copies nothing twice', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  await steps.call('copy-to-staging', load);
  const list = jest.spyOn(DataApi.prototype, 'list').mockResolvedValue([]);
  await steps.call('copy-to-staging', load).finally(() => list.mockRestore());
  expect(await statements()).toHaveLength(1);
  expect(await staged()).toEqual(['a']);
});

test('after a statement that failed another one is submitted', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const fault = { type: 'statement', status: 'FAILED', error: CONFLICT } as const;
  steps.twin.twin.faults.set([{ service: 'redshift-data', operation: 'statement', times: 2, fault }]);
  for (let attempt = 0; attempt < 2; attempt += 1)
    await expect(steps.call('copy-to-staging', load)).rejects.toMatchObject({
      name: 'SerializationConflict',
    });
  await steps.call('copy-to-staging', load);
  expect((await statements()).map(({ Status }) => Status).sort()).toEqual(['FAILED', 'FAILED', 'FINISHED']);
  expect(await staged()).toEqual(['a']);
});

test('a statement that failed for good while nobody waited is not tried again', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const fault = { type: 'statement', status: 'FAILED', error: 'ERROR: unheard of' } as const;
  steps.twin.twin.faults.set([{ service: 'redshift-data', operation: 'statement', fault }]);
  for (let calls = 0; calls < 2; calls += 1)
    await expect(steps.call('copy-to-staging', load)).rejects.toMatchObject({ name: 'StatementFailed' });
  expect(await statements()).toMatchObject([{ Status: 'FAILED' }]);
});

test('a statement that outlasts the invocation goes on, and the next invocation waits for it', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const held = holdCopies();
  await expect(steps.call('copy-to-staging', load, 60)).rejects.toMatchObject({ name: 'StatementRunning' });
  const again = steps.call('copy-to-staging', load);
  held.release();
  await again;
  expect(await statements()).toMatchObject([{ Status: 'FINISHED' }]);
  expect(await staged()).toEqual(['a']);
});

test('a statement past its deadline is cancelled, whoever submitted it, and the error says so', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const { ended } = await steps.callUnending('copy-to-staging', 'CopyToStaging', load, 60);
  await expect(ended).rejects.toMatchObject({ name: 'StatementRunning' });
  const seconds = 3;
  await sleep(seconds * 1_000);
  // This invocation polls once: if the time began anew with it, the statement would go on.
  const hasty = inspectedOtherwise(load, { statement_timeout_minutes: seconds / 60 });
  await expect(steps.call('copy-to-staging', hasty, 60)).rejects.toMatchObject({
    name: 'StatementTimedOut',
    message: expect.stringMatching(
      /was still running after .* and was cancelled; it changed nothing[^]*statement_timeout_minutes/,
    ) as string,
  });
  expect(await statements()).toMatchObject([{ Status: 'ABORTED' }]);
});

test('status requests without an answer are repeated, in this invocation and in the next', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const held = holdCopies();
  await expect(steps.call('copy-to-staging', load, 60)).rejects.toMatchObject({ name: 'StatementRunning' });
  const fault = { type: 'drop', when: 'before' } as const;
  steps.twin.twin.faults.set([
    { service: 'redshift-data', operation: 'DescribeStatement', times: 2 * SDK_ATTEMPTS, fault },
  ]);
  await expect(steps.call('copy-to-staging', load, 60)).rejects.toMatchObject({ name: 'StatementRunning' });
  const again = steps.call('copy-to-staging', load);
  held.release();
  await again;
  expect(steps.twin.twin.faults.rules()).toMatchObject([{ hit: 2 * SDK_ATTEMPTS }]);
  expect(await statements()).toMatchObject([{ Status: 'FINISHED' }]);
});

test('if the statements cannot be listed, nothing is submitted', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  const fault = { type: 'drop', when: 'before' } as const;
  steps.twin.twin.faults.set([
    { service: 'redshift-data', operation: 'ListStatements', times: SDK_ATTEMPTS, fault },
  ]);
  await expect(steps.call('copy-to-staging', load)).rejects.toMatchObject({ name: 'StatusUnavailable' });
  expect(await statements()).toEqual([]);
});

test('the statements of an execution whose name begins the same are others', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  // A service that does not keep the blank at the end of the name.
  const send = jest.spyOn(RedshiftDataClient.prototype, 'send').mockResolvedValue({
    Statements: [
      {
        Id: 'other',
        StatementName: `trips ${steps.execution}0 ${HOUR} CopyToStaging 0 1`,
        Status: 'STARTED',
      },
    ],
  } as never);
  const api = new DataApi(new RedshiftDataClient({}), steps.twin.connection);
  const listed = await api.list(`trips ${steps.execution} `).finally(() => send.mockRestore());
  expect(load.partitions[0]?.execution).toBe(steps.execution);
  expect(listed).toEqual([]);
});

test('hours that come to the step in the same moment have statements of their own', async () => {
  const hours = [HOUR, addHours(HOUR, 1)];
  for (const hour of hours) await steps.twin.putTrips(hour, 'a.parquet', [{ trip_id: hour }]);
  const [both] = await steps.allInspected({ from: hours[0], to: hours[1] });
  for (const partition of both?.partitions ?? [])
    await steps.call('copy-to-staging', { ...both, partitions: [partition] });
  expect(await statements()).toHaveLength(2);
  expect(await steps.twin.stagingTables()).toHaveLength(2);
});

test('executions that come to the step in the same moment have statements of their own', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await steps.call('copy-to-staging', await steps.inspected());
  await steps.call('copy-to-staging', await steps.inspected());
  expect(await steps.twin.stagingTables()).toHaveLength(2);
});

test('a COPY that follows another one because of a bad file is a statement of its own', async () => {
  await steps.twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  const load = await steps.inspected();
  await steps.call('copy-to-staging', load);
  await steps.call('copy-to-staging', inspectedOtherwise(load, { further_copies: 1 }));
  expect(await statements()).toHaveLength(2);
});
