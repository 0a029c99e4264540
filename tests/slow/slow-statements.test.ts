import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import type { Call } from '../../local/faults/fault-injector';
import type { FaultRule } from '../../local/faults/fault-rule';
import { SDK_ATTEMPTS, THROTTLED } from '../../testkit/faults';
import { HeldCalls } from '../../testkit/held-calls';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = '2026-11-20T08';
/** A submission waits this long for its statement. A statement that takes longer is awaited by a state of its own. */
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
const invocation = (call: Call) => call.operation === 'sluice-local-await-statement';
const question = (call: Call) => call.operation === 'DescribeStatement' && call.caller?.state === 'AwaitCopy';

test('a COPY is loaded exactly once if the function that awaits it is throttled, crashes and times out', async () => {
  const awaiting = { service: 'lambda', operation: 'sluice-local-await-statement' } as const;
  const rules: FaultRule[] = [
    { ...awaiting, fault: THROTTLED },
    { ...awaiting, nth: 2, fault: { type: 'crash' } },
    { ...awaiting, nth: 3, fault: { type: 'timeout' } },
  ];
  whileTheCopyRuns(rules, invocation, 4);
  await expectLoadedOnce();
  expect(hits()).toEqual(rules.map(() => 1));
});

test('a status request that fails is repeated, and no second COPY runs beside the first', async () => {
  const lost = 2 * SDK_ATTEMPTS;
  whileTheCopyRuns([unanswered('AwaitCopy', lost)], question, lost + 1);
  await expectLoadedOnce();
  expect(hits()).toEqual([lost]);
  expect(await statuses('CopyToStaging')).toEqual(['FINISHED']);
});

/** The number of status requests that an Await… state makes. */
const POLLS = 9;

test('a running merge whose status stays unknown is cancelled before it is submitted again', async () => {
  twin.twin.faults.set([endless(MERGE), unanswered('AwaitMerge', POLLS * SDK_ATTEMPTS)]);
  await expectLoadedOnce();
  expect(hits()).toEqual([1, POLLS * SDK_ATTEMPTS]);
  expect((await statuses('MergeIntoTarget')).sort()).toEqual(['ABORTED', 'FINISHED']);
});

test('if the COPY can no longer be awaited, the partition fails, and the COPY leaves no table behind', async () => {
  twin.twin.faults.set([
    endless(COPY),
    {
      service: 'lambda',
      operation: 'sluice-local-await-statement',
      times: 6,
      fault: THROTTLED,
    },
  ]);
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
  twin.twin.faults.set([{ ...listing, state: 'ListPartitions' }]);
  await expectLoadedOnce();
  expect(hits()).toEqual([1]);
  const { Statements = [] } = await twin.connection.redshiftData.send(
    new ListStatementsCommand({ StatementName: 'ListPartitions', Status: 'ABORTED' }),
  );
  expect(Statements).toHaveLength(1);
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
