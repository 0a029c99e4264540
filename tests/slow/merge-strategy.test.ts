import { parseDataset } from '../../core/dataset';
import { prefixOfHour } from '../../core/prefix';
import { VARIANTS, variantFiles } from '../../reliability/histories/variants';
import { parquetOf, tripsSelect, type Trip } from '../../testkit/parquet';
import { ROOT } from '../../testkit/root';
import { ServiceTwin } from '../../testkit/service-twin';
import type { TestTwin } from '../../testkit/test-twin';

const EARLY = '2026-11-20T08';
const LATE = '2026-11-20T09';

/** A key's event time never changes here, as `event_time_immutable` promises. */
const trip = (trip_id: string, total_amount: number, updated: string): Trip => ({
  trip_id,
  total_amount,
  pickup_datetime: `2026-11-${trip_id === 'old' ? '01' : '20'} 0${trip_id.length}:05:00`,
  updated_at: `2026-11-20 ${updated}:00`,
});

/** One file is written, then loaded. */
interface Step {
  readonly load: string;
  readonly put?: readonly Trip[];
  readonly file?: string;
  readonly counts: readonly [staged: number, duplicates: number, superseded: number, inserted: number];
}
const step = (load: string, put: readonly Trip[] | undefined, ...counts: Step['counts']): Step => ({
  load,
  put,
  counts,
});
type Row = readonly [key: string, amount: string, hour: string];

/** The loads, and the expected target from the definition in docs/convergence.md. */
const HISTORIES: [string, readonly Step[], readonly Row[]][] = [
  [
    'duplicates within and across the files of an hour',
    [
      step(EARLY, [trip('a', 1, '08:10'), trip('a', 1, '08:10'), trip('bb', 2, '08:10')], 3, 1, 0, 2),
      { ...step(EARLY, [trip('a', 3, '08:20'), trip('bb', 2, '08:10')], 5, 3, 0, 2), file: 'b.parquet' },
    ],
    [
      ['a', '3.00', EARLY],
      ['bb', '2.00', EARLY],
    ],
  ],
  [
    'updates, inserts and rows that stay unchanged',
    [
      step(EARLY, [trip('a', 1, '08:10'), trip('old', 2, '08:10'), trip('bbbb', 3, '08:10')], 3, 0, 0, 3),
      step(LATE, [trip('old', 5, '09:10'), trip('a', 6, '09:10'), trip('ccccc', 7, '09:10')], 3, 0, 0, 3),
    ],
    [
      ['a', '6.00', LATE],
      ['bbbb', '3.00', EARLY],
      ['ccccc', '7.00', LATE],
      ['old', '5.00', LATE],
    ],
  ],
  [
    'the same hour twice',
    [
      step(EARLY, [trip('a', 1, '08:10'), trip('bb', 2, '08:10')], 2, 0, 0, 2),
      step(EARLY, undefined, 2, 0, 0, 2),
    ],
    [
      ['a', '1.00', EARLY],
      ['bb', '2.00', EARLY],
    ],
  ],
  [
    'an old hour again, after a newer one',
    [
      step(EARLY, [trip('a', 1, '08:10'), trip('bb', 2, '08:10')], 2, 0, 0, 2),
      step(LATE, [trip('a', 3, '09:10')], 1, 0, 0, 1),
      step(EARLY, undefined, 2, 0, 1, 1),
    ],
    [
      ['a', '3.00', LATE],
      ['bb', '2.00', EARLY],
    ],
  ],
  [
    'equal versions in two hours, the later one first',
    [step(LATE, [trip('a', 2, '08:10')], 1, 0, 0, 1), step(EARLY, [trip('a', 1, '08:10')], 1, 0, 1, 0)],
    [['a', '2.00', LATE]],
  ],
  [
    'a corrected file of the same hour, with equal versions',
    [
      step(EARLY, [trip('a', 1, '08:10'), trip('bb', 2, '08:10')], 2, 0, 0, 2),
      step(EARLY, [trip('a', 9, '08:10'), trip('bb', 2, '08:10')], 2, 0, 0, 2),
    ],
    [
      ['a', '9.00', EARLY],
      ['bb', '2.00', EARLY],
    ],
  ],
];

let deployed: ServiceTwin;
let twin: TestTwin;
beforeAll(async () => {
  deployed = await ServiceTwin.start(variantFiles(ROOT));
  ({ twin } = deployed);
});
afterEach(() => twin.reset());
afterAll(() => deployed.remove());

/** tests/system/convergence.test.ts tests the defaults. */
const GOOD_FILES = VARIANTS.filter(({ onBadFile }) => onBadFile === 'fail');
describe.each(GOOD_FILES.filter(({ strategy, immutable }) => strategy === 'merge' || immutable))(
  'strategy: $strategy, event_time_immutable: $immutable',
  ({ dataset }) => {
    test.each(HISTORIES)('%s', async (_, steps, rows) => {
      for (const { load: partition, put, file = 'a.parquet', counts } of steps) {
        if (put) await twin.put(keyOf(dataset, partition, file), await parquetOf(tripsSelect(put)));
        const [staged, duplicates, superseded, inserted] = counts;
        expect(await twin.load({ dataset, partition })).toMatchObject({
          status: 'SUCCEEDED',
          partitions: [{ outcome: 'loaded', staged, duplicates, superseded, inserted }],
        });
      }
      const found = await twin.sql(
        `SELECT trip_id, total_amount, source_partition FROM ${dataset} ORDER BY trip_id`,
      );
      expect(found.rows).toEqual(
        rows.map(([key, amount, hour]) => [
          key,
          amount,
          expect.stringContaining(hour.replace('T', ' ')) as unknown,
        ]),
      );
      // All columns of a row come from the same event, whichever statement wrote it.
      const derived = await twin.sql(
        `SELECT COUNT(*) FROM ${dataset} WHERE hour = LENGTH(trip_id) AND year = 2026 AND month = 11
           AND day = EXTRACT(day FROM pickup_datetime) AND hour = EXTRACT(hour FROM pickup_datetime)`,
      );
      expect(derived.rows).toEqual([[rows.length]]);
      expect(await twin.stagingTables()).toEqual([]);
    });
  },
);

test('the variants have the strategies and settings of their names', () => {
  const read = Object.values(variantFiles(ROOT)).map((text) => parseDataset(text, 'variant.yml'));
  expect(
    read.map(({ name, load, target }) => [
      name,
      load.strategy,
      load.on_bad_file,
      target.event_time_immutable,
    ]),
  ).toEqual(
    VARIANTS.map(({ dataset, strategy, onBadFile, immutable }) => [dataset, strategy, onBadFile, immutable]),
  );
  expect(new Set(VARIANTS.map(({ dataset: _, ...settings }) => JSON.stringify(settings))).size).toBe(8);
});

function keyOf(dataset: string, hour: string, name: string): string {
  return `${prefixOfHour(`${dataset}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`, hour)}${name}`;
}
