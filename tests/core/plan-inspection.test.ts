import fc from 'fast-check';
import type { BadFile } from '../../core/bad-files';
import { columnsDigest } from '../../core/columns';
import type { LakeFile } from '../../core/files';
import type { Footer } from '../../core/footer';
import type { ParquetField } from '../../core/parquet-types';
import type { PartitionPlan } from '../../core/plan';
import {
  chooseFiles,
  planInspection,
  type InspectionSubject,
  type ReadFile,
} from '../../core/plan-inspection';
import type { Inspection, PartitionState } from '../../core/states';
import { loadErrorOf } from './load-error';
import { ordersDataset } from './orders';

const FAIL = ordersDataset();
const QUARANTINE = ordersDataset({ load: { on_bad_file: 'quarantine' } });
const LOAD: PartitionState = {
  dataset: 'orders',
  partition: '2026-11-23T08',
  execution: 'execution-1',
  reason: 'late-files',
  files: 2,
  diagnosis_bytes: 10_000,
  most_further_copies: 2,
  built_on: 4,
  failures: 2,
};
const STARTED = new Date('2026-11-23T09:25:00.500Z');
const FIELDS: readonly ParquetField[] = [
  { name: 'order_id', type: 'INT64' },
  { name: 'ordered_at', type: 'INT96' },
  { name: 'status', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  { name: 'amount', type: 'INT64', converted_type: 'DECIMAL', precision: 10, scale: 2 },
];

const file = (name: string, etag = 'e1'): LakeFile => ({ key: `orders/${name}`, etag, size: 100 });
const footer = (rows: number): Footer => ({
  rows,
  fields: FIELDS,
  nulls: new Map(),
  times: new Map(),
});
const bad = (name: string, changes: Partial<BadFile> = {}): BadFile => ({
  ...file(name),
  error: 'UnreadableFile',
  reason: 'it is empty',
  ...changes,
});
const names = (files: readonly LakeFile[]) => files.map(({ key }) => key.replace('orders/', ''));

function subject(present: readonly LakeFile[], changes: Partial<InspectionSubject> = {}): InspectionSubject {
  const found = { present, errors: [], error_records: 0 };
  return { bucket: 'lake', dataset: QUARANTINE, load: LOAD, found, ...changes };
}

/** The plan of the last load, with its loaded and its quarantined files. */
function previous(loaded: readonly LakeFile[], quarantined: readonly BadFile[] = []): PartitionPlan {
  return {
    dataset: 'orders',
    partition: LOAD.partition,
    execution: 'execution-0',
    parts: [],
    rows: 0,
    loaded,
    fingerprint: 'f',
    vanished: [],
    overwritten: [],
    quarantined,
    columns_digest: columnsDigest(QUARANTINE.columns),
    error_objects: 0,
    error_records: 0,
  };
}

function inspect(about: InspectionSubject, read: Readonly<Record<string, Footer | string>> = {}) {
  const chosen = chooseFiles(about);
  const files = chosen.unread.map((each): ReadFile => ({
    ...each,
    footer: read[each.key.replace('orders/', '')] ?? footer(5),
  }));
  return planInspection(about, chosen, files, STARTED);
}

describe('the files of an inspection', () => {
  test('are the files that the target does not hold, by key and content', () => {
    const about = subject([file('a'), file('b', 'e2'), file('c')], {
      previous: previous([file('a'), file('b')]),
    });
    expect(names(chooseFiles(about).due)).toEqual(['b', 'c']);
  });

  test('are all files if the partition was requested', () => {
    const about = subject([file('a')], {
      load: { ...LOAD, reason: 'requested' },
      previous: previous([file('a')], [bad('b')]),
    });
    expect(chooseFiles(about)).toEqual({
      due: [file('a')],
      unread: [file('a')],
      known: [],
      told: [],
    });
  });

  test('do not include a bad file of the last load that has not changed', () => {
    const about = subject([file('a'), file('b')], { previous: previous([], [bad('b')]) });
    expect(chooseFiles(about)).toMatchObject({ unread: [file('a')], known: [bad('b')], told: [bad('b')] });
  });

  test.each<[string, readonly LakeFile[], Partial<InspectionSubject>]>([
    ['it was written again', [file('b', 'e2')], {}],
    [
      'the columns have changed',
      [file('b')],
      {
        dataset: ordersDataset({
          target: { sortkey: ['ordered_at'] },
          load: { on_bad_file: 'quarantine' },
          columns: [
            { name: 'order_id', type: 'bigint', required: true },
            { name: 'ordered_at', type: 'timestamp', required: true },
          ],
        }),
      },
    ],
    ['bad files fail the partition', [file('b')], { dataset: FAIL }],
    ['somebody asks for the hour', [file('b')], { load: { ...LOAD, reason: 'requested' } }],
  ])('include a bad file of the last load if %s', (_, present, changes) => {
    const about = subject(present, { previous: previous([], [bad('b')]), ...changes });
    expect(chooseFiles(about)).toMatchObject({ unread: present, known: [], told: [] });
  });
});

describe('an inspection', () => {
  test('of good files is ready for loading', () => {
    const { plan, inspection } = inspect(subject([file('a'), file('b')]), { a: footer(10) });
    expect(plan).toMatchObject({ rows: 15, quarantined: [], loaded: [file('a'), file('b')] });
    expect(plan).not.toHaveProperty('diagnosis');
    expect(inspection).toEqual({
      outcome: 'ready',
      plan_key: 'sluice/orders/2026-11-23T08/execution-1/plan.json',
      fingerprint: plan.fingerprint,
      parts: 1,
      files: 2,
      rows: 15,
      bytes: 200,
      statements: { copy: 2, check: 1, bytes: expect.any(Number) as number },
      quarantined: 0,
      vanished: 0,
      overwritten: 0,
      error_objects: 0,
      error_records: 0,
      on_bad_file: 'quarantine',
      further_copies: 0,
      searching: false,
      started: '2026-11-23T09:25:00.500Z',
      statement_timeout_minutes: 60,
      merge_timeout_minutes: 240,
    });
  });

  test('without files to load is empty', () => {
    expect(inspect(subject([])).inspection).toMatchObject({ outcome: 'empty', files: 0, rows: 0, bytes: 0 });
  });

  test('counts files that were deleted or overwritten since the last load', () => {
    const about = subject([file('b', 'e2')], { previous: previous([file('a'), file('b')]) });
    expect(inspect(about).inspection).toMatchObject({ files: 1, vanished: 1, overwritten: 1 });
  });

  test('leaves a bad file out, and says why once', () => {
    const about = subject([file('a'), file('b')]);
    const { plan, inspection } = inspect(about, { b: 'it is empty' });
    expect(plan).toMatchObject({ rows: 5, loaded: [file('a')] });
    expect(names(plan.quarantined)).toEqual(['b']);
    expect(inspection).toMatchObject({ outcome: 'ready', files: 1, quarantined: 1 });
    expect(plan.diagnosis).toMatchObject({
      error: 'FilesQuarantined',
      cause: expect.stringMatching(
        /^1 of 2 files were left out, the others loaded:\n.*it is empty$/,
      ) as string,
    });
    // The next load of the partition reports only new ones.
    const next = inspect(subject([file('a'), file('b'), file('c')], { previous: plan }));
    expect(next.inspection).toMatchObject({ files: 1, quarantined: 1 });
    expect(next.plan).not.toHaveProperty('diagnosis');
    const worse = inspect(subject([file('b'), file('c')], { previous: plan }), { c: 'it is encrypted' });
    expect(worse.inspection).toMatchObject({ outcome: 'empty', quarantined: 2 });
    expect(worse.plan.diagnosis?.cause).toMatch(/^1 of 2 files were left out:\n.*orders\/c: .*encrypted$/);
  });

  test('shortens the diagnosis for the payload, but not in the plan', () => {
    const about = subject([file('b')], { load: { ...LOAD, diagnosis_bytes: 100 } });
    const { plan, inspection } = inspect(about, { b: 'x'.repeat(600) });
    expect(
      Buffer.byteLength(`${inspection.diagnosis?.cause}${inspection.diagnosis?.fix}`),
    ).toBeLessThanOrEqual(100);
    expect(plan.diagnosis?.cause).toContain('x'.repeat(600));
  });

  test('fails because of a bad file if the dataset does not quarantine', () => {
    const about = subject([file('a'), file('b')], { dataset: FAIL });
    expect(loadErrorOf(() => inspect(about, { b: 'it is empty' }))).toMatchObject({
      name: 'UnreadableFile',
      reason: expect.stringContaining('1 of 2 files cannot be loaded into dataset orders') as string,
    });
  });
});

describe('an inspection after a COPY that found a bad file', () => {
  const before: Inspection = inspect(subject([file('a'), file('b'), file('c')])).inspection;
  const failed = (
    cause: string,
    changes: { further_copies?: number; quarantined?: readonly BadFile[]; Error?: string } = {},
  ): InspectionSubject['before'] => ({
    inspection: { ...before, further_copies: changes.further_copies ?? 0 },
    plan: {
      quarantined: changes.quarantined ?? [],
      parts: [
        {
          table: 't',
          columns: [],
          copies: [
            {
              manifest_key: 'm',
              columns: [],
              files: ['a', 'b', 'c'].map((name) => ({ ...file(name), rows: 5 })),
            },
          ],
        },
      ],
    },
    error: {
      Error: changes.Error ?? 'ValueInvalid',
      Cause: JSON.stringify({ errorMessage: `${cause}\nFix: Correct the values.` }),
    },
  });
  const all = [file('a'), file('b'), file('c')];

  test('leaves out the file that the error names, and all that were left out before', () => {
    const about = subject(all, {
      before: failed('s3://lake/orders/b: invalid value', { quarantined: [bad('c')] }),
    });
    expect(names(chooseFiles(about).known)).toEqual(['c', 'b']);
    const { plan, inspection } = inspect(about);
    expect(inspection).toMatchObject({ files: 1, quarantined: 2, further_copies: 1 });
    expect(plan.quarantined.at(-1)).toEqual({
      ...file('b'),
      error: 'ValueInvalid',
      reason: 's3://lake/orders/b: invalid value',
    });
  });

  test('knows the staging tables of all COPYs before it, so that none is left', () => {
    const about = subject(all, { before: failed('s3://lake/orders/b: invalid value') });
    const more = { ...before, parts: 3 };
    expect(inspect(about).inspection.parts).toBe(1);
    expect(inspect({ ...about, before: { ...about.before!, inspection: more } }).inspection.parts).toBe(3);
  });

  test('does not leave out a file that was written again meanwhile', () => {
    const present = [file('a'), file('b', 'e2')];
    const about = subject(present, { before: failed('s3://lake/orders/b: invalid value') });
    expect(chooseFiles(about)).toMatchObject({ unread: present, known: [] });
  });

  test.each<[string, string]>([
    ['is not caused by one file', 'AccessDenied'],
    ['has an unknown name', 'Runtime.ExitError'],
  ])('fails with an error that %s', (_, Error) => {
    const about = subject(all, { before: failed('s3://lake/orders/b: no', { Error }) });
    expect(loadErrorOf(() => chooseFiles(about)).name).toBe(
      Error === 'Runtime.ExitError' ? 'StatementFailed' : Error,
    );
  });

  test('searches for a file that the error does not name: it loads half of them, and nothing counts as loaded', () => {
    const about = subject(all, { before: failed('s3://lake/orders/z: invalid value') });
    expect(names(chooseFiles(about).unread)).toEqual(['a', 'b']);
    const { plan, inspection } = inspect(about);
    expect(inspection).toMatchObject({ searching: true, files: 2, further_copies: 1, quarantined: 0 });
    expect(plan).toMatchObject({
      loaded: [],
      fingerprint: '',
      search: { error: 'ValueInvalid', suspects: all },
    });
    expect(inspection.plan_key).toMatch(/\/plan-2\.json$/);
  });

  test('fails after too many failed COPYs, and names all bad files', () => {
    const about = subject(all, {
      before: failed('s3://lake/orders/b: invalid value', { further_copies: 2, quarantined: [bad('c')] }),
    });
    const { reason } = loadErrorOf(() => chooseFiles(about));
    expect(reason).toMatch(
      /^2 of 3 files .* 3 COPYs in a row failed or searched.*\n.*orders\/c.*\n.*orders\/b/,
    );
  });
});

describe('the search for bad files that no error names', () => {
  const ERROR = {
    Error: 'ValueInvalid',
    Cause: JSON.stringify({ errorMessage: 'no file is named\nFix: None.' }),
  };

  /** Inspects and "loads" again and again, as the state machine does. A COPY fails if one of its files is bad. */
  function carryOut(present: readonly LakeFile[], isBad: (file: LakeFile) => boolean, most: number) {
    let before: InspectionSubject['before'];
    for (let copies = 1; ; copies += 1) {
      const { plan, inspection } = inspect(
        subject(present, { load: { ...LOAD, most_further_copies: most }, before }),
      );
      const tried = plan.parts.flatMap((part) => part.copies.flatMap((copy) => copy.files));
      const failed = tried.some(isBad);
      if (!failed && !inspection.searching) return { plan, copies };
      before = { inspection, plan, error: failed ? ERROR : undefined };
    }
  }

  test('leaves out exactly the bad ones, with about log2(files) COPYs for each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.infiniteStream(fc.nat(9)), (count, dice) => {
        const present = Array.from({ length: count }, (_, index) => file(`part-${index}`));
        const isBad = new Set(
          present
            .filter(() => dice.next().value === 0)
            .slice(0, 4)
            .map(({ key }) => key),
        );
        const { plan, copies } = carryOut(present, ({ key }) => isBad.has(key), 1_000);
        expect(new Set(plan.quarantined.map(({ key }) => key))).toEqual(isBad);
        expect(plan.loaded).toHaveLength(count - isBad.size);
        const forEach = Math.ceil(Math.log2(count)) + 1;
        expect(copies).toBeLessThanOrEqual(isBad.size * (forEach + 1) + 1);
      }),
    );
  });

  test('blames no file if each half loads: the whole is tried again', () => {
    const present = ['a', 'b', 'c', 'd'].map((name) => file(name));
    let failures = 1;
    const { plan } = carryOut(present, () => failures-- > 0, 1_000);
    expect(plan).toMatchObject({ quarantined: [], loaded: present });
  });

  test('ends with the names of the suspects if it takes too many COPYs', () => {
    const present = Array.from({ length: 64 }, (_, index) => file(`part-${index}`));
    const { name, reason } = loadErrorOf(() => carryOut(present, ({ key }) => key === 'orders/part-17', 2));
    expect(name).toBe('ValueInvalid');
    expect(reason).toMatch(
      /^no file is named\n3 COPYs in a row .* one of 16: orders\/part-16, .* and 6 more$/,
    );
  });

  test('leaves out the last suspect even if no COPY is left to try it alone', () => {
    const present = Array.from({ length: 8 }, (_, index) => file(`part-${index}`));
    const { plan } = carryOut(present, ({ key }) => key === 'orders/part-7', 3);
    expect(names(plan.quarantined)).toEqual(['part-7']);
    expect(plan.loaded).toHaveLength(7);
  });

  test('does not look for a name in the values that the check of staged rows quotes', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => file(name));
    const Cause = JSON.stringify({
      errorMessage: 'column amount: for example "s3://lake/orders/a"\nFix: None.',
    });
    const before = { ...inspect(subject(all)), error: { ...ERROR, Cause, of_staging: true } };
    const { plan } = inspect(subject(all, { before }));
    expect(plan).toMatchObject({ quarantined: [], search: { suspects: all } });
  });

  test('goes on without a suspect that was written again', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => file(name));
    const first = inspect(subject(all));
    const before = { ...first, error: ERROR };
    const changed = [file('a', 'e2'), ...all.slice(1)];
    const { plan } = inspect(subject(changed, { before }));
    expect(names(plan.search?.suspects ?? [])).toEqual(['b', 'c', 'd']);
  });
});
