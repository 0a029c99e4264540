import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redshiftType } from '../../core/column-types';
import { addHours } from '../../core/hour';
import { planMerge } from '../../core/merge';
import type { PartitionPlan } from '../../core/plan';
import { byteLength, parseSqlFile, renderSql } from '../../core/sql';
import type { StagingCounts, ValidatedPartition } from '../../core/states';
import { datasetPieces } from '../../core/warehouse';
import { ROOT } from '../../testkit/root';
import { ordersDataset } from './orders';

const dataset = ordersDataset({ target: { event_time_drift_hours: 1 } });
const FIRST = '2026-11-20T08';
const TEMPLATES = parseSqlFile(readFileSync(join(ROOT, 'sql/merge-into-target.sql'), 'utf8'), 'merge');

const load = (hours: number, counts: Partial<StagingCounts> = {}): ValidatedPartition => {
  const partition = addHours(FIRST, hours);
  return {
    ...{ partition, dataset: 'orders', execution: 'one', reason: 'new', files: 1, built_on: hours },
    ...{ failures: 0, diagnosis_bytes: 100, most_further_copies: 1 },
    inspection: {
      ...{ outcome: 'ready', plan_key: 'plan', fingerprint: 'f', parts: 1, files: 1, rows: 10, bytes: 1_000 },
      ...{ quarantined: 0, vanished: 0, overwritten: 0, error_objects: 0, error_records: 0 },
      ...{ statements: { copy: 2, check: 1, bytes: 500 } },
      ...{ on_bad_file: 'fail', further_copies: 0, searching: false },
      ...{ started: '2026-11-23T09:20:00.000Z', statement_timeout_minutes: 60, merge_timeout_minutes: 240 },
    },
    counts: {
      ...{ partition, staged: 10, keys: 10, other_hours: 0, warehouse_seconds: 1 },
      first_event: `${partition.replace('T', ' ')}:00:00`,
      last_event: `${partition.replace('T', ' ')}:30:00`,
      ...counts,
    },
  };
};
const planOf = ({
  partition,
}: ValidatedPartition): Pick<PartitionPlan, 'partition' | 'parts' | 'fingerprint'> => ({
  partition,
  fingerprint: `of ${partition}`,
  parts: [
    {
      table: `staging_${partition}`,
      columns: dataset.columns.map(({ name, type }) => ({ name, type: redshiftType(type) })),
      copies: [],
    },
  ],
});
const merge = (...loads: readonly ValidatedPartition[]) =>
  planMerge(
    dataset,
    loads,
    loads.map(planOf),
    loads.map(({ partition }) => ({ partition })),
  );

/** The names of the statements that run, in order. */
function namesOf({ repeated }: ReturnType<typeof planMerge>): readonly string[] {
  return TEMPLATES.filter(({ when }) => when !== 'merge').flatMap(({ name }) =>
    (repeated[name] ?? [{}]).map(() => name),
  );
}

test('the window over the staged rows is left out only if no partition has a key twice', () => {
  expect(namesOf(merge(load(0), load(1)))).not.toContain('pick-winners');
  expect(namesOf(merge(load(0), load(1)))).toContain('take-winners');
  for (const repeated of [
    [load(0, { keys: 9 }), load(1)],
    [load(0), load(1, { keys: 9 })],
  ]) {
    expect(namesOf(merge(...repeated))).toContain('pick-winners');
    expect(namesOf(merge(...repeated))).not.toContain('take-winners');
  }
});

test('a partition alone has no rivals', () => {
  expect(namesOf(merge(load(0)))).not.toEqual(expect.arrayContaining(['find-rivals', 'drop-rivals']));
  expect(namesOf(merge(load(0), load(1)))).toEqual(expect.arrayContaining(['find-rivals', 'drop-rivals']));
});

test('each partition has parameters and a row of the history of its own; the range holds all of them', () => {
  const { parameters, repeated } = merge(load(0), load(1), load(2));
  expect(parameters).toMatchObject({
    ...{ dataset: 'orders', execution: 'one', last_merge: 2 },
    ...{ first_event: '2026-11-20 07:00:00', last_event: '2026-11-20 11:30:00' },
    ...{ partition_a: FIRST, partition_b: addHours(FIRST, 1), partition_c: addHours(FIRST, 2) },
    ...{ partition_time_c: '2026-11-20 10:00:00', keys_b: 10, fingerprint_b: `of ${addHours(FIRST, 1)}` },
  });
  expect(repeated['record-load']?.map(({ partition_time }) => partition_time)).toEqual([
    ':partition_time_a',
    ':partition_time_b',
    ':partition_time_c',
  ]);
});

test('the largest group fits into a batch, and each statement of it into 100,000 bytes', () => {
  const loads = Array.from({ length: 16 }, (_, hours) => load(hours, { keys: 9 }));
  const planned = merge(...loads);
  const statements = TEMPLATES.filter(({ when }) => when !== 'merge').flatMap((template) =>
    (planned.repeated[template.name] ?? [{}]).map((pieces) =>
      renderSql(template, { ...datasetPieces(dataset), ...planned.pieces, ...pieces }),
    ),
  );
  expect(statements.length).toBeLessThanOrEqual(40);
  expect(Math.max(...statements.map(byteLength))).toBeLessThanOrEqual(100_000);
});

test('a partition whose rows are not staged stops the merge', () => {
  expect(() => planMerge(dataset, [load(0)], [planOf(load(1))], [{}])).toThrow(RangeError);
});
