import type { Diagnosis } from '../../core/diagnosis';
import {
  partitionResult,
  remarksOf,
  remarksOfStrays,
  reportLoad,
  type PartitionResult,
} from '../../core/report';
import type { Inspection } from '../../core/states';
import { merged, NO_COUNTS } from './counts';

const LOAD = {
  dataset: 'trips',
  execution: 'execution-1',
  input: { dataset: 'trips' },
  waiting: 0,
  next: null,
  housekeeping: null,
  strays: null,
  failing: null,
  isRequested: false,
  splits: [],
  isTold: false,
  scan: null,
  place: null,
  warehouse_seconds: null,
  warehouse_dollars: null,
};

/** The report of an execution that tells everything. */
const reported = (
  load: Parameters<typeof reportLoad>[0],
  partitions: readonly PartitionResult[],
  failure: Diagnosis | null,
) =>
  reportLoad(load, partitions, failure, {
    hours: new Set(partitions.map(({ partition }) => partition)),
    untried: [],
    lasting: [],
    isReminder: false,
  });

/** Nothing beside the rows, and nothing that went wrong. */
const UNREMARKABLE = {
  ...NO_COUNTS,
  plan_key: null,
  error: null,
  cause: null,
  fix: null,
  rerun: null,
};

const result = (changes: Partial<PartitionResult> = {}): PartitionResult => ({
  ...UNREMARKABLE,
  partition: '2026-11-23T08',
  reason: 'new',
  outcome: 'loaded',
  files: 2,
  rows_in_files: 10,
  staged: 10,
  duplicates: 2,
  superseded: 1,
  deleted: 3,
  inserted: 7,
  seconds: 4.2,
  warehouse_seconds: 2.5,
  ...changes,
});
const failed = (changes: Partial<PartitionResult> = {}) =>
  result({
    outcome: 'failed',
    inserted: 0,
    error: 'NullKeys',
    cause: 'trip_id is null',
    fix: 'Fix it.',
    rerun: { partition: changes.partition ?? '2026-11-23T08' },
    ...changes,
  });

describe('the result of a partition', () => {
  const inspection: Inspection = {
    outcome: 'ready',
    parts: 1,
    bytes: 1_000,
    statements: { copy: 2, check: 1, bytes: 100 },
    on_bad_file: 'fail',
    further_copies: 0,
    searching: false,
    statement_timeout_minutes: 60,
    merge_timeout_minutes: 240,
    plan_key: 'sluice/trips/p/e/plan.json',
    fingerprint: 'f',
    files: 1,
    rows: 10,
    quarantined: 0,
    vanished: 0,
    overwritten: 0,
    error_objects: 0,
    error_records: 0,
    started: '2026-12-31T23:59:58.500Z',
  };
  const rerun = { partition: '2026-12-31T22' };

  test('that was loaded', () => {
    expect(
      partitionResult(
        {
          partition: '2026-12-31T22',
          reason: 'late-files',
          outcome: 'loaded',
          files: 5,
          inspection,
          merged: merged({ staged: 10, duplicates: 2, superseded: 1, deleted: 3, inserted: 7 }),
          finished: '2027-01-01T00:00:01.000Z',
        },
        rerun,
        2.5,
      ),
    ).toEqual(
      result({
        partition: '2026-12-31T22',
        reason: 'late-files',
        plan_key: inspection.plan_key,
        files: 1,
        seconds: 2.5,
      }),
    );
  });

  test('that failed after staging: the counts so far, and why it failed', () => {
    expect(
      partitionResult(
        {
          partition: '2026-11-23T08',
          reason: 'new',
          outcome: 'failed',
          files: 5,
          inspection,
          counts: {
            partition: '2026-11-23T08',
            staged: 9,
            keys: 9,
            other_hours: 4,
            first_event: null,
            last_event: null,
            warehouse_seconds: null,
          },
          diagnosis: { error: 'RowCountMismatch', cause: 'c', fix: 'f' },
        },
        rerun,
        2.5,
      ),
    ).toMatchObject({
      files: 1,
      rows_in_files: 10,
      staged: 9,
      other_hours: 4,
      inserted: 0,
      seconds: 0,
      error: 'RowCountMismatch',
      cause: 'c',
      fix: 'f',
      rerun,
    });
  });

  test('that failed before its inspection, or is only planned: the files of the listing', () => {
    const end = { partition: '2026-11-23T08', reason: 'requested', files: 5 } as const;
    expect(partitionResult({ ...end, outcome: 'planned' }, rerun, 0)).toEqual({
      ...end,
      outcome: 'planned',
      rows_in_files: 0,
      seconds: 0,
      warehouse_seconds: 0,
      ...UNREMARKABLE,
    });
  });

  test('shows no JSON and no stack trace, even if nothing could diagnose the failure', () => {
    const cause = JSON.stringify({
      errorType: 'StatementFailed',
      errorMessage: 'ERROR: \u001b[2J (statement 1)\nFix: None.',
      trace: ['StatementFailed: ERROR', '    at handler (/var/task/x.js:1:1)'],
    });
    const end = { partition: '2026-11-23T08', reason: 'new', files: 1, outcome: 'failed' } as const;
    const result = partitionResult(
      { ...end, diagnosis: { error: 'StatementFailed', cause, fix: 'f' } },
      {},
      null,
    );
    expect(result).toMatchObject({
      error: 'StatementFailed',
      cause: 'ERROR: \\u001b[2J (statement 1)',
      fix: 'f',
    });
  });

  test('that was loaded without some of its files: what was left out, and why', () => {
    const diagnosis = { error: 'FilesQuarantined', cause: 'c', fix: 'f' };
    expect(
      partitionResult(
        {
          partition: '2026-12-31T22',
          reason: 'new',
          outcome: 'loaded',
          files: 3,
          inspection: { ...inspection, quarantined: 2, error_objects: 1, error_records: null, diagnosis },
        },
        rerun,
        2.5,
      ),
    ).toMatchObject({ outcome: 'loaded', quarantined: 2, error_records: null, ...diagnosis, rerun });
  });
});

describe('the remarks on a partition', () => {
  test('are empty if there is nothing to report', () => {
    expect(remarksOf(result({ other_hours: 3 }))).toEqual([]);
  });

  test.each<[Partial<PartitionResult>, string]>([
    [{ quarantined: 1 }, '1 file left out: cannot be loaded'],
    [{ overwritten: 2 }, '2 files overwritten since the last load, loaded again'],
    [{ overwritten: 1, outcome: 'failed' }, '1 file overwritten since the last load'],
    [{ vanished: 1 }, '1 file deleted since the last load: the rows stay in the target'],
    [
      { error_objects: 1, error_records: 1 },
      '1 record never became Parquet: 1 object under Firehose’s error prefix',
    ],
    [
      { error_objects: 2, error_records: 30 },
      '30 records never became Parquet: 2 objects under Firehose’s error prefix',
    ],
    [
      { error_objects: 2, error_records: null },
      'too many records to count never became Parquet: 2 objects under Firehose’s error prefix',
    ],
  ])('%j', (changes, remark) => {
    expect(remarksOf(result(changes))).toEqual([remark]);
  });
});

test('an execution that is stopped again by what was told before succeeds, and warns', () => {
  const failure = { error: 'TargetMismatch', cause: 'it lacks fare', fix: 'Run sluice migrate.' };
  expect(reported({ ...LOAD, isTold: true }, [], failure)).toMatchObject({
    status: 'SUCCEEDED',
    summary: 'stopped by TargetMismatch',
    warnings: ['Still stopped by TargetMismatch, as was told before: it lacks fare'],
    error: null,
    notification: null,
  });
  expect(reported(LOAD, [], failure)).toMatchObject({ status: 'FAILED', error: 'TargetMismatch' });
});

test('a plan says what a merge reads, and warns if that is more than it has to', () => {
  const scan = { reads: 'only some rows', warning: null };
  const planned = [result({ outcome: 'planned' })];
  expect(reported({ ...LOAD, scan }, planned, null)).toMatchObject({
    merge_reads: 'only some rows',
    warnings: [],
  });
  const warned = reported(
    { ...LOAD, scan: { ...scan, warning: 'target.sortkey is not set' } },
    planned,
    null,
  );
  expect(warned).toMatchObject({
    status: 'SUCCEEDED',
    warnings: ['Each merge costs more than it has to: target.sortkey is not set.'],
  });
  expect(reported(LOAD, [result()], null).merge_reads).toBeNull();
});

describe('what an execution used of the warehouse', () => {
  test.each<[string, number | null, number | null, string]>([
    ['seconds and dollars', 12.34, 0.05, 'rows inserted, 12.3 s of the warehouse (about $0.05)'],
    ['seconds alone, if the capacity is unknown', 12.34, null, 'rows inserted, 12.3 s of the warehouse'],
    ['nothing, if no statement ran', 0, 0, 'rows inserted'],
    ['nothing, if nobody knows', null, null, 'rows inserted'],
  ])('%s', (_, warehouse_seconds, warehouse_dollars, end) => {
    const report = reported({ ...LOAD, warehouse_seconds, warehouse_dollars }, [result()], null);
    expect(report).toMatchObject({ warehouse_seconds, warehouse_dollars });
    expect(report.summary.endsWith(end)).toBe(true);
  });
});

describe('an execution that succeeded', () => {
  test.each<[string, PartitionResult[], number, string]>([
    ['nothing was due', [], 0, 'nothing to load'],
    ['all were loaded', [result(), result({ inserted: 5 })], 0, '2 of 2 partitions loaded, 12 rows inserted'],
    [
      'one was empty',
      [result(), result({ outcome: 'empty', inserted: 0 })],
      0,
      '1 of 2 partitions loaded, 7 rows inserted',
    ],
    ['more are due', [result()], 3, '1 of 1 partition loaded, 7 rows inserted, 3 waiting'],
    ['only planned', [result({ outcome: 'planned' })], 0, '1 partition would be loaded'],
    [
      'only planned, more are due',
      [result({ outcome: 'planned' })],
      2,
      '1 partition would be loaded, 2 more would wait',
    ],
  ])('%s', (_, partitions, waiting, summary) => {
    const report = reported({ ...LOAD, waiting }, partitions, null);
    expect(report).toMatchObject({ status: 'SUCCEEDED', summary, waiting, error: null, notification: null });
    expect(report.partitions).toEqual(partitions);
  });

  test('returns the input that loads the waiting partitions', () => {
    const next = { from: '2026-11-23T09', to: '2026-11-23T23' };
    expect(reported({ ...LOAD, waiting: 15, next }, [result()], null).next).toEqual(next);
  });
});

describe('an execution in which partitions failed', () => {
  const partitions = [
    result(),
    failed(),
    failed({ partition: '2026-11-23T09', error: 'FileVanished', cause: 'gone' }),
  ];
  const report = reported({ ...LOAD, waiting: 2 }, partitions, null);

  test('fails with the first one’s error, although another was loaded', () => {
    expect(report).toMatchObject({
      status: 'FAILED',
      error: 'NullKeys',
      summary: '1 of 3 partitions loaded, 7 rows inserted, 2 failed, 2 waiting',
    });
  });

  test('notifies once of all that failed', () => {
    expect(report.notification?.subject).toBe(
      'Sluice: trips: 2 of 3 partitions failed (NullKeys, FileVanished)',
    );
    const message = report.notification?.message;
    expect(message).toContain(
      'Execution execution-1 failed: 1 of 3 partitions loaded, 7 rows inserted, 2 failed, 2 waiting.',
    );
    expect(message).toContain('Partition 2026-11-23T08 (new): NullKeys');
    expect(message).toContain('Partition 2026-11-23T09 (new): FileVanished');
  });
});

describe('a scheduled execution', () => {
  const told = { hours: new Set<string>(), untried: [], lasting: [], isReminder: false };
  const lasting = {
    ...{ partition: '2026-11-22T08', error: 'NullKeys', cause: 'null again', fix: 'Fix it.' },
    rerun: { partition: '2026-11-22T08' },
  };

  test('succeeds if it has nothing new to complain of, and says how many hours fail', () => {
    expect(reportLoad({ ...LOAD, failing: 2 }, [failed(), result()], null, told)).toMatchObject({
      status: 'SUCCEEDED',
      error: null,
      notification: null,
      failing: 2,
      summary: '1 of 2 partitions loaded, 7 rows inserted, 1 failed, 2 failing or incomplete in all',
    });
  });

  test('names some of what still fails, as a warning', () => {
    const untried = Array.from({ length: 7 }, (_, index) => ({
      partition: `2026-11-22T0${index}`,
      error: 'NullKeys',
    }));
    const { warnings, status } = reportLoad(LOAD, [], null, { ...told, untried });
    expect(status).toBe('SUCCEEDED');
    expect(warnings).toHaveLength(6);
    expect(warnings[0]).toBe('Hour 2026-11-22T00 still fails or lacks files: NullKeys.');
    expect(warnings[5]).toBe('2 more hours still fail or lack files.');
  });

  test('tells only what is new', () => {
    const other = failed({ partition: '2026-11-23T09', error: 'FileVanished' });
    const hours = new Set(['2026-11-23T09']);
    const { notification, error } = reportLoad(LOAD, [failed(), other], null, { ...told, hours });
    expect(error).toBe('FileVanished');
    expect(notification?.message).toContain('2026-11-23T09 (new)');
    expect(notification?.message).not.toContain('2026-11-23T08 (new)');
  });

  test('tells all that lasts when it is time to, also what it did not try', () => {
    const complaint = { ...told, lasting: [lasting], isReminder: true };
    const { notification, status } = reportLoad({ ...LOAD, failing: 2 }, [failed()], null, complaint);
    expect(status).toBe('FAILED');
    expect(notification?.message).toContain('2026-11-23T08 (new)');
    expect(notification?.message).toContain('Partition 2026-11-22T08, still: NullKeys');
    expect(notification?.message).toContain('What happened: null again');
    expect(reportLoad({ ...LOAD, failing: 1 }, [], null, complaint)).toMatchObject({
      status: 'FAILED',
      error: 'NullKeys',
      notification: {
        subject: 'Sluice: trips: 1 partition still failing or incomplete (2026-11-22T08: NullKeys)',
      },
    });
  });
});

describe('an execution for hours in which nothing is', () => {
  const empty = result({ outcome: 'empty', reason: 'requested', files: 0 });

  test('warns', () => {
    const report = reported({ ...LOAD, isRequested: true }, [empty, result()], null);
    expect(report.warnings).toEqual([
      'Nothing was found in hour 2026-11-23T08: no file is under the dataset’s prefix there.',
    ]);
    expect(reported({ ...LOAD, isRequested: true }, [], null).warnings).toEqual([
      'Nothing was found in the hours that were asked for: no file is under the dataset’s prefix there.',
    ]);
  });

  test('does not warn if it was not asked, or if files vanished or were left out', () => {
    expect(reported(LOAD, [], null).warnings).toEqual([]);
    expect(
      reported(
        LOAD,
        [
          { ...empty, vanished: 1 },
          { ...empty, quarantined: 1 },
        ],
        null,
      ).warnings,
    ).toEqual([]);
  });
});

describe('an execution that left files out', () => {
  const quarantined = result({
    quarantined: 2,
    error: 'FilesQuarantined',
    cause: '2 of 4 files were left out',
    fix: 'Write them again.',
    rerun: { dataset: 'trips', partition: '2026-11-23T08' },
  });

  test('fails, so that it is reported, although all partitions were loaded', () => {
    expect(reported(LOAD, [quarantined, result()], null)).toMatchObject({
      status: 'FAILED',
      error: 'FilesQuarantined',
      summary: '2 of 2 partitions loaded, 14 rows inserted, 2 files left out',
      notification: {
        subject:
          'Sluice: trips: 1 of 2 partitions loaded without some files (2026-11-23T08: FilesQuarantined)',
        message: [
          'Execution execution-1 failed: 2 of 2 partitions loaded, 14 rows inserted, 2 files left out.',
          '',
          'Partition 2026-11-23T08 (new), 2 of its files left out: FilesQuarantined',
          'What happened: 2 of 4 files were left out',
          'How to fix it: Write them again.',
          'To load it again, start an execution with {"dataset":"trips","partition":"2026-11-23T08"}',
          'Runbook: docs/runbook.md#filesquarantined',
        ].join('\n'),
      },
    });
  });

  test('has the error of a failed partition, if one failed', () => {
    expect(reported(LOAD, [quarantined, failed()], null)).toMatchObject({
      error: 'NullKeys',
      notification: { subject: 'Sluice: trips: 1 of 2 partitions failed (FilesQuarantined, NullKeys)' },
    });
  });
});

test('records that never became Parquet are reported, but are not a failure', () => {
  const report = reported(LOAD, [result({ error_objects: 1, error_records: 4 }), result()], null);
  expect(report).toMatchObject({
    status: 'SUCCEEDED',
    summary: '2 of 2 partitions loaded, 14 rows inserted, 4 records never became Parquet',
  });
});

describe('strays', () => {
  const strays = { count: 7, complete: false, keys: ['trips/a', 'trips/b\u001b[2J\nc'] };

  test('are in the report of an execution, which succeeds', () => {
    expect(reported({ ...LOAD, strays }, [result()], null)).toMatchObject({
      status: 'SUCCEEDED',
      summary: '1 of 1 partition loaded, 7 rows inserted, at least 7 folders or files belong to no hour',
      notification: null,
      strays,
    });
    const one = { count: 1, complete: true, keys: ['trips/a'] };
    expect(reported({ ...LOAD, strays: one }, [], null).summary).toBe(
      'nothing to load, 1 folder or file belongs to no hour',
    );
    expect(reported({ ...LOAD, strays: { ...one, count: 0 } }, [], null).summary).toBe('nothing to load');
  });

  test('are named for people, one line each, without control characters', () => {
    expect(remarksOfStrays(strays)).toEqual([
      'trips/a belongs to no hour of the dataset: no load reads it',
      'trips/b\\u001b[2J\\nc belongs to no hour of the dataset: no load reads it',
      '… and at least 5 more',
    ]);
    expect(remarksOfStrays({ count: 0, complete: true, keys: [] })).toEqual([]);
    expect(remarksOfStrays(null)).toEqual([]);
  });
});

test('an execution that failed as a whole has no partitions, and notifies of why', () => {
  const failure = { error: 'RegionMismatch', cause: 'The bucket is elsewhere.', fix: 'Move it.' };
  const report = reported({ ...LOAD, dataset: null, input: { from: 'a', to: 'b' } }, [], failure);
  expect(report).toMatchObject({ status: 'FAILED', dataset: null, error: 'RegionMismatch', partitions: [] });
  expect(report.notification?.subject).toBe('Sluice: load: RegionMismatch');
});

test('a partition whose outcome is unknown fails the execution, and says what is not known', () => {
  const unknown = failed({ outcome: 'unknown', error: 'OutcomeUnknown' });
  const report = reported(LOAD, [result(), unknown], null);
  expect(report).toMatchObject({ status: 'FAILED', error: 'OutcomeUnknown' });
  expect(report.summary).toBe('1 of 2 partitions loaded, 7 rows inserted, 1 unknown');
  expect(report.notification?.subject).toBe(
    'Sluice: trips: 1 of 2 partitions has an unknown outcome (2026-11-23T08: OutcomeUnknown)',
  );
  expect(report.notification?.message).toContain('Partition 2026-11-23T08 (new): OutcomeUnknown');
  expect(remarksOf(unknown)).toEqual([
    'the merge may have been committed: rows that it changed are not counted',
  ]);
  expect(reported(LOAD, [failed(), unknown], null).notification?.subject).toBe(
    'Sluice: trips: 2 of 2 partitions failed (NullKeys, OutcomeUnknown)',
  );
});
