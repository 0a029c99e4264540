import type { Fault, FaultRule } from '../../../local/faults/fault-rule';
import {
  ANSWER_LOST,
  CONFLICT,
  CRASH,
  LOST,
  SDK_ATTEMPTS,
  THROTTLED,
  THROTTLING,
} from '../../../testkit/faults';
import { parquetOf, tripsSelect } from '../../../testkit/parquet';
import { TestTwin } from '../../../testkit/test-twin';

const HOUR = '2026-11-20T08';
/** The same execution loads it, and no fault hits it: one bad partition never blocks the others. */
/** More than a day older, so that it is loaded alone. */
const OLDER = '2026-11-19T07';

/**
 * Covers what the fault matrix (reliability/matrix.ts) lacks: two faults at once, calls that occur only here, and the
 * texts of a failure's cause and fix.
 */
let twin: TestTwin;
let older: Buffer;
let first: Buffer;
let second: Buffer;
beforeAll(async () => {
  twin = await TestTwin.start();
  const trip = (trip_id: string, total_amount: number, updated_at: string) => ({
    trip_id,
    total_amount,
    updated_at,
  });
  older = await parquetOf(
    tripsSelect([trip('a', 1, '2026-11-20 07:10:00'), trip('z', 9, '2026-11-20 07:20:00')]),
  );
  first = await parquetOf(
    tripsSelect([trip('a', 2, '2026-11-20 08:10:00'), trip('b', 3, '2026-11-20 08:20:00')]),
  );
  second = await parquetOf(tripsSelect([trip('b', 3, '2026-11-20 08:20:00')]));
});
beforeEach(async () => {
  await twin.put(twin.keyOf(OLDER, 'a.parquet'), older);
  await twin.put(twin.keyOf(HOUR, 'a.parquet'), first);
  await twin.put(twin.keyOf(HOUR, 'b.parquet'), second);
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const from = (hour: string) => expect.stringContaining(hour.replace('T', ' ')) as unknown;
const LOADED = [
  ['a', '2.00', from(HOUR)],
  ['b', '3.00', from(HOUR)],
  ['z', '9.00', from(OLDER)],
];
/** The rows of the older partition alone: the failed partition leaves no trace. */
const UNCHANGED = [
  ['a', '1.00', from(OLDER)],
  ['z', '9.00', from(OLDER)],
];

const target = async () =>
  (await twin.sql('SELECT trip_id, total_amount, source_partition FROM trips ORDER BY trip_id')).rows;

/** Loads both hours under the rules. A rule that hits less often than it says tests nothing. */
async function loadUnder(rules: readonly FaultRule[]) {
  twin.twin.faults.set(rules);
  const document = await twin.load({ from: OLDER, to: HOUR });
  expect(twin.twin.faults.rules().map(({ hit }) => hit)).toEqual(rules.map(({ times = 1 }) => times));
  twin.twin.faults.clear();
  return document;
}

async function expectRecovered(rules: readonly FaultRule[]): Promise<void> {
  const document = await loadUnder(rules);

  expect(document).toMatchObject({ status: 'SUCCEEDED', error: null, cause: null });
  expect(document.partitions).toMatchObject([
    { partition: OLDER, outcome: 'loaded' },
    {
      partition: HOUR,
      outcome: 'loaded',
      files: 2,
      rows_in_files: 3,
      staged: 3,
      duplicates: 1,
      superseded: 0,
      inserted: 2,
      error: null,
    },
  ]);
  expect(await target()).toEqual(LOADED);
  // One row each, however often a step was retried.
  expect((await twin.history('partition, outcome, staged, duplicates, inserted')).sort()).toEqual([
    [OLDER, 'loaded', 2, 0, expect.any(Number)],
    [HOUR, 'loaded', 3, 1, 2],
  ]);
  expect(await twin.stagingTables()).toEqual([]);
  expect(await twin.notifications()).toEqual([]);
}

async function expectFailed(
  rules: readonly FaultRule[],
  error: string,
  cause: RegExp,
  fix: RegExp,
): Promise<void> {
  const document = await loadUnder(rules);

  expect(document).toMatchObject({ status: 'FAILED', error });
  expect(document.partitions).toMatchObject([
    { partition: OLDER, outcome: 'loaded', inserted: 2 },
    { partition: HOUR, outcome: 'failed', error, inserted: 0 },
  ]);
  expect(document.partitions[1]?.cause).toMatch(cause);
  expect(document.partitions[1]?.fix).toMatch(fix);
  expect(await target()).toEqual(UNCHANGED);
  expect((await twin.history('partition, outcome, error')).sort()).toEqual([
    [OLDER, 'loaded', null],
    [HOUR, 'failed', error],
  ]);
  expect(await twin.stagingTables()).toEqual([]);
  const notifications = await twin.notifications();
  expect(notifications).toHaveLength(1);
  expect(notifications[0]?.message).toBe(document.cause);
  expect(document.cause).toContain(error);
  expect(document.cause).toContain(`{"partition":"${HOUR}"}`);
}

/** A pattern for the statements of this hour only. */
const STAGING = 'staging_trips_2026112008_';
const COPY = `${STAGING}[^]*FORMAT AS PARQUET`;
const VALIDATE = `"other_hours"[^]*${STAGING}`;
const MERGE = `^LOCK [^]*${STAGING}`;
const DIAGNOSE = `^INSERT INTO [^]*'failed'`;
const STEPS = [
  ['copy', COPY],
  ['validate', VALIDATE],
  ['merge', MERGE],
] as const;

const statement = (match: string, fault: Omit<Extract<Fault, { type: 'statement' }>, 'type'>): FaultRule => ({
  service: 'redshift-data',
  operation: 'statement',
  match,
  fault: { type: 'statement', ...fault },
});
const submitting = (match: string, fault: Fault, times: number): FaultRule => ({
  service: 'redshift-data',
  operation: 'BatchExecuteStatement',
  match,
  times,
  fault,
});
/** @param match a pattern in addition to the hour, which every event of a partition names. */
const invoking = (name: string, fault: Fault, times = 1): FaultRule => ({
  service: 'lambda',
  operation: `sluice-local-${name}`,
  ...(['list-partitions', 'report-load'].includes(name) ? {} : { match: `"partition":"${HOUR}"` }),
  times,
  fault,
});
const s3 = (operation: string, match: string, fault: Fault, times: number): FaultRule => ({
  service: 's3',
  operation,
  match,
  times,
  fault,
});

const FOOTER = 'hour=08/a\\.parquet$';

const recovering: [string, FaultRule[]][] = [
  [
    'the answer to the creation of the warehouse’s tables is lost',
    [submitting('^CREATE SCHEMA', ANSWER_LOST, SDK_ATTEMPTS)],
  ],
  ...STEPS.flatMap(([step, match]): [string, FaultRule[]][] => [
    [
      `the ${step} is done and nobody can be told`,
      [
        submitting(match, ANSWER_LOST, SDK_ATTEMPTS),
        invoking(
          { copy: 'copy-to-staging', validate: 'validate-staging', merge: 'merge-into-target' }[step],
          CRASH,
        ),
      ],
    ],
  ]),
  [
    'COPY meets an internal error of S3',
    [
      statement(COPY, {
        status: 'FAILED',
        error:
          'ERROR: S3ServiceException:We encountered an internal error. Please try again.,Status 500,Error InternalError,Rid 1,CanRetry 1',
      }),
    ],
  ],
  [
    'the merge is done, and the function that awaits it is throttled for good',
    [
      submitting(MERGE, ANSWER_LOST, SDK_ATTEMPTS),
      { ...invoking('merge-into-target', THROTTLED, 6), nth: 2 },
    ],
  ],
];

test.each(recovering)('%s: the partition recovers, and is loaded exactly once', async (_, rules) => {
  await expectRecovered(rules);
});

/** The fix that a failure of each kind reports. */
const UNKNOWN = /Sluice does not know this error/;
const PERSISTED = /retried and failed each time/;

const failing: [string, FaultRule[], string, RegExp, RegExp][] = [
  [
    'S3 denies a file',
    // At both inspections.
    [s3('GetObject', FOOTER, { type: 'error', code: 'AccessDenied', message: 'Access Denied' }, 2)],
    'AccessDenied',
    /GetObject s3:\/\/.*hour=08\/a\.parquet: AccessDenied: Access Denied/,
    /role/,
  ],
  ...STEPS.map(([step, match]): [string, FaultRule[], string, RegExp, RegExp] => [
    `the ${step} fails with an unknown text`,
    [
      statement(match, {
        status: 'FAILED',
        error: `ERROR: Assert\n  error: Assert\n  code: 1000\n  context: ${step} - unheard of`,
      }),
    ],
    'StatementFailed',
    new RegExp(`ERROR: Assert error: Assert code: 1000 context: ${step} - unheard of \\(statement`),
    UNKNOWN,
  ]),
  [
    'the merge is cancelled',
    [statement(MERGE, { status: 'ABORTED', error: "Query cancelled on user's request" })],
    'StatementAborted',
    /cancelled on user's request/,
    /Load the partition again/,
  ],
  [
    'the merge meets conflicts (1023) for longer than the retries last',
    [{ ...statement(MERGE, { status: 'FAILED', error: CONFLICT }), times: 7 }],
    'SerializationConflict',
    /Serializable isolation violation on table - 108263/,
    PERSISTED,
  ],
  [
    'the connection to the Data API is lost for longer than the retries last',
    [submitting(COPY, LOST, 7 * SDK_ATTEMPTS)],
    'ConnectionLost',
    /BatchExecuteStatement trips \S+ 2026-11-20T08 CopyToStaging 0 1: /,
    PERSISTED,
  ],
  [
    'Lambda throttles a function for longer than the retries last',
    [invoking('validate-staging', THROTTLED, 6)],
    'Lambda.TooManyRequestsException',
    /Rate Exceeded/,
    /concurrency/,
  ],
  [
    'a function crashes each time',
    [invoking('merge-into-target', CRASH, 6)],
    'Runtime.ExitError',
    /exit status 1/,
    /memory/,
  ],
];

test.each(failing)(
  '%s: the partition fails with a named error, and nothing changes',
  async (_, rules, error, cause, fix) => {
    await expectFailed(rules, error, cause, fix);
  },
);

const FATAL = statement(COPY, { status: 'FAILED', error: 'ERROR: unheard of' });

test('if the diagnosis fails too, the partition fails with the original error, and there is one notification', async () => {
  const document = await loadUnder([FATAL, invoking('diagnose-failure', CRASH, 6)]);
  expect(document).toMatchObject({ status: 'FAILED', error: 'StatementFailed' });
  expect(document.partitions).toMatchObject([
    { partition: OLDER, outcome: 'loaded' },
    { partition: HOUR, outcome: 'failed', error: 'StatementFailed', inserted: 0 },
  ]);
  expect(document.partitions[1]?.cause).toMatch(/^ERROR: unheard of \(statement/);
  expect(document.partitions[1]?.fix).toMatch(/diagnose-failure/);
  expect(await target()).toEqual(UNCHANGED);
  expect(await twin.notifications()).toMatchObject([{ message: document.cause }]);
});

test('if the warehouse cannot be reached either, the failure is still diagnosed and reported', async () => {
  const document = await loadUnder([FATAL, submitting(DIAGNOSE, THROTTLING, 4 * SDK_ATTEMPTS)]);
  expect(document.partitions[1]).toMatchObject({ outcome: 'failed', error: 'StatementFailed' });
  expect(document.partitions[1]?.cause).toMatch(/^ERROR: unheard of \(statement/);
  expect(document.partitions[1]?.fix).toMatch(UNKNOWN);
  expect(await twin.notifications()).toMatchObject([{ message: document.cause }]);
});

test('if the report fails too, there is one notification, and the loaded partitions stay', async () => {
  const document = await loadUnder([invoking('report-load', CRASH, 6)]);
  expect(document).toMatchObject({ status: 'FAILED', error: 'Runtime.ExitError' });
  expect(await target()).toEqual(LOADED);
  expect(await twin.notifications()).toMatchObject([
    { subject: 'Sluice local: a load failed and could not be reported', message: document.cause },
  ]);
  expect(document.cause).toContain(
    `:${document.execution}. Runbook: docs/runbook.md#alarm-executions-failed`,
  );
});

test.each<[string, FaultRule, string]>([
  [
    'S3 denies the listing',
    s3('ListObjectsV2', '', { type: 'error', code: 'AccessDenied' }, 1),
    'AccessDenied',
  ],
  [
    'the history cannot be read',
    { ...statement('svv_columns', { status: 'FAILED', error: 'ERROR: unheard of' }) },
    'StatementFailed',
  ],
  ['list-partitions crashes each time', invoking('list-partitions', CRASH, 6), 'Runtime.ExitError'],
])(
  '%s: the execution fails with a named error before any partition, with one notification',
  async (_, rule, error) => {
    const document = await loadUnder([rule]);
    expect(document).toMatchObject({ status: 'FAILED', error, partitions: [] });
    const notifications = await twin.notifications();
    expect(notifications).toMatchObject([{ message: document.cause }]);
    expect(notifications[0]?.subject).toContain(error);
  },
);
