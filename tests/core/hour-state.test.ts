import fc from 'fast-check';
import { knownPartitions } from '../../core/attempts';
import { parseExecutionInput } from '../../core/execution-input';
import { fingerprintOf, type LakeFile } from '../../core/files';
import { addHours, hoursFrom } from '../../core/hour';
import {
  HOUR_STATES,
  hourStates,
  NEEDS_A_PERSON,
  verdictOf,
  type HourState,
  type Known,
  type ListedHour,
} from '../../core/hour-state';
import { attemptsOf } from '../../core/ledger';
import type { LedgerAttempt } from '../../core/ledger-attempt';
import { planLoad } from '../../core/partitions';
import { judgeOf } from '../../core/retry';
import { ordersDataset } from './orders';

const dataset = ordersDataset({ source: { settle_minutes: 15, lookback_hours: 24 } });
const HOUR = '2026-11-23T05';
/** The schedule starts at twenty past: 15 minutes to settle, and five more. */
const SETTLED = new Date('2026-11-23T06:16:00Z');
const STARTED = new Date('2026-11-23T06:21:00Z');
const OVERDUE = new Date('2026-11-23T07:20:00Z');

const file = (key: string): LakeFile => ({ key, etag: key, size: 10 });
const A = file('a');
const B = file('b');
const listed = (present: readonly LakeFile[], modified = '2026-11-23T05:30:00Z'): ListedHour => ({
  present,
  undelivered: [],
  modified: new Date(modified),
});
const attempt = (what: Partial<LedgerAttempt>): LedgerAttempt => ({
  ...{
    execution: 'load-1',
    outcome: 'loaded',
    reason: 'new',
    fingerprint: fingerprintOf([A]),
    plan_key: 'p',
  },
  ...{ quarantined: 0, merge_number: 1, built_on: 0, failures: 0, files: 1, rows_in_files: 7 },
  ...{ staged: 7, duplicates: 1, superseded: 0, deleted: 0, inserted: 6 },
  ...{ started: '2026-11-23T06:20:00.000Z', finished: '2026-11-23T06:21:00.000Z' },
  ...{ error: null, cause: null, fix: null },
  ...what,
});
const failed = attempt({
  ...{ outcome: 'failed', failures: 1, merge_number: 0, plan_key: null },
  ...{
    error: 'Throttled',
    cause: 'Too much.',
    fix: 'Wait.',
    fingerprint: fingerprintOf([A], judgeOf(dataset)),
  },
});

function known(
  what: {
    objects?: ListedHour;
    attempts?: readonly LedgerAttempt[];
    isLoading?: boolean;
    first?: string;
  } = {},
): Known {
  return {
    objects: new Map(what.objects ? [[HOUR, what.objects]] : []),
    ledger: new Map(what.attempts ? [[HOUR, what.attempts]] : []),
    loading: new Set(what.isLoading ? [HOUR] : []),
    first: what.first,
  };
}
const statusAt = (now: Date, what?: Parameters<typeof known>[0]) =>
  hourStates(dataset, [dataset], [HOUR], known(what), now)[0]!;
const stateAt = (now: Date, what?: Parameters<typeof known>[0]): HourState => statusAt(now, what).state;

describe('the state of an hour', () => {
  const loaded = [attempt({})];
  const inLake = listed([A]);
  test.each<[string, HourState, Date, Parameters<typeof known>[0]]>([
    ['has not settled', 'open', new Date('2026-11-23T06:14:00Z'), { objects: inLake }],
    ['is older than all that the dataset has', 'before', SETTLED, { first: addHours(HOUR, 1) }],
    ['has nothing, and the dataset nothing at all', 'before', SETTLED, {}],
    ['has nothing, though the dataset is older', 'missing', SETTLED, { first: addHours(HOUR, -1) }],
    ['waits for the schedule', 'waiting', SETTLED, { objects: inLake }],
    ['waits for the execution that has started', 'waiting', STARTED, { objects: inLake }],
    ['was not loaded by it', 'overdue', OVERDUE, { objects: inLake }],
    ['is being loaded', 'loading', OVERDUE, { objects: inLake, isLoading: true }],
    ['is loaded', 'loaded', OVERDUE, { objects: inLake, attempts: loaded }],
    [
      'is loaded by hand before it has ended',
      'loaded',
      new Date('2026-11-23T05:40:00Z'),
      { objects: inLake, attempts: loaded },
    ],
    [
      'has got a file since',
      'late',
      OVERDUE,
      { objects: listed([A, B], '2026-11-23T07:10:00Z'), attempts: loaded },
    ],
    [
      'got a file, and the next execution did not load it',
      'overdue',
      OVERDUE,
      { objects: listed([A, B], '2026-11-23T06:10:00Z'), attempts: loaded },
    ],
    ['has lost its file within the lookback', 'late', STARTED, { attempts: loaded }],
    ['has lost its file long ago', 'loaded', new Date('2026-12-23T06:00:00Z'), { attempts: loaded }],
    [
      'got a file that no schedule looks at',
      'overdue',
      new Date('2026-12-23T06:00:00Z'),
      { objects: listed([A, B], '2026-12-23T05:59:00Z'), attempts: loaded },
    ],
    [
      'has no row',
      'empty',
      OVERDUE,
      { objects: inLake, attempts: [attempt({ outcome: 'empty', merge_number: 0 })] },
    ],
    ['failed', 'failed', STARTED, { objects: inLake, attempts: [failed] }],
    ['failed, and its files are gone', 'failed', new Date('2026-12-23T06:00:00Z'), { attempts: [failed] }],
    [
      'failed, and was loaded after',
      'loaded',
      OVERDUE,
      { objects: inLake, attempts: [failed, attempt({ failures: 1 })] },
    ],
  ])('if it %s is %s', (_, state, now, what) => {
    expect(stateAt(now, what)).toBe(state);
  });

  test('if files were left out, is quarantined, with the reason', () => {
    const quarantined = attempt({
      quarantined: 1,
      error: 'UnreadableFile',
      cause: 'a is cut off.',
      fix: 'Write it again.',
    });
    const fingerprint = fingerprintOf([A], knownColumns());
    expect(
      statusAt(OVERDUE, { objects: listed([A]), attempts: [{ ...quarantined, fingerprint }] }),
    ).toMatchObject({
      state: 'quarantined',
      ...{ error: 'UnreadableFile', cause: 'a is cut off.', fix: 'Write it again.' },
      reason: null,
    });
  });

  test('tells of the last load and of the failure after it', () => {
    const later = { ...failed, merge_number: 1, execution: 'load-2', finished: '2026-11-23T07:21:00.000Z' };
    expect(statusAt(OVERDUE, { objects: listed([A, B]), attempts: [attempt({}), later] })).toEqual({
      ...{ hour: HOUR, state: 'failed', reason: 'late-files', files: 2, bytes: 20, error_objects: 0 },
      ...{ rows_in_files: 7, inserted: 6, loaded_at: '2026-11-23T06:21:00.000Z' },
      ...{ attempts: 2, execution: 'load-2', error: 'Throttled', cause: 'Too much.', fix: 'Wait.' },
      next_try: '2026-11-23T08:21:00.000Z',
    });
  });

  test('of a failure by its files has no next try', () => {
    const byFile = { ...failed, error: 'ColumnMismatch' };
    expect(statusAt(OVERDUE, { objects: listed([A]), attempts: [byFile] })).toMatchObject({ next_try: null });
  });

  function knownColumns(): string {
    return (JSON.parse(judgeOf(dataset)) as [string])[0];
  }
});

test('whatever happened to an hour, it needs a load exactly if a plan of all that is due takes it', () => {
  const outcome = fc.constantFrom<LedgerAttempt['outcome']>('loaded', 'empty', 'failed', 'dropped');
  const files = fc.subarray([A, B, file('c')]);
  const anyAttempt = fc
    .record({
      outcome,
      reason: fc.constantFrom('new', 'late-files', 'requested', 'overlapped'),
      files,
      merge_number: fc.nat(4),
      built_on: fc.nat(4),
      failures: fc.nat(3),
      quarantined: fc.constantFrom(0, 0, 1),
    })
    .map(({ files: held, ...each }) => attempt({ ...each, fingerprint: fingerprintOf(held) }));
  const open: readonly HourState[] = ['failed', 'overdue', 'late', 'waiting'];
  let due = 0;
  fc.assert(
    fc.property(fc.array(anyAttempt, { maxLength: 5 }), files, (attempts, present) => {
      const objects = present.length > 0 ? listed(present) : undefined;
      const what = { ...(objects ? { objects } : {}), attempts };
      const input = parseExecutionInput({ from: HOUR, to: HOUR, due: true });
      const range = { from: HOUR, to: HOUR };
      const partitions = knownPartitions(attemptsOf(new Map([[HOUR, attempts]])));
      const inLake = new Map(present.length > 0 ? [[HOUR, present]] : []);
      const plan = planLoad(dataset, input, range, inLake, new Map(), partitions, OVERDUE);
      expect(open.includes(stateAt(OVERDUE, what))).toBe(plan.partitions.length > 0);
      due += plan.partitions.length;
    }),
    { numRuns: 500 },
  );
  expect(due).toBeGreaterThan(50);
});

describe('the verdict', () => {
  const hours = hoursFrom('2026-11-23T00', '2026-11-23T05');
  const of = (...states: HourState[]) =>
    verdictOf(
      states.map((state, index) => ({ ...statusAt(SETTLED), hour: hours[index]!, state })),
      '2026-11-23T04',
    );

  test('names the newest hour that is in, and how far it is behind', () => {
    expect(of('loaded', 'empty', 'waiting', 'missing', 'open')).toMatchObject({
      newest: '2026-11-23T01',
      behind: 3,
      is_well: true,
    });
    expect(of('loaded', 'loaded', 'loaded', 'loaded', 'loaded', 'loaded')).toMatchObject({ behind: 0 });
    expect(of('missing')).toMatchObject({ newest: null, behind: null });
  });

  test('is bad if an hour has failed or is overdue, and counts every state', () => {
    for (const state of HOUR_STATES)
      expect(of('loaded', state)).toMatchObject({
        is_well: !NEEDS_A_PERSON.includes(state),
        counts: expect.objectContaining({ [state]: state === 'loaded' ? 2 : 1 }) as object,
      });
  });
});
