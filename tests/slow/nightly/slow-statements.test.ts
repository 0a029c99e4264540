import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import type { Call } from '../../../local/faults/fault-injector';
import type { FaultRule } from '../../../local/faults/fault-rule';
import { SDK_ATTEMPTS, THROTTLED } from '../../../testkit/faults';
import { HeldCalls } from '../../../testkit/held-calls';
import { TestTwin } from '../../../testkit/test-twin';

const HOUR = '2026-11-20T08';
/** A call waits this long for its statement. So a statement soon outlasts the invocation, which calls for the next one. */
const LONGEST_POLL_SECONDS = 0.5;
/** Leaves a short statement ten seconds, and the rest for its cancellation. */
const LONGEST_INVOCATION_SECONDS = 50;
/** The duration of a statement that only a cancel ends. */
const ENDLESS_MS = 900_000;

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.start({
    longestPollSeconds: LONGEST_POLL_SECONDS,
    longestInvocationSeconds: LONGEST_INVOCATION_SECONDS,
  });
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const COPY = 'FORMAT AS PARQUET';
const MERGE = '^LOCK ';
const endless = (match: string): FaultRule => ({
  service: 'redshift-data',
  operation: 'statement',
  match,
  fault: { type: 'delay', ms: ENDLESS_MS },
});
/** Status requests of a state that get no answer. */
const unanswered = (state: string, times: number): FaultRule => ({
  service: 'redshift-data',
  operation: 'DescribeStatement',
  state,
  times,
  fault: { type: 'drop', when: 'before' },
});
const copying = { service: 'lambda', operation: 'sluice-local-copy-to-staging' } as const;
const invocation = (call: Call) => call.operation === copying.operation;
const question = (call: Call) =>
  call.operation === 'DescribeStatement' && call.caller?.state === 'CopyToStaging';

test('a COPY is loaded exactly once if the function that waits for it is throttled, crashes and times out', async () => {
  const rules: FaultRule[] = [
    { ...copying, nth: 2, fault: THROTTLED },
    { ...copying, nth: 3, fault: { type: 'crash' } },
    { ...copying, nth: 4, fault: { type: 'timeout' } },
  ];
  whileTheCopyRuns(rules, invocation, 5);
  await expectLoadedOnce();
  expect(hits()).toEqual(rules.map(() => 1));
  expect(await statuses('CopyToStaging')).toEqual(['FINISHED']);
});

test('a merge that outlasts an invocation is waited for by the next one, and runs once', async () => {
  let calls = 0;
  const held = new HeldCalls([
    {
      isHeld: (call) => call.operation === 'statement' && call.subject.startsWith('LOCK '),
      letsGo: (call) => call.operation === 'sluice-local-merge-into-target' && (calls += 1) === 3,
    },
  ]);
  twin.twin.faults.observe((call) => held.on(call));
  await expectLoadedOnce();
  expect(calls).toBe(3);
  expect(await statuses('MergeIntoTarget')).toEqual(['FINISHED']);
});

test('a status request that fails is repeated, and no second COPY runs beside the first', async () => {
  const lost = 2 * SDK_ATTEMPTS;
  whileTheCopyRuns([unanswered('CopyToStaging', lost)], question, lost + 1);
  await expectLoadedOnce();
  expect(hits()).toEqual([lost]);
  expect(await statuses('CopyToStaging')).toEqual(['FINISHED']);
});

test('a merge that the step can no longer find is cancelled before its failure is recorded', async () => {
  const unlisted: FaultRule = {
    ...{ service: 'redshift-data', operation: 'ListStatements', state: 'MergeIntoTarget', nth: 2 },
    ...{ times: 1_000, fault: { type: 'drop', when: 'before' } },
  };
  twin.twin.faults.set([endless(MERGE), unlisted]);
  expect(await load()).toMatchObject({
    status: 'FAILED',
    partitions: [{ outcome: 'failed', error: 'StatusUnavailable', inserted: 0 }],
  });
  expect(await statuses('MergeIntoTarget')).toEqual(['ABORTED']);
  expect(await twin.target()).toEqual([]);
  expect(await twin.history('partition, outcome')).toEqual([[HOUR, 'failed']]);
});

test('if nobody can wait for the COPY any more, the partition fails, and the COPY leaves no table behind', async () => {
  twin.twin.faults.set([endless(COPY), { ...copying, nth: 2, times: 6, fault: THROTTLED }]);
  expect(await load()).toMatchObject({
    status: 'FAILED',
    partitions: [{ outcome: 'failed', error: 'Lambda.TooManyRequestsException' }],
  });
  expect(await statuses('CopyToStaging')).toEqual(['ABORTED']);
  expect(await twin.stagingTables()).toEqual([]);
  expect(await twin.history('partition, outcome')).toEqual([[HOUR, 'failed']]);
});

test('a short statement that waits for too long is cancelled before its function times out, and the step is retried', async () => {
  const listing = endless('load_history');
  twin.twin.faults.set([{ ...listing, state: 'PrepareWarehouse' }]);
  await expectLoadedOnce();
  expect(hits()).toEqual([1]);
  const { Statements = [] } = await twin.connection.redshiftData.send(
    new ListStatementsCommand({ StatementName: 'trips ', Status: 'ABORTED' }),
  );
  expect(Statements.filter(({ StatementName }) => StatementName?.endsWith('PrepareWarehouse'))).toHaveLength(
    1,
  );
});

/** Sets the rules, and holds the COPY of the next load until the n-th of these calls. */
function whileTheCopyRuns(rules: readonly FaultRule[], isMeant: (call: Call) => boolean, nth: number): void {
  let seen = 0;
  const held = new HeldCalls([
    {
      isHeld: (call) => call.operation === 'statement' && call.subject.includes(COPY),
      letsGo: (call) => isMeant(call) && (seen += 1) === nth,
    },
  ]);
  twin.twin.faults.set(rules);
  twin.twin.faults.observe((call) => held.on(call));
}

const hits = () => twin.twin.faults.rules().map(({ hit }) => hit);

/** From the load before. */
let earlier: readonly (string | undefined)[] = [];

async function listed(): Promise<
  readonly { readonly Id?: string; readonly Status?: string; readonly StatementName?: string }[]
> {
  const { redshiftData } = twin.connection;
  const { Statements = [] } = await redshiftData.send(new ListStatementsCommand({ Status: 'ALL' }));
  return Statements;
}

/** The final statuses of a step's statements in the last load. */
async function statuses(step: string): Promise<(string | undefined)[]> {
  return (await listed())
    .filter(({ Id, StatementName }) => StatementName?.includes(step) && !earlier.includes(Id))
    .map(({ Status }) => Status);
}

async function load(): ReturnType<TestTwin['load']> {
  await twin.putTrips(
    HOUR,
    'a.parquet',
    ['a', 'b', 'b'].map((trip_id) => ({ trip_id })),
  );
  earlier = (await listed()).map(({ Id }) => Id);
  try {
    return await twin.load({ partition: HOUR });
  } finally {
    twin.twin.faults.observe(undefined);
  }
}

async function expectLoadedOnce(): Promise<void> {
  expect(await load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ outcome: 'loaded', staged: 3, duplicates: 1, superseded: 0, deleted: 0, inserted: 2 }],
  });
  expect((await twin.target()).map(([key]) => key)).toEqual(['a', 'b']);
  expect(await twin.history('partition, outcome, staged, inserted')).toEqual([[HOUR, 'loaded', 3, 2]]);
  expect(await twin.stagingTables()).toEqual([]);
  expect(await twin.notifications()).toEqual([]);
}
