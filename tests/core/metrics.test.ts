import { measureLoad } from '../../core/metrics';
import type { LoadReport, PartitionResult } from '../../core/report';
import { NO_COUNTS } from './counts';

const NOW = new Date('2026-11-23T12:30:00Z');

const partition = (changes: Partial<PartitionResult>): PartitionResult => ({
  ...NO_COUNTS,
  partition: '2026-11-23T08',
  reason: 'new',
  outcome: 'loaded',
  files: 1,
  rows_in_files: 10,
  staged: 10,
  duplicates: 1,
  superseded: 2,
  deleted: 0,
  inserted: 7,
  seconds: 1,
  warehouse_seconds: 2.5,
  plan_key: null,
  error: null,
  cause: null,
  fix: null,
  rerun: null,
  ...changes,
});
const report = (...partitions: PartitionResult[]): LoadReport => ({
  dataset: 'trips',
  status: 'SUCCEEDED',
  waiting: 3,
  next: null,
  partitions,
  housekeeping: null,
  strays: { count: 2, complete: true, keys: [] },
  failing: 4,
  warehouse_seconds: 3.25,
  warehouse_dollars: 0.05,
  merge_reads: null,
  warnings: [],
  error: null,
  summary: '',
  notification: null,
});

test('partitions and rows are added up', () => {
  const measured = measureLoad(
    report(partition({}), partition({ quarantined: 2 }), partition({ outcome: 'failed', inserted: 0 })),
    undefined,
    NOW,
  );
  expect(measured).toEqual({
    PartitionsLoaded: 2,
    PartitionsFailed: 1,
    PartitionsWaiting: 3,
    RowsInserted: 14,
    RowsDuplicate: 3,
    RowsSuperseded: 6,
    WarehouseSeconds: 3.25,
    FilesQuarantined: 2,
    ErrorRecords: 0,
  });
});

test('folders and files of no hour are measured by scheduled executions, which look at all of them', () => {
  expect(measureLoad(report(), '2026-11-23T05', NOW).StraysFound).toBe(2);
  expect(measureLoad(report(), undefined, NOW)).not.toHaveProperty('StraysFound');
  expect(measureLoad({ ...report(), strays: null }, '2026-11-23T05', NOW)).not.toHaveProperty('StraysFound');
});

test('records that cannot be counted or read still raise the alarm, because their objects are counted', () => {
  const { ErrorRecords } = measureLoad(
    report(
      partition({ error_objects: 4, error_records: null }),
      partition({ error_objects: 1, error_records: 9 }),
    ),
    undefined,
    NOW,
  );
  expect(ErrorRecords).toBe(13);
});

test.each([
  ['from the hour that this execution loaded', '2026-11-23T05', [partition({})], 3.5],
  ['from the hour that was loaded before', '2026-11-23T10', [partition({})], 1.5],
  ['not from an hour that failed', '2026-11-23T05', [partition({ outcome: 'failed' })], 6.5],
  ['0 for an hour that has not ended', '2026-11-23T12', [], 0],
])('lag: %s', (_, newest, partitions, hours) => {
  expect(measureLoad(report(...partitions), newest, NOW).LagHours).toBe(hours);
});
