import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import type { FaultRule } from '../../local/faults/fault-rule';
import { SDK_ATTEMPTS, THROTTLED } from '../../testkit/faults';
import { TestTwin } from '../../testkit/test-twin';
import { untilPicked } from '../../testkit/until-picked';

const HOUR = '2026-11-20T08';
/** A submission waits 20 s for its statement; only one that takes longer is awaited by a state of its own. */
const LONGER_THAN_A_SUBMISSION = 21_000;

/** One for each case, since they run beside each other: nearly all of it is waiting. */
let twins: readonly [TestTwin, TestTwin, TestTwin, TestTwin];
beforeAll(async () => {
  twins = [await TestTwin.start(), await TestTwin.start(), await TestTwin.start(), await TestTwin.start()];
});
afterAll(async () => {
  for (const twin of twins) await twin.remove();
});

test('a statement that outlasts its submission’s wait: loaded exactly once, or nothing is left of it', async () => {
  const [awaited, asked, lost, given] = twins;
  await Promise.all([
    awaitedThroughFaults(awaited),
    askedAgain(asked),
    retriedWhileItRuns(lost),
    givenUpWhileItRuns(given),
  ]);
});

const running = (match: string, ms: number): FaultRule => ({
  service: 'redshift-data',
  operation: 'statement',
  match,
  fault: { type: 'delay', ms },
});

async function awaitedThroughFaults(twin: TestTwin): Promise<void> {
  const awaiting = { service: 'lambda', operation: 'sluice-local-await-statement' } as const;
  const rules: FaultRule[] = [
    running('FORMAT AS PARQUET', LONGER_THAN_A_SUBMISSION),
    { ...awaiting, fault: THROTTLED },
    { ...awaiting, nth: 2, fault: { type: 'crash' } },
    { ...awaiting, nth: 3, fault: { type: 'timeout' } },
  ];
  twin.twin.faults.set(rules);
  const load = await startLoad(twin);
  await expectLoadedOnce(twin, load);
  expect(twin.twin.faults.rules().map(({ hit }) => hit)).toEqual(rules.map(() => 1));
}

/** An Await… state asks so often. */
const POLLS = 9;
const unanswered = (times: number): FaultRule => ({
  service: 'redshift-data',
  operation: 'DescribeStatement',
  times,
  fault: { type: 'drop', when: 'before' },
});

/** The question fails, not the COPY: it is asked again, and no second COPY runs beside the first. */
async function askedAgain(twin: TestTwin): Promise<void> {
  twin.twin.faults.set([running('FORMAT AS PARQUET', LONGER_THAN_A_SUBMISSION + 1_000)]);
  const load = await startLoad(twin);
  await untilPicked(twin.connection, 'CopyToStaging');
  twin.twin.faults.set([unanswered(2 * SDK_ATTEMPTS)]);
  await expectLoadedOnce(twin, load);
  expect(twin.twin.faults.rules().map(({ hit }) => hit)).toEqual([2 * SDK_ATTEMPTS]);
  expect(await statuses(twin, 'CopyToStaging')).toEqual(['FINISHED']);
}

/** The merge is lost sight of for good while it runs: it is cancelled before it is submitted again. */
async function retriedWhileItRuns(twin: TestTwin): Promise<void> {
  const merge = '^LOCK ';
  twin.twin.faults.set([running(merge, 5 * LONGER_THAN_A_SUBMISSION)]);
  const load = await startLoad(twin);
  await untilPicked(twin.connection, 'MergeIntoTarget');
  twin.twin.faults.set([unanswered(POLLS * SDK_ATTEMPTS)]);
  await expectLoadedOnce(twin, load);
  expect(twin.twin.faults.rules().map(({ hit }) => hit)).toEqual([POLLS * SDK_ATTEMPTS]);
  expect((await statuses(twin, 'MergeIntoTarget')).sort()).toEqual(['ABORTED', 'FINISHED']);
}

/** Nobody can wait for the COPY any more: the partition fails, and the COPY does not leave its table behind later. */
async function givenUpWhileItRuns(twin: TestTwin): Promise<void> {
  twin.twin.faults.set([
    running('FORMAT AS PARQUET', 5 * LONGER_THAN_A_SUBMISSION),
    {
      service: 'lambda',
      operation: 'sluice-local-await-statement',
      times: 6,
      fault: THROTTLED,
    },
  ]);
  const load = await startLoad(twin);
  expect(await load.ended).toMatchObject({
    status: 'FAILED',
    partitions: [{ outcome: 'failed', error: 'Lambda.TooManyRequestsException' }],
  });
  expect(await statuses(twin, 'CopyToStaging')).toEqual(['ABORTED']);
  expect(await twin.stagingTables()).toEqual([]);
  expect(await twin.history('partition, outcome')).toEqual([[HOUR, 'failed']]);
}

async function statuses({ connection }: TestTwin, step: string): Promise<(string | undefined)[]> {
  const { Statements = [] } = await connection.redshiftData.send(
    new ListStatementsCommand({ Status: 'ALL' }),
  );
  return Statements.filter((each) => each.StatementName?.endsWith(step)).map((each) => each.Status);
}

async function startLoad(twin: TestTwin): Promise<{ readonly ended: ReturnType<TestTwin['load']> }> {
  await twin.putTrips(
    HOUR,
    'a.parquet',
    ['a', 'b', 'b'].map((trip_id) => ({ trip_id })),
  );
  return { ended: twin.load({ partition: HOUR }) };
}

async function expectLoadedOnce(
  twin: TestTwin,
  load: { readonly ended: ReturnType<TestTwin['load']> },
): Promise<void> {
  expect(await load.ended).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ outcome: 'loaded', staged: 3, duplicates: 1, superseded: 0, deleted: 0, inserted: 2 }],
  });
  expect((await twin.target()).map(([key]) => key)).toEqual(['a', 'b']);
  expect(await twin.history('partition, outcome, staged, inserted')).toEqual([[HOUR, 'loaded', 3, 2]]);
  expect(await twin.stagingTables()).toEqual([]);
  expect(await twin.notifications()).toEqual([]);
}
