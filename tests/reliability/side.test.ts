import type { DefectName } from '../../reliability/histories/defects';
import type { LakeFile } from '../../reliability/histories/lake';
import type { Recorded } from '../../reliability/histories/load-history';
import { Side } from '../../reliability/histories/side';
import type { Trip } from '../../reliability/histories/trip';
import type { OnBadFile } from '../../reliability/histories/variants';

const HOUR = '2026-11-20T08';

const trip = (trip_id: string): Trip => ({
  trip_id,
  vendor_id: null,
  pickup_datetime: '2025-12-31 23:59:59',
  dropoff_datetime: null,
  passenger_count: null,
  trip_distance: null,
  total_amount: 1050,
  updated_at: '2026-11-20 08:00:00',
});
const file = (name: string, defect?: DefectName): LakeFile => ({
  ...{ identity: `${name} ${defect ?? ''}`, name, trips: [trip(name)] },
  ...(defect ? { defect } : {}),
});
const GOOD = file('good');
const BAD = file('bad', 'is empty');
const LONG = file('long', 'has too long a text');

const NOTHING = { staged: 0, duplicates: 0, superseded: 0, deleted: 0, inserted: 0, rows_in_files: 0 };
const LOADED: Recorded = {
  ...{ dataset: 'trips', partition: HOUR, execution: 'first', reason: 'new', outcome: 'loaded' },
  ...{ finished: '', error: null, cause: null, files: 1, quarantined: 0, merge_number: 1 },
  ...{ ...NOTHING, rows_in_files: 1, staged: 1, inserted: 1 },
};
const QUARANTINED: Recorded = {
  ...LOADED,
  ...{ quarantined: 1, error: 'FilesQuarantined', cause: 's3://lake/trips/bad: UnreadableFile: it is empty' },
};
const FAILED: Recorded = {
  ...{ ...LOADED, ...NOTHING, outcome: 'failed', files: 0 },
  ...{ error: 'UnreadableFile', cause: QUARANTINED.cause },
};

/** A side that is asked for the hour with these files, in as many executions as there are rows. */
function judged(onBadFile: OnBadFile, files: readonly LakeFile[], ...rows: readonly Recorded[]): () => Side {
  return () => {
    const side = new Side('trips', onBadFile);
    for (const row of rows) {
      side.ask(row.execution, new Map([[HOUR, files]]));
      const fresh = side.look([row], new Map());
      side.assertNothingLost([{ execution: row.execution, hours: [HOUR] }], fresh);
    }
    return side;
  };
}

test.each<[string, OnBadFile, readonly LakeFile[], Recorded]>([
  ['a good file is loaded', 'fail', [GOOD], LOADED],
  ['a bad file fails its hour', 'fail', [GOOD, BAD], FAILED],
  ['a bad file is left out and named', 'quarantine', [GOOD, BAD], QUARANTINED],
])('%s', (_, onBadFile, files, row) => {
  expect(judged(onBadFile, files, row)).not.toThrow();
});

const AGAIN = { execution: 'second', reason: 'late-files', superseded: 0, deleted: 0 } as const;
const NOTHING_NEW: Recorded = { ...LOADED, ...NOTHING, ...AGAIN, outcome: 'empty', files: 0, quarantined: 1 };

test.each<[string, OnBadFile, readonly LakeFile[], readonly Recorded[]]>([
  ['an hour is loaded in spite of a bad file', 'fail', [GOOD, BAD], [LOADED]],
  ['an hour fails without a bad file', 'fail', [GOOD], [FAILED]],
  ['an hour fails although bad files are left out', 'quarantine', [GOOD, BAD], [FAILED]],
  ['a failure has another error', 'fail', [GOOD, BAD], [{ ...FAILED, error: 'ColumnMismatch' }]],
  ['a failure does not name the file', 'fail', [GOOD, BAD], [{ ...FAILED, cause: 'something failed' }]],
  ['a failure comes later than it could', 'fail', [LONG, BAD], [{ ...FAILED, error: 'ValueTooLong' }]],
  ['a failure loads rows', 'fail', [GOOD, BAD], [{ ...FAILED, inserted: 1 }]],
  ['files left out are not counted', 'quarantine', [GOOD, BAD], [{ ...QUARANTINED, quarantined: 0 }]],
  [
    'files left out are not reported',
    'quarantine',
    [GOOD, BAD],
    [{ ...QUARANTINED, error: null, cause: null }],
  ],
  [
    'a file left out is named with another error',
    'quarantine',
    [GOOD, BAD],
    [{ ...QUARANTINED, cause: 's3://lake/trips/bad: ValueInvalid: x' }],
  ],
  ['a good file is left out, too', 'quarantine', [GOOD, file('other'), BAD], [QUARANTINED]],
  ['an hour is tried again although nothing is new', 'quarantine', [GOOD, BAD], [QUARANTINED, NOTHING_NEW]],
])('it is wrong if %s', (_, onBadFile, files, rows) => {
  expect(judged(onBadFile, files, ...rows)).toThrow(
    expect.objectContaining({ name: 'WrongOutcome' }) as Error,
  );
});

test('it is wrong if an hour with a bad file is not tried again', () => {
  const side = judged('fail', [GOOD, BAD], FAILED)();
  side.ask('second', new Map([[HOUR, [GOOD, BAD]]]));
  expect(() => {
    side.assertNothingLost([{ execution: 'second', hours: [HOUR] }], []);
  }).toThrow('an hour with a bad file was not tried');
});

test('a scheduled execution may find in the ledger that another one of the same moment has failed', () => {
  const present = new Map([[HOUR, [GOOD, BAD]]]);
  const asked = [{ execution: 'second', hours: [HOUR], isScheduled: true }];
  const beside = judged('fail', [GOOD, BAD], FAILED)();
  beside.ask('second', present);
  expect(() => {
    beside.assertNothingLost(asked, [FAILED]);
  }).not.toThrow();
  const alone = judged('fail', [GOOD])();
  alone.ask('second', present);
  expect(() => {
    alone.assertNothingLost(asked, []);
  }).toThrow('an hour with a bad file was not tried');
});
