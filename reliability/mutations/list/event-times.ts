import { mutation, type Mutation } from '../mutation';

const SCAN = 'core/target-scan.ts';
const SCAN_TEST = 'tests/core/target-scan.test.ts';
const PROMISE_TEST = 'tests/slow/nightly/merge-strategy.test.ts';
const BROKEN = 'that is broken is found by the doctor';

/** Mistakes in what is made of a promise on the event times of a key. */
export const EVENT_TIMES: readonly Mutation[] = [
  mutation(
    'event times that drift do not widen the range',
    'A corrected row stays in the target beside its correction.',
    'core/merge.ts',
    'scannedRange(staged, scannedDrift(dataset) ?? 0)',
    'scannedRange(staged, 0)',
    { file: PROMISE_TEST, test: 'that is kept to its bound' },
  ),
  mutation(
    'the range is wider only at its end',
    'A correction to a later time leaves the corrected row.',
    SCAN,
    'first: moved(first, -driftHours) ?? first',
    'first',
    { file: SCAN_TEST, test: 'holds each time that is at most so many hours from a staged one' },
  ),
  mutation(
    'the range is wider only at its beginning',
    'A correction to an earlier time leaves the corrected row.',
    SCAN,
    'last: moved(last, driftHours) ?? last',
    'last',
    { file: SCAN_TEST, test: 'holds each time that is at most so many hours from a staged one' },
  ),
  mutation(
    'a promise of 0 hours counts as none',
    'The merge reads the key of every row, and the more rows there are the longer it takes.',
    'core/dataset-file.ts',
    'drift ?? (isImmutable ? 0 : null)',
    'drift || (isImmutable ? 0 : null)',
    { file: 'tests/core/dataset.test.ts', test: 'a promise of no hours is a promise' },
  ),
  mutation(
    'a range beside MERGE',
    'An hour that is loaded again replaces a newer row, if the promise is broken.',
    SCAN,
    "load.strategy === 'merge' ? null : target.event_time_drift_hours;",
    'target.event_time_drift_hours;',
    { file: PROMISE_TEST, test: 'makes no difference to MERGE' },
  ),
  mutation(
    'rows are inserted in any order',
    'The blocks of the target overlap, and the range skips few of them.',
    'core/warehouse.ts',
    'sorted.length === 0 ? sql`` :',
    'sorted.length >= 0 ? sql`` :',
    { file: 'tests/core/warehouse.test.ts', test: 'rows are inserted in the order of the sort key' },
  ),
  mutation(
    'doctor does not look for repeated keys',
    'Nobody learns that a promise is broken.',
    'cli/doctor/keys.ts',
    'if (promised === null)',
    'if (promised !== null)',
    { file: PROMISE_TEST, test: BROKEN },
  ),
];
