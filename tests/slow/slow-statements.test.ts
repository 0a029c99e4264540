import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule } from '../../local/services';
import { TestTwin } from '../support/test-twin';

const HOUR = '2026-11-20T08';
/** A submission waits 20 s for its statement; only one that takes longer is awaited by a state of its own. */
const LONGER_THAN_A_SUBMISSION = 21_000;

/** One for each case, since they run beside each other: nearly all of it is waiting. */
let twins: readonly [TestTwin, TestTwin];
beforeAll(async () => {
  twins = [await TestTwin.start(), await TestTwin.start()];
});
afterAll(async () => {
  for (const twin of twins) await twin.remove();
});

test('a statement that outlasts its submission’s wait: loaded exactly once', async () => {
  const [awaited, lost] = twins;
  await Promise.all([awaitedThroughFaults(awaited), retriedWhileItRuns(lost)]);
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
    { ...awaiting, fault: { type: 'error', code: 'TooManyRequestsException', message: 'Rate Exceeded.' } },
    { ...awaiting, nth: 2, fault: { type: 'crash' } },
    { ...awaiting, nth: 3, fault: { type: 'timeout' } },
  ];
  twin.twin.faults.set(rules);
  const load = await startLoad(twin);
  await expectLoadedOnce(twin, load);
  expect(twin.twin.faults.rules().map(({ hit }) => hit)).toEqual(rules.map(() => 1));
}

/**
 * The merge is lost sight of while it runs, so the step is tried again: too early to find that the first merge got
 * through, and too late to find what it had staged.
 */
async function retriedWhileItRuns(twin: TestTwin): Promise<void> {
  const merge = '^LOCK ';
  twin.twin.faults.set([running(merge, LONGER_THAN_A_SUBMISSION + 1_000)]);
  const load = await startLoad(twin);
  await untilPicked(twin, 'MergeIntoTarget');
  const rules: FaultRule[] = [
    {
      service: 'redshift-data',
      operation: 'DescribeStatement',
      times: 3,
      fault: { type: 'drop', when: 'before' },
    },
    running(merge, 5_000),
  ];
  twin.twin.faults.set(rules);
  await expectLoadedOnce(twin, load);
  expect(twin.twin.faults.rules().map(({ hit }) => hit)).toEqual([3, 1]);
}

async function startLoad(twin: TestTwin): Promise<{ readonly ended: ReturnType<TestTwin['load']> }> {
  await twin.putTrips(
    HOUR,
    'a.parquet',
    ['a', 'b', 'b'].map((trip_id) => ({ trip_id })),
  );
  return { ended: twin.load({ partition: HOUR }) };
}

async function untilPicked({ connection }: TestTwin, StatementName: string): Promise<void> {
  for (;;) {
    const picked = await connection.redshiftData.send(
      new ListStatementsCommand({ StatementName, Status: 'PICKED' }),
    );
    if (picked.Statements?.length) return;
    await sleep(100);
  }
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
