import { hourOf } from '../../../core/hour';
import type { Fault, FaultRule } from '../../../local/faults/fault-rule';
import { ANSWER_LOST, CONFLICT, CRASH, LOST, SDK_ATTEMPTS, THROTTLING } from '../../../testkit/faults';
import { TestTwin } from '../../../testkit/test-twin';

/** An hour within a scheduled execution's lookback. */
const HOUR = hourOf(new Date(Date.now() - 5 * 3_600_000));
const FOR_GOOD = 10_000;

/** Through the whole state machine, with all of its retries. */
let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
beforeEach(() => twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]));
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const submitting = (state: string, match: string, fault: Fault, times = FOR_GOOD): FaultRule => ({
  service: 'redshift-data',
  operation: 'BatchExecuteStatement',
  state,
  match,
  times,
  fault,
});

/** The merge is committed, its answer is lost, and its retries cannot find the statement. */
const COMMITTED: readonly FaultRule[] = [
  submitting('MergeIntoTarget', '^LOCK', ANSWER_LOST, SDK_ATTEMPTS),
  {
    service: 'redshift-data',
    operation: 'ListStatements',
    state: 'MergeIntoTarget',
    nth: 2,
    times: FOR_GOOD,
    fault: THROTTLING,
  },
];
/** The merge never reaches the warehouse. */
const NEVER = [submitting('MergeIntoTarget', '^LOCK', LOST)];
const UNREADABLE = submitting('DiagnoseFailure', 'load_history', THROTTLING);

async function loadUnder(rules: readonly FaultRule[]) {
  twin.twin.faults.set(rules);
  const document = await twin.load();
  for (const { hit } of twin.twin.faults.rules()) expect(hit).toBeGreaterThan(0);
  twin.twin.faults.clear();
  return document;
}

async function expectUnknown(rules: readonly FaultRule[]) {
  const document = await loadUnder(rules);
  expect(document).toMatchObject({ status: 'FAILED', error: 'OutcomeUnknown' });
  expect(document.partitions).toMatchObject([
    { partition: HOUR, outcome: 'unknown', error: 'OutcomeUnknown', rerun: { partition: HOUR } },
  ]);
  expect(document.cause).toContain('Whether the merge was committed is unknown');
  expect(document.cause).toContain('Nothing is lost or doubled');
  expect(await twin.notifications()).toMatchObject([{ message: document.cause }]);
}

/** What the next execution does, and what the history says in the end: one row. */
async function expectSettled(partitions: readonly object[]) {
  const next = await twin.load();
  expect(next).toMatchObject({ status: 'SUCCEEDED', partitions });
  expect(next.partitions).toHaveLength(partitions.length);
  expect(await twin.history('partition, outcome, inserted')).toEqual([[HOUR, 'loaded', 1]]);
  expect(await twin.target()).toHaveLength(1);
  expect(await twin.stagingTables()).toEqual([]);
}

test('a committed merge whose row only the diagnosis can read is loaded', async () => {
  expect(await loadUnder(COMMITTED)).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ outcome: 'loaded', inserted: 1 }],
  });
  await expectSettled([]);
});

describe('if the history cannot be read, the outcome is unknown, and the next execution settles it', () => {
  test('the merge was committed', async () => {
    await expectUnknown([...COMMITTED, UNREADABLE]);
    await expectSettled([]);
  });

  test('the merge failed, and the row of one that was committed is looked for with an error that looks like one of the merge', async () => {
    const conflict: FaultRule = {
      ...submitting('MergeIntoTarget', '^LOCK', THROTTLING, 1),
      operation: 'statement',
      fault: { type: 'statement', status: 'FAILED', error: CONFLICT },
    };
    const broken: FaultRule = {
      ...submitting('MergeIntoTarget', '^SELECT', THROTTLING),
      operation: 'statement',
      fault: { type: 'statement', status: 'FAILED', error: 'ERROR: unheard of' },
    };
    await expectUnknown([conflict, broken, UNREADABLE]);
    await expectSettled([{ reason: 'new', outcome: 'loaded' }]);
  });

  test('the merge was not committed', async () => {
    await expectUnknown([...NEVER, UNREADABLE]);
    await expectSettled([{ reason: 'new', outcome: 'loaded' }]);
  });

  test('the diagnosis itself fails', async () => {
    const crash: FaultRule = {
      service: 'lambda',
      operation: 'sluice-local-diagnose-failure',
      times: FOR_GOOD,
      fault: CRASH,
    };
    await expectUnknown([...COMMITTED, crash]);
    await expectSettled([]);
  });
});

test('as long as the merge may be running, nothing is recorded beside it', async () => {
  const unlisted: FaultRule = {
    service: 'redshift-data',
    operation: 'ListStatements',
    state: 'DiagnoseFailure',
    times: FOR_GOOD,
    fault: THROTTLING,
  };
  await expectUnknown([...NEVER, unlisted]);
  await expectSettled([{ reason: 'new', outcome: 'loaded' }]);
});

test('a merge that the warehouse itself calls failed has failed, even if that cannot be recorded', async () => {
  const refused: FaultRule = {
    ...submitting('MergeIntoTarget', '^LOCK', THROTTLING),
    operation: 'statement',
    fault: { type: 'statement', status: 'FAILED', error: 'ERROR: unheard of' },
  };
  expect(await loadUnder([refused, UNREADABLE])).toMatchObject({
    error: 'StatementFailed',
    partitions: [{ outcome: 'failed' }],
  });
});
