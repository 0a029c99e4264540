import type { Failure, KnownPartition } from '../../core/attempts';
import { columnsDigest } from '../../core/columns';
import { parseExecutionInput } from '../../core/execution-input';
import { fingerprintOf, type LakeFile } from '../../core/files';
import { addHours, type Hour } from '../../core/hour';
import { hoursToList, overdueHours, planLoad } from '../../core/partitions';
import { judgeOf } from '../../core/retry';
import { ORDER_COLUMNS, ordersDataset } from './orders';

const dataset = ordersDataset();
const SCHEDULED = parseExecutionInput({});
const WINDOW = { from: '2026-11-21T08', to: '2026-11-23T07' };

const file = (key: string, etag = 'e1'): LakeFile => ({ key, etag, size: 10 });
const known = (partition: Hour, what: Partial<KnownPartition> = {}): KnownPartition => ({
  partition,
  last_merge: 0,
  last_failure: 0,
  isLoaded: false,
  isDropped: false,
  isOverlapped: false,
  holdings: [],
  ...what,
});
const NOW = new Date('2026-11-23T08:25:00Z');
const planned = (
  ...[data, input, hours, files, errors, before]: Parameters<typeof planLoad> extends [...infer Most, Date]
    ? Most
    : never
) => planLoad(data, input, hours, files, errors, before, NOW);

/** The plan of the earlier load of a partition. */
const planOf = (partition: Hour) => `sluice/orders/${partition}/earlier/plan.json`;
const loaded = (partition: Hour, files: readonly LakeFile[], columns?: string): KnownPartition =>
  known(partition, {
    last_merge: 7,
    isLoaded: true,
    holdings: [
      {
        fingerprint: fingerprintOf(files, columns),
        plan_key: planOf(partition),
        quarantined: columns === undefined ? 0 : 1,
      },
    ],
  });
const FAILURE: Failure = {
  error: 'StatementFailed',
  fingerprint: null,
  finished: '2026-11-22T00:00:00.000Z',
  times: 1,
};
const failing = (partition: Hour): KnownPartition => known(partition, { last_failure: 2, failure: FAILURE });
const history = (...partitions: readonly KnownPartition[]): readonly KnownPartition[] => partitions;
const NOTHING = history();
/** What a partition hands on that was never tried, or that {@link loaded} tells of. */
const LISTED = { listed: expect.any(String) as string };
const NEVER = { built_on: 0, failures: 0, ...LISTED };
const BEFORE = { built_on: 7, failures: 0, ...LISTED };
/** No error files: Firehose delivered all records. */
const NO_ERRORS = new Map<Hour, LakeFile[]>();
const requested = (from: Hour, to: Hour) => parseExecutionInput({ from, to });

describe('the hours that an execution looks at', () => {
  const now = new Date('2026-11-23T08:25:00Z');

  test('scheduled: the lookback up to the last closed hour', () => {
    expect(hoursToList(dataset, SCHEDULED, now)).toEqual({ from: '2026-11-21T08', to: '2026-11-23T07' });
    const two = ordersDataset({ source: { lookback_hours: 2 } });
    expect(hoursToList(two, SCHEDULED, now)).toEqual({ from: '2026-11-23T06', to: '2026-11-23T07' });
    const month = ordersDataset({ source: { lookback_hours: 744 } });
    expect(hoursToList(month, SCHEDULED, now)).toEqual({ from: '2026-10-23T08', to: '2026-11-23T07' });
  });

  test('scheduled: across New Year', () => {
    expect(hoursToList(dataset, SCHEDULED, new Date('2027-01-01T00:19:59Z'))).toEqual({
      from: '2026-12-29T23',
      to: '2026-12-31T22',
    });
  });

  test('requested: exactly the requested hours, even if they are not closed yet', () => {
    expect(hoursToList(dataset, requested('2026-11-23T08', '2026-11-23T09'), now)).toEqual({
      from: '2026-11-23T08',
      to: '2026-11-23T09',
    });
  });
});

describe('a scheduled execution', () => {
  test('loads an hour that was never loaded', () => {
    const files = new Map([['2026-11-23T07', [file('a'), file('b')]]]);
    expect(planned(dataset, SCHEDULED, WINDOW, files, NO_ERRORS, NOTHING)).toEqual({
      partitions: [{ ...NEVER, partition: '2026-11-23T07', reason: 'new', files: 2 }],
      complete: [],
      waiting: 0,
    });
  });

  test('does not load an hour again, whatever the order of the listing', () => {
    const files = new Map([['2026-11-23T07', [file('a'), file('b')]]]);
    const before = history(loaded('2026-11-23T07', [file('b'), file('a')]));
    expect(planned(dataset, SCHEDULED, WINDOW, files, NO_ERRORS, before).partitions).toEqual([]);
  });

  test.each([
    ['a late file', [file('a'), file('b')]],
    ['an overwritten file', [file('a', 'e2')]],
  ])('loads an hour with %s, and passes on the plan of its last load', (_, present) => {
    const before = history(loaded('2026-11-23T07', [file('a')]));
    const plan = planned(
      dataset,
      SCHEDULED,
      WINDOW,
      new Map([['2026-11-23T07', present]]),
      NO_ERRORS,
      before,
    );
    expect(plan.partitions).toEqual([
      {
        partition: '2026-11-23T07',
        reason: 'late-files',
        files: present.length,
        previous_plan: planOf('2026-11-23T07'),
        ...BEFORE,
      },
    ]);
  });

  test('takes an hour whose files have all vanished once, and not again after that', () => {
    const before = history(loaded('2026-11-23T07', [file('a')]));
    expect(planned(dataset, SCHEDULED, WINDOW, new Map(), NO_ERRORS, before).partitions).toMatchObject([
      { partition: '2026-11-23T07', reason: 'late-files', files: 0 },
    ]);
    const after = history(loaded('2026-11-23T07', []));
    expect(planned(dataset, SCHEDULED, WINDOW, new Map(), NO_ERRORS, after).partitions).toEqual([]);
  });

  test('does not take an hour that never had files', () => {
    expect(
      planned(dataset, SCHEDULED, WINDOW, new Map([['2026-11-23T07', []]]), NO_ERRORS, NOTHING).partitions,
    ).toEqual([]);
  });

  test('takes both ends of its range and nothing outside', () => {
    const hours = ['2026-11-21T07', '2026-11-21T08', '2026-11-23T07', '2026-11-23T08'];
    const files = new Map(hours.map((hour) => [hour, [file(hour)]]));
    const before = history(loaded('2026-11-20T00', [file('gone')]));
    expect(
      planned(dataset, SCHEDULED, WINDOW, files, NO_ERRORS, before).partitions.map((each) => each.partition),
    ).toEqual(['2026-11-21T08', '2026-11-23T07']);
  });

  test('loads the oldest hour first, whatever the order of the files', () => {
    const files = new Map(
      ['2026-11-23T01', '2026-11-22T10', '2026-11-22T09'].map((hour) => [hour, [file(hour)]]),
    );
    expect(
      planned(dataset, SCHEDULED, WINDOW, files, NO_ERRORS, NOTHING).partitions.map((each) => each.partition),
    ).toEqual(['2026-11-22T09', '2026-11-22T10', '2026-11-23T01']);
  });
});

describe('an hour with records that Firehose could not deliver', () => {
  const HOUR = '2026-11-23T05';
  const errors = new Map([[HOUR, [file('errors/a')]]]);
  const none = new Map<Hour, LakeFile[]>();

  test('is due even without data files, so that it is reported', () => {
    expect(planned(dataset, SCHEDULED, WINDOW, none, errors, NOTHING).partitions).toEqual([
      { ...NEVER, partition: HOUR, reason: 'new', files: 0 },
    ]);
  });

  test('is not due again until new objects arrive', () => {
    const told = history(loaded(HOUR, [file('a'), file('errors/a')]));
    const files = new Map([[HOUR, [file('a')]]]);
    expect(planned(dataset, SCHEDULED, WINDOW, files, errors, told).partitions).toEqual([]);
    const more = new Map([[HOUR, [file('errors/a'), file('errors/b')]]]);
    expect(planned(dataset, SCHEDULED, WINDOW, files, more, told).partitions).toMatchObject([
      { partition: HOUR, reason: 'late-files', files: 1 },
    ]);
  });
});

describe('a requested load', () => {
  const files = new Map([['2026-11-23T05', [file('a')]]]);
  const before = history(loaded('2026-11-23T05', [file('a')]));
  /** With the plan of the last load, which shows the changed files. */
  const PARTITION = {
    partition: '2026-11-23T05',
    previous_plan: planOf('2026-11-23T05'),
    ...BEFORE,
  };

  test('of one hour loads all of it, whatever the history says', () => {
    const hour = { from: '2026-11-23T05', to: '2026-11-23T05' };
    expect(planned(dataset, requested(hour.from, hour.to), hour, files, NO_ERRORS, before)).toEqual({
      partitions: [{ ...PARTITION, reason: 'requested', files: 1 }],
      complete: [hour.from],
      waiting: 0,
    });
  });

  test('of one hour has a result even if the hour has no files', () => {
    const hour = { from: '2026-11-23T06', to: '2026-11-23T06' };
    expect(
      planned(dataset, requested(hour.from, hour.to), hour, files, NO_ERRORS, before).partitions,
    ).toEqual([{ ...NEVER, partition: '2026-11-23T06', reason: 'requested', files: 0 }]);
  });

  test('of a range takes only hours with files', () => {
    const range = { from: '2026-11-23T00', to: '2026-11-23T23' };
    const gone = loaded('2026-11-23T09', [file('gone')]);
    expect(
      planned(dataset, requested(range.from, range.to), range, files, NO_ERRORS, history(...before, gone))
        .partitions,
    ).toEqual([{ ...PARTITION, reason: 'requested', files: 1 }]);
  });
});

describe('more partitions than one execution takes', () => {
  const first = '2026-12-29T00';
  const hours = Array.from({ length: 103 }, (_, index) => addHours(first, index));
  const window = { from: first, to: '2027-01-05T00' };
  const files = new Map(hours.map((hour) => [hour, [file(hour)]]));

  test('scheduled: the rest waits for the next execution, which needs no input', () => {
    const plan = planned(dataset, SCHEDULED, window, files, NO_ERRORS, NOTHING);
    expect(plan.partitions.map((each) => each.partition)).toEqual(hours.slice(0, 50));
    expect(plan.waiting).toBe(53);
    expect(plan).not.toHaveProperty('next');
  });

  test('scheduled: partitions that failed come after those that were never tried', () => {
    const small = ordersDataset({ load: { max_partitions: 2 } });
    const three = new Map(hours.slice(0, 3).map((hour) => [hour, [file(hour)]]));
    const taken = (failed: readonly Hour[]) =>
      planned(small, SCHEDULED, window, three, NO_ERRORS, failed.map(failing)).partitions.map(
        (each) => each.partition,
      );
    expect(taken([])).toEqual([hours[0], hours[1]]);
    expect(taken([hours[0]!, hours[1]!])).toEqual([hours[0], hours[2]]);
    expect(taken(hours.slice(0, 3))).toEqual([hours[0], hours[1]]);
  });

  test('requested: the inputs for the rest, one after another, load every hour once', () => {
    const small = ordersDataset({ load: { max_partitions: 40 } });
    const taken: Hour[] = [];
    let range: { from: Hour; to: Hour } | undefined = window;
    const waiting: number[] = [];
    while (range) {
      const plan = planned(small, requested(range.from, range.to), range, files, NO_ERRORS, NOTHING);
      taken.push(...plan.partitions.map((each) => each.partition));
      waiting.push(plan.waiting);
      range = plan.next;
    }
    expect(taken).toEqual(hours);
    expect(waiting).toEqual([63, 23, 0]);
  });

  test('exactly as many: nothing waits, and there is no input for a rest', () => {
    const plan = planned(
      ordersDataset({ load: { max_partitions: 3 } }),
      requested(first, addHours(first, 2)),
      { from: first, to: addHours(first, 2) },
      files,
      NO_ERRORS,
      NOTHING,
    );
    expect(plan).toEqual({ partitions: expect.any(Array) as unknown[], complete: [], waiting: 0 });
    expect(plan.partitions).toHaveLength(3);
  });
});

describe('a range of which only what is due is asked for', () => {
  const hours = Array.from({ length: 4 }, (_, index) => addHours('2026-11-01T00', index));
  const [first = '', held = '', changed = '', failed = ''] = hours;
  const range = { from: first, to: failed };
  const files = new Map(hours.map((hour) => [hour, [file(hour)]]));
  const before = history(loaded(held, [file(held)]), loaded(changed, [file('earlier')]), failing(failed));
  const due = parseExecutionInput({ ...range, due: true });

  test('leaves out what is loaded, and tries at once what failed', () => {
    const { partitions } = planned(dataset, due, range, files, NO_ERRORS, before);
    expect(partitions.map(({ partition, reason }) => [partition, reason])).toEqual([
      [first, 'new'],
      [changed, 'late-files'],
      [failed, 'new'],
    ]);
    expect(
      planned(dataset, requested(first, failed), range, files, NO_ERRORS, before).partitions,
    ).toHaveLength(4);
  });

  test('an hour without files is not due, though it is asked for by itself', () => {
    const one = { from: first, to: first };
    const asked = parseExecutionInput({ ...one, due: true });
    expect(planned(dataset, asked, one, new Map(), NO_ERRORS, NOTHING).partitions).toEqual([]);
  });

  test('the input for the rest asks for what is due, too', () => {
    const small = ordersDataset({ load: { max_partitions: 2 } });
    expect(planned(small, due, range, files, NO_ERRORS, before).next).toEqual({
      ...{ from: failed, to: failed, due: true },
    });
  });
});

describe('hours that have left the lookback', () => {
  const OLD = '2026-11-19T05';
  const files = new Map([[OLD, [file('a')]]]);

  test('are overdue only if they failed, were loaded without some of their files, or were loaded twice at once', () => {
    const hours = history(
      loaded(OLD, [], 'columns'),
      loaded('2026-11-19T06', []),
      { ...loaded('2026-11-19T07', []), isOverlapped: true },
      loaded(WINDOW.from, [], 'columns'),
      failing('2026-11-18T01'),
      failing(WINDOW.to),
    );
    expect(overdueHours(WINDOW, hours)).toEqual(['2026-11-18T01', OLD, '2026-11-19T07']);
  });

  test('that failed stay due until they are loaded', () => {
    const failed = history(failing(OLD));
    const hours = { ...WINDOW, overdue: overdueHours(WINDOW, failed) };
    expect(planned(dataset, SCHEDULED, hours, files, NO_ERRORS, failed).partitions).toEqual([
      { partition: OLD, reason: 'new', files: 1, ...NEVER, failures: 2 },
    ]);
  });

  test('that failed by their files wait until these change, or are deleted', () => {
    const fingerprint = fingerprintOf([file('a')], judgeOf(dataset));
    const failure = { ...FAILURE, error: 'ColumnMismatch', fingerprint };
    const due = (present: readonly LakeFile[], held: Partial<KnownPartition> = {}, data = dataset) => {
      const before = history(known(OLD, { last_failure: 2, failure, ...held }));
      const hours = { ...WINDOW, overdue: overdueHours(WINDOW, before) };
      return planned(data, SCHEDULED, hours, new Map([[OLD, present]]), NO_ERRORS, before).partitions.length;
    };
    expect(due([file('a')])).toBe(0);
    expect(due([file('a', 'e2')])).toBe(1);
    expect(due([file('a'), file('b')])).toBe(1);
    expect(due([])).toBe(1);
    // The target holds these files, so it is an attempt by hand that failed. An attempt without files ends it.
    const { holdings } = loaded(OLD, [file('a')]);
    expect(due([file('a')], { holdings })).toBe(1);
    // Any other failure of it waits like all others.
    const statement = { ...FAILURE, fingerprint, times: 9, finished: '2026-11-23T08:00:00.000Z' };
    expect(due([file('a')], { holdings, failure: statement })).toBe(0);
    // So are other columns, and leave to do without a bad file.
    expect(due([file('a')], {}, { ...dataset, columns: dataset.columns.slice(1) })).toBe(1);
    expect(due([file('a')], {}, { ...dataset, load: { ...dataset.load, on_bad_file: 'quarantine' } })).toBe(
      1,
    );
  });

  test('of which files were left out are complete once these are deleted', () => {
    const columns = columnsDigest(dataset.columns);
    const before = history(
      known(OLD, {
        last_merge: 7,
        isLoaded: true,
        holdings: [
          ...loaded(OLD, [file('a')]).holdings,
          ...loaded(OLD, [file('a'), file('bad')], columns).holdings,
        ],
      }),
    );
    const plan = (...present: readonly LakeFile[]) => {
      const hours = { ...WINDOW, overdue: overdueHours(WINDOW, before) };
      return planned(dataset, SCHEDULED, hours, new Map([[OLD, present]]), NO_ERRORS, before);
    };
    expect(plan(file('a'), file('bad'))).toMatchObject({ partitions: [], complete: [] });
    expect(plan(file('a'))).toMatchObject({ partitions: [], complete: [OLD] });
  });

  test('that were loaded without some of their files are due after a change of a file or of the columns', () => {
    const columns = columnsDigest(dataset.columns);
    const last = loaded(OLD, [file('a')], columns);
    const due = (now: typeof dataset, present: LakeFile) =>
      planned(
        now,
        SCHEDULED,
        { ...WINDOW, overdue: [OLD] },
        new Map([[OLD, [present]]]),
        NO_ERRORS,
        history(last),
      ).partitions.map((each) => each.reason);
    expect(due(dataset, file('a'))).toEqual([]);
    expect(due(dataset, file('a', 'e2'))).toEqual(['late-files']);
    const wider = ordersDataset({
      columns: ORDER_COLUMNS.map((each) =>
        each.name === 'status' ? { ...each, type: 'varchar(32)' } : each,
      ),
    });
    expect(due(wider, file('a'))).toEqual(['late-files']);
  });
});

describe('a partition whose last two merges overlapped', () => {
  const HOUR = '2026-11-23T05';
  const files = new Map([[HOUR, [file('a')]]]);
  const [{ holdings } = { holdings: [] }] = history(loaded(HOUR, [file('a')]));
  const doubtful = known(HOUR, { last_merge: 7, isLoaded: true, isOverlapped: true, doubtful: holdings[0] });

  test('is loaded whole again if the last one cannot be relied on, though its files are the same', () => {
    expect(planned(dataset, SCHEDULED, WINDOW, files, NO_ERRORS, [doubtful]).partitions).toEqual([
      {
        partition: HOUR,
        reason: 'overlapped',
        files: 1,
        previous_plan: planOf(HOUR),
        ...BEFORE,
      },
    ]);
  });

  test('is not due for ever if its files are gone by then', () => {
    const nothing = new Map<Hour, LakeFile[]>();
    const due = (each: KnownPartition) =>
      planned(dataset, SCHEDULED, WINDOW, nothing, NO_ERRORS, [each]).partitions;
    expect(due(doubtful)).toMatchObject([{ reason: 'overlapped', files: 0 }]);
    const empty = { fingerprint: fingerprintOf([]), plan_key: 'plan', quarantined: 0 };
    expect(due({ ...doubtful, holdings: [empty] })).toEqual([]);
  });
});

test('a partition is not due if any attempt found that the target holds its files', () => {
  const HOUR = '2026-11-23T05';
  const [first] = history(loaded(HOUR, [file('a'), file('b')]));
  const later = { fingerprint: fingerprintOf([file('a')]), plan_key: 'later', quarantined: 0 };
  const both = { ...first!, holdings: [...first!.holdings, later] };
  const due = (...present: readonly LakeFile[]) =>
    planned(dataset, SCHEDULED, WINDOW, new Map([[HOUR, present]]), NO_ERRORS, [both]).partitions;
  expect(due(file('a'), file('b'))).toEqual([]);
  expect(due(file('a'))).toEqual([]);
  expect(due(file('a'), file('c'))).toMatchObject([{ reason: 'late-files', previous_plan: 'later' }]);
});
