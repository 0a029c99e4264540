import * as fc from 'fast-check';
import { knownPartitions } from '../../core/attempts';
import {
  attemptsOf,
  byHour,
  changedHours,
  changedLedger,
  ENDED_TEXT,
  hoursOfRunning,
  isAhead,
  ledgerHours,
  ledgerKey,
  ledgerObject,
  lostHours,
  runningKey,
  runningText,
  warehouseOf,
} from '../../core/ledger';
import { endedAttempt, historyAttempt, type LedgerAttempt } from '../../core/ledger-attempt';
import type { PartitionEnd } from '../../core/states';

const DAY = '2026-11-23';
const OWNER = { dataset: 'trips', warehouse: '1.sluice.dev.public.trips' };
const SUBJECT = { ...OWNER, day: DAY };
const NONE = new Map<string, readonly LedgerAttempt[]>();

const attempt = (changes: Partial<LedgerAttempt> = {}): LedgerAttempt => ({
  ...{
    execution: 'one',
    outcome: 'loaded',
    reason: 'new',
    fingerprint: 'f',
    plan_key: 'plan',
    quarantined: 0,
  },
  ...{ merge_number: 1, built_on: 0, failures: 0, files: 1, rows_in_files: 2 },
  ...{ staged: 2, duplicates: 0, superseded: 0, deleted: 0, inserted: 2 },
  ...{ started: '2026-11-23T09:20:00.000Z', finished: '2026-11-23T09:21:00.000Z' },
  ...{ error: null, cause: null, fix: null },
  ...changes,
});
const ended = (hour: string, ...attempts: readonly LedgerAttempt[]) => ({
  asked: NONE,
  ended: new Map([[`${DAY}T${hour}`, attempts]]),
});

const attempts = fc
  .record({
    execution: fc.constantFrom('a', 'b', 'c', 'd'),
    outcome: fc.constantFrom('loaded' as const, 'empty' as const, 'failed' as const, 'dropped' as const),
    merge_number: fc.nat(4),
    failures: fc.nat(3),
  })
  .map(attempt);

test('an object has a key for each day, and tells its day', () => {
  const key = 'sluice/trips/ledger/1.sluice.dev.public.trips/2026/11/23.json';
  expect(ledgerKey(OWNER, DAY)).toBe(key);
  expect(ledgerObject(OWNER, key)).toEqual({ day: DAY });
  expect(ledgerObject(OWNER, `${key}.bak`)).toBeUndefined();
});

test('deployments with one bucket have ledgers of their own, whatever their names', () => {
  const of = (workgroup: string, database: string, account = '1') =>
    warehouseOf({ account, workgroup, database }, { target: { schema: 'public', table: 'trips' } });
  expect(of('sluice', 'dev')).toBe(OWNER.warehouse);
  expect(of('a.b', 'c')).not.toBe(of('a', 'b.c'));
  expect(of('a/b', 'c')).not.toContain('/');
  expect(of('a', 'b', '2')).not.toBe(of('a', 'b'));
});

test('an execution that loads has an object of its own, whatever its name', () => {
  for (const name of ['a', 'a b/ü', '%41', '2026-11-23T05:00:00Z']) {
    expect(ledgerObject(OWNER, runningKey(OWNER, name))).toEqual({ running: name });
  }
  expect(ledgerObject(OWNER, `${runningKey(OWNER, 'a').slice(0, -5)}%.json`)).toEqual({ running: 'a%' });
  expect(hoursOfRunning(runningText([`${DAY}T05`]))).toEqual([`${DAY}T05`]);
  for (const text of ['', '{', '{"hours":1}', '{"hours":[""]}', ENDED_TEXT]) {
    expect(hoursOfRunning(text)).toEqual([]);
  }
});

test('an hour that the history has lost is remembered until it is loaded', () => {
  const hour = `${DAY}T05`;
  const told = changedLedger(SUBJECT, undefined, ended('05', attempt()));
  const lost = changedLedger(SUBJECT, told, { asked: new Map([[hour, []]]), ended: NONE });
  expect(lostHours(ledgerHours(SUBJECT, lost))).toEqual([hour]);
  expect(changedHours(ledgerHours(SUBJECT, lost), NONE, { from: hour, to: hour })).toEqual(NONE);
  const loaded = changedLedger(SUBJECT, lost, ended('05', attempt({ execution: 'two' })));
  expect(lostHours(ledgerHours(SUBJECT, loaded))).toEqual([]);
});

test('an end that came after the history was asked stays, whoever writes last', () => {
  const hour = `${DAY}T08`;
  const first = attempt({ execution: 'first', merge_number: 6, built_on: 5 });
  const second = attempt({ execution: 'second', merge_number: 7, built_on: 5, reason: 'late-files' });
  const before = changedLedger(SUBJECT, undefined, ended('08', first));
  const told = ledgerHours(SUBJECT, before);
  const answer = { asked: new Map([[hour, [first]]]), told, ended: NONE };
  const endFirst = changedLedger(SUBJECT, changedLedger(SUBJECT, before, ended('08', second)), answer);
  const answerFirst = changedLedger(SUBJECT, changedLedger(SUBJECT, before, answer), ended('08', second));
  expect(endFirst).toBe(answerFirst);
  expect(knownPartitions(attemptsOf(ledgerHours(SUBJECT, endFirst)))).toMatchObject([
    { last_merge: 7, holdings: [], doubtful: { fingerprint: 'f' } },
  ]);
});

test('a ledger is ahead if it tells of a merge that the history lacks, even if the history has a later one', () => {
  const hour = `${DAY}T08`;
  const told = new Map([[hour, [attempt({ merge_number: 6 })]]]);
  const ahead = (...merges: readonly number[]) => {
    const history = new Map([[hour, merges.map((merge_number) => attempt({ merge_number }))]]);
    return isAhead(told, history, changedHours(told, history, { from: hour, to: hour }));
  };
  expect(ahead(6)).toBe(false);
  expect(ahead(6, 7)).toBe(false);
  expect(ahead(7)).toBe(true);
  expect(ahead()).toBe(true);
});

test('what is of no hour is left out', () => {
  expect(
    byHour([
      [`${DAY}T8`, attempt()],
      [`${DAY}T08`, attempt()],
    ]).size,
  ).toBe(1);
});

test('what executions add does not depend on their order, nor on how often they add it', () => {
  fc.assert(
    fc.property(fc.array(attempts, { maxLength: 30 }), fc.nat(), (all, turn) => {
      const written = (list: readonly LedgerAttempt[]) =>
        list.reduce<string | undefined>(
          (text, each) => changedLedger(SUBJECT, text, ended('08', each)),
          undefined,
        );
      const turned = all.map((_, index) => all[(index + turn) % all.length]!);
      expect(written(turned)).toBe(written(all));
      expect(written([...all, ...turned])).toBe(written(all));
      expect(written([...all].reverse())).toBe(written(all));
    }),
  );
});

test('hours of one object do not touch each other', () => {
  const first = changedLedger(SUBJECT, undefined, ended('08', attempt()));
  const both = changedLedger(SUBJECT, first, ended('09', attempt({ execution: 'two' })));
  expect([...ledgerHours(SUBJECT, both)].map(([hour, each]) => [hour, each.length])).toEqual([
    ['2026-11-23T08', 1],
    ['2026-11-23T09', 1],
  ]);
});

test('what is kept of the attempts means the same as all of them', () => {
  const many = fc.array(
    fc
      .record({
        execution: fc.nat(40).map(String),
        outcome: fc.constantFrom('loaded' as const, 'empty' as const, 'failed' as const, 'dropped' as const),
        fingerprint: fc.constantFrom('f', 'g', 'h'),
        reason: fc.constantFrom('new' as const, 'late-files' as const),
        merge_number: fc.nat(30),
        built_on: fc.nat(30),
        failures: fc.nat(30),
      })
      .map(attempt),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(many, (all) => {
      const isNumbered = ({ outcome }: LedgerAttempt) => outcome === 'loaded' || outcome === 'dropped';
      const isSame = (one: LedgerAttempt, other: LedgerAttempt) =>
        (one.outcome === other.outcome && one.execution === other.execution) ||
        // No two merges have one number, nor a merge and a drop.
        (isNumbered(one) && isNumbered(other) && one.merge_number === other.merge_number);
      const distinct = all.filter((each, index) => all.findIndex((other) => isSame(other, each)) === index);
      const text = changedLedger(SUBJECT, undefined, ended('08', ...distinct));
      const [known] = knownPartitions(attemptsOf(ledgerHours(SUBJECT, text)));
      const [whole] = knownPartitions(distinct.map((each) => ({ partition: `${DAY}T08`, ...each })));
      const meaning = (each: typeof known) =>
        each && { ...each, holdings: new Set(each.holdings.map((holding) => JSON.stringify(holding))) };
      expect(meaning(known)).toEqual(meaning(whole));
    }),
    { numRuns: 500 },
  );
});

test('all attempts that found nothing after the last merge are kept, however many they are', () => {
  const empty = Array.from({ length: 12 }, (_, index) =>
    attempt({
      execution: `empty ${index}`,
      outcome: 'empty',
      fingerprint: `files ${index}`,
      merge_number: 1,
    }),
  );
  const text = changedLedger(SUBJECT, undefined, ended('08', attempt(), ...empty));
  const [known] = knownPartitions(attemptsOf(ledgerHours(SUBJECT, text)));
  expect(known?.holdings).toHaveLength(13);
});

test.each([
  ['nothing', undefined],
  ['an empty object', ''],
  ['half of one', changedLedger(SUBJECT, undefined, ended('08', attempt())).slice(0, 100)],
  ['another shape', '[]'],
  [
    'an attempt of a later version',
    changedLedger(SUBJECT, undefined, ended('08', { ...attempt(), more: 1 } as never)),
  ],
  ['another dataset', changedLedger({ ...SUBJECT, dataset: 'orders' }, undefined, ended('08', attempt()))],
  ['another day', changedLedger({ ...SUBJECT, day: '2026-11-24' }, undefined, ended('08', attempt()))],
  ['another warehouse', changedLedger({ ...SUBJECT, warehouse: '[]' }, undefined, ended('08', attempt()))],
])('an object that is not exactly what it should be tells nothing, and is written anew: %s', (_, text) => {
  expect(ledgerHours(SUBJECT, text).size).toBe(0);
  const anew = changedLedger(SUBJECT, text, ended('09', attempt()));
  expect(anew).toBe(changedLedger(SUBJECT, undefined, ended('09', attempt())));
});

test('what the history says replaces what the ledger said, and then nothing differs', () => {
  const hour = fc.constantFrom('2026-11-23T07', '2026-11-23T08', '2026-11-23T09');
  const hours = fc.array(fc.tuple(hour, attempts), { maxLength: 12 }).map(byHour);
  const range = { from: '2026-11-23T00', to: '2026-11-23T23' };
  fc.assert(
    fc.property(hours, hours, (ledger, history) => {
      const before = changedLedger(SUBJECT, undefined, { asked: NONE, ended: ledger });
      const asked = changedHours(ledgerHours(SUBJECT, before), history, range);
      const after = ledgerHours(SUBJECT, changedLedger(SUBJECT, before, { asked, ended: NONE }));
      expect(changedHours(after, history, range).size).toBe(0);
      expect(attemptsOf(after)).toEqual(
        attemptsOf(ledgerHours(SUBJECT, changedLedger(SUBJECT, undefined, { asked: NONE, ended: history }))),
      );
    }),
  );
});

test('causes that the history was not asked for stay', () => {
  const failed = { outcome: 'failed', fingerprint: null, plan_key: null, failures: 1 } as const;
  const before = changedLedger(SUBJECT, undefined, ended('08', attempt({ ...failed, cause: 'c', fix: 'x' })));
  const asked = byHour([[`${DAY}T08`, attempt({ ...failed, failures: 2 })]]);
  expect(
    attemptsOf(ledgerHours(SUBJECT, changedLedger(SUBJECT, before, { asked, ended: NONE }))),
  ).toMatchObject([{ failures: 2, cause: 'c', fix: 'x' }]);
});

test('hours of which the history was not asked stay as they are', () => {
  const ledger = byHour([[`${DAY}T02`, attempt()]]);
  expect(changedHours(ledger, NONE, { from: `${DAY}T03`, to: `${DAY}T09` }).size).toBe(0);
  expect([...changedHours(ledger, NONE, { from: `${DAY}T02`, to: `${DAY}T09` })]).toEqual([
    [`${DAY}T02`, []],
  ]);
});

test('a clock that goes otherwise is no difference', () => {
  const ledger = byHour([[`${DAY}T08`, attempt()]]);
  const history = byHour([[`${DAY}T08`, attempt({ finished: '2026-11-23T09:20:59.000Z', cause: 'longer' })]]);
  expect(changedHours(ledger, history, { from: `${DAY}T00`, to: `${DAY}T23` }).size).toBe(0);
});

describe('an attempt that has ended', () => {
  const end = (changes: Partial<PartitionEnd>): PartitionEnd => ({
    ...{ partition: `${DAY}T08`, reason: 'new', files: 3, built_on: 4, failures: 2, outcome: 'loaded' },
    inspection: {
      ...{ outcome: 'ready', plan_key: 'plan', fingerprint: 'f', parts: 1, files: 1, rows: 2, bytes: 3 },
      ...{ quarantined: 0, vanished: 0, overwritten: 0, error_objects: 0, error_records: 0 },
      ...{ on_bad_file: 'fail', further_copies: 0, searching: false, started: '2026-11-23T09:20:00.000Z' },
      ...{ statement_timeout_minutes: 60, merge_timeout_minutes: 240 },
      statements: { copy: 2, check: 1, bytes: 100 },
    },
    merged: { staged: 2, duplicates: 0, superseded: 0, deleted: 0, inserted: 2, merge_number: 5 },
    finished: '2026-11-23T09:21:00.000Z',
    ...changes,
  });

  test('carries what the history has', () => {
    expect(endedAttempt(end({}), 'one')).toEqual([
      `${DAY}T08`,
      attempt({ merge_number: 5, built_on: 4, failures: 2 }),
    ]);
    const diagnosis = { error: 'NullKeys', cause: 'c'.repeat(5_000), fix: 'x' };
    expect(endedAttempt(end({ outcome: 'failed', merged: undefined, diagnosis }), 'one')?.[1]).toMatchObject({
      ...{ outcome: 'failed', fingerprint: null, plan_key: null, merge_number: 4, built_on: 4, failures: 3 },
      ...{ error: 'NullKeys', fix: 'x' },
    });
    expect(endedAttempt(end({ outcome: 'empty', merged: undefined }), 'one')?.[1]).toMatchObject({
      ...{ outcome: 'empty', fingerprint: 'f', merge_number: 4, failures: 2, files: 0, rows_in_files: 0 },
    });
  });

  test.each([
    ['nobody knows how', { outcome: 'unknown' }],
    ['nothing was tried', { outcome: 'planned', finished: undefined }],
    ['its number is not known', { merged: undefined }],
  ] as const)('tells nothing if %s', (_, changes) => {
    expect(endedAttempt(end(changes), 'one')).toBeUndefined();
  });
});

test('a row of the history is an attempt', () => {
  const row = {
    ...{ partition: '2026-11-23T08', execution: 'one', outcome: 'failed', reason: 'new', fingerprint: null },
    ...{
      plan_key: null,
      quarantined: null,
      merge_number: 1,
      built_on: 1,
      failures: 1,
      files: 1,
      rows_in_files: 2,
    },
    ...{ staged: 0, duplicates: 0, superseded: 0, deleted: 0, inserted: 0 },
    ...{
      started: '2026-11-23 09:20:00',
      finished: '2026-11-23 09:21:00',
      error: 'NullKeys',
      cause: 'c',
      fix: 'x',
    },
  };
  expect(historyAttempt(row)).toEqual([
    `${DAY}T08`,
    attempt({
      ...{
        outcome: 'failed',
        fingerprint: null,
        plan_key: null,
        built_on: 1,
        failures: 1,
        staged: 0,
        inserted: 0,
      },
      ...{ error: 'NullKeys', cause: 'c', fix: 'x' },
    }),
  ]);
});
