import fc from 'fast-check';
import { groupName } from '../../core/group-name';
import { groupsOf } from '../../core/groups';
import { addHours, type Hour } from '../../core/hour';
import type { Inspection, PreparedPartition } from '../../core/states';
import { ORDER_COLUMNS, ordersDataset } from './orders';

const FIRST = '2026-11-20T00';
const GIB = 1024 ** 3;

const INSPECTION: Inspection = {
  ...{ outcome: 'ready', plan_key: 'plan', fingerprint: 'f', parts: 1, files: 1, rows: 10, bytes: 1_000 },
  ...{ quarantined: 0, vanished: 0, overwritten: 0, error_objects: 0, error_records: 0 },
  ...{ statements: { copy: 2, check: 1, bytes: 500 } },
  ...{ on_bad_file: 'quarantine', further_copies: 0, searching: false },
  ...{ started: '2026-11-23T09:20:00.000Z', statement_timeout_minutes: 60, merge_timeout_minutes: 240 },
};
const ready = (hours: number, inspection: Partial<Inspection> = {}): PreparedPartition => ({
  ...{ partition: addHours(FIRST, hours), dataset: 'orders', execution: 'one', reason: 'new', files: 1 },
  ...{ built_on: 0, failures: 0, diagnosis_bytes: 100, most_further_copies: 1 },
  inspection: { ...INSPECTION, ...inspection },
});
const several = (count: number, inspection: Partial<Inspection> = {}) =>
  Array.from({ length: count }, (_, index) => ready(index, inspection));
/** The number of partitions in each group. */
const sizes = (partitions: readonly PreparedPartition[], load: object = {}) =>
  groupsOf(ordersDataset({ load }), partitions).map((group) => group.partitions.length);

test('48 hours of one small file each are three groups', () => {
  expect(sizes(several(48))).toEqual([16, 16, 16]);
  expect(sizes(several(17))).toEqual([16, 1]);
  expect(sizes(several(5), { hours_per_merge: 2 })).toEqual([2, 2, 1]);
  expect(sizes(several(3), { hours_per_merge: 1 })).toEqual([1, 1, 1]);
  expect(sizes([])).toEqual([]);
});

test('the hours of a group lie within a day', () => {
  expect(sizes([ready(0), ready(23), ready(24)])).toEqual([2, 1]);
  expect(sizes([ready(0), ready(24)])).toEqual([1, 1]);
});

test('a group has a bound of bytes, which a single hour may exceed', () => {
  expect(sizes(several(4, { bytes: 2 * GIB }))).toEqual([2, 2]);
  expect(sizes(several(2, { bytes: 100 * GIB }))).toEqual([1, 1]);
});

test('a group has no more statements of a batch, and no longer ones, than the Data API takes', () => {
  expect(sizes(several(4, { statements: { copy: 19, check: 1, bytes: 1 } }))).toEqual([2, 2]);
  expect(sizes(several(4, { statements: { copy: 1, check: 18, bytes: 1 } }))).toEqual([2, 2]);
  expect(sizes(several(4, { statements: { copy: 1, check: 1, bytes: 40_000 } }))).toEqual([2, 2]);
  const wide = ordersDataset({
    columns: [
      ...ORDER_COLUMNS,
      ...Array.from({ length: 500 }, (_, index) => ({ name: `a_long_name_${index}`, type: 'bigint' })),
    ],
  });
  // Around the parts, the merge names all columns three times.
  const groups = groupsOf(wide, several(4, { statements: { copy: 1, check: 1, bytes: 24_000 } }));
  expect(groups.map(({ partitions }) => partitions.length)).toEqual([2, 2]);
  expect(sizes(several(2, { statements: { copy: 39, check: 37, bytes: 98_000 } }))).toEqual([1, 1]);
});

test('a partition that is empty, not inspected, or of which files were left out is loaded alone', () => {
  const groups = groupsOf(ordersDataset(), [
    ready(0),
    ready(1, { outcome: 'empty' }),
    { ...ready(2), inspection: undefined },
    ready(3, { diagnosis: { error: 'FilesQuarantined', cause: 'c', fix: 'f' } }),
    ready(4),
  ]);
  const shown = groups.map(({ partitions, outcome, on_bad_file }) => [
    ...[partitions.map(({ partition }) => partition.slice(-2)), outcome, on_bad_file],
  ]);
  expect(shown).toEqual([
    // Nobody looks for a bad file in a group: each partition is loaded alone first.
    [['00', '04'], 'ready', 'fail'],
    [['01'], 'empty', 'quarantine'],
    [['02'], 'not-inspected', 'fail'],
    [['03'], 'ready', 'quarantine'],
  ]);
});

test('every partition is in one group, and no group exceeds a bound', () => {
  const partition = fc.record({
    hour: fc.nat(100),
    bytes: fc.nat(3 * GIB),
    copy: fc.integer({ min: 2, max: 39 }),
    check: fc.integer({ min: 1, max: 37 }),
    isReady: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.uniqueArray(partition, { selector: ({ hour }) => hour, maxLength: 50 }), (drawn) => {
      const partitions = drawn
        .toSorted((left, right) => left.hour - right.hour)
        .map(({ hour, bytes, copy, check, isReady }) =>
          ready(hour, {
            bytes,
            statements: { copy, check, bytes: 1_000 },
            ...(isReady ? {} : { outcome: 'empty' }),
          }),
        );
      const groups = groupsOf(ordersDataset(), partitions);
      const firsts = groups.map(({ partitions: [first] }) => first?.partition);
      expect(firsts).toEqual(firsts.toSorted());
      const hours = groups.flatMap((group) => group.partitions.map((each) => each.partition));
      expect(hours.toSorted()).toEqual(partitions.map((each) => each.partition));
      for (const group of groups.filter((each) => each.partitions.length > 1)) {
        const sum = (value: (inspection: Inspection) => number) =>
          group.partitions.reduce((total, { inspection }) => total + value(inspection ?? INSPECTION), 0);
        expect(sum(({ bytes }) => bytes)).toBeLessThanOrEqual(4 * GIB);
        // One statement drops the staging tables. The check has three that belong to no part.
        expect(1 + sum(({ statements }) => statements.copy)).toBeLessThanOrEqual(40);
        expect(3 + sum(({ statements }) => statements.check)).toBeLessThanOrEqual(40);
      }
    }),
  );
});

test('the name of a group is never the beginning of another one’s, nor of an hour’s', () => {
  const names = [several(1), several(2), several(11), several(16)].map((each) => `${groupName(each)} `);
  expect(names).toEqual([`${FIRST} `, `${FIRST}+1 `, `${FIRST}+10 `, `${FIRST}+15 `]);
  const hour: Hour = FIRST;
  for (const name of names)
    expect([hour, ...names].filter((other) => other !== name && `${other} `.startsWith(name))).toEqual(
      name === `${hour} ` ? [hour] : [],
    );
});
