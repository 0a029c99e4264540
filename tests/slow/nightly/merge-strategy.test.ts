import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runDoctor, type DoctorDocument } from '../../../cli/doctor';
import { parseDataset } from '../../../core/dataset';
import { prefixOfHour } from '../../../core/prefix';
import { DRIFT_HOURS, VARIANTS, variantFiles } from '../../../reliability/histories/variants';
import { readDatasets } from '../../../service/datasets';
import { CapturedOutput } from '../../../testkit/captured-output';
import { parquetOf, tripsSelect, type Trip } from '../../../testkit/parquet';
import { ROOT } from '../../../testkit/root';
import { ServiceTwin } from '../../../testkit/service-twin';
import { TestTwin } from '../../../testkit/test-twin';

const EARLY = '2026-11-20T08';
const LATE = '2026-11-20T09';

/** A key's event time never changes here, which keeps every promise. */
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
afterAll(async () => {
  await twin.remove();
  deployed.service.remove();
});

/** tests/system/convergence.test.ts tests the defaults. */
const GOOD_FILES = VARIANTS.filter(({ onBadFile }) => onBadFile === 'fail');
describe.each(
  GOOD_FILES.filter(({ strategy, eventTimes }) => strategy === 'merge' || eventTimes !== 'fixed'),
)('strategy: $strategy, event times: $eventTimes', ({ dataset }) => {
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
});

describe('a promise of event times', () => {
  const dataset = 'trips_drift';
  /** Enough for 08:00 and 13:00. */
  const hours = 6;
  const before: Trip = {
    trip_id: "o'k",
    pickup_datetime: '2026-11-20 08:00:00',
    updated_at: '2026-11-20 08:10:00',
  };
  const after = (pickup: string): Trip => ({
    ...{ trip_id: before.trip_id, total_amount: 5 },
    ...{ pickup_datetime: `2026-11-20 ${pickup}`, updated_at: '2026-11-20 09:10:00' },
  });
  const loaded = async (of: string, partition: string, trips: readonly Trip[]) => {
    await twin.put(keyOf(of, partition, 'a.parquet'), await parquetOf(tripsSelect(trips)));
    expect(await twin.load({ dataset: of, partition })).toMatchObject({ status: 'SUCCEEDED' });
  };
  const deployPromise = async (drift: number) => {
    const { stateDirectory } = twin;
    await twin.stop();
    const { directory: serviceDirectory } = deployed.service;
    const file = join(serviceDirectory, 'datasets', `${dataset}.yml`);
    const text = readFileSync(file, 'utf8').replace(/(event_time_drift_hours:) \d+/, `$1 ${drift}`);
    writeFileSync(file, text);
    twin = await TestTwin.start({ serviceDirectory, stateDirectory });
  };
  const held = async () =>
    (await twin.sql(`SELECT pickup_datetime FROM ${dataset} ORDER BY pickup_datetime`)).rows.flat();
  const findings = async () => {
    const captured = new CapturedOutput(true);
    const datasets = readDatasets(deployed.service.directory);
    await runDoctor({ ...twin.connection, datasets }, captured.output, { dataset });
    return captured
      .document<DoctorDocument>()
      .findings.filter(({ check }) => check === 'each key once in the target');
  };

  test.each(['07:00:00', '09:00:00'])(
    'that is kept to its bound (%s) leaves each key once',
    async (pickup) => {
      await loaded(dataset, EARLY, [before]);
      await loaded(dataset, LATE, [after(pickup)]);
      expect(await held()).toEqual([`2026-11-20 ${pickup}`]);
      expect(await findings()).toMatchObject([{ ok: true, text: 'no key is there more than once' }]);
    },
  );

  test('that is broken is found by the doctor, and a load under a lesser promise puts it right', async () => {
    expect(await findings()).toMatchObject([{ ok: true }]);
    await loaded(dataset, EARLY, [before, trip('a', 1, '08:10')]);
    await loaded(dataset, LATE, [after('13:00:00')]);
    expect(await held()).toHaveLength(3);
    const [finding] = await findings();
    expect(finding).toMatchObject({
      ok: false,
      subject: `public.${dataset}`,
      text: `1 key more than once, with values of pickup_datetime less than ${hours} h apart (trip_id o'k: 2026-11-20 08:00:00 and 2026-11-20 13:00:00), while ${DRIFT_HOURS} h are promised`,
    });
    expect(finding?.fix).toContain(`set target.event_time_drift_hours: ${hours} or more`);
    expect(finding?.fix).toMatch(new RegExp(`\nnpx sluice load ${LATE} --dataset ${dataset}$`));
    await deployPromise(hours);
    await loaded(dataset, LATE, [after('13:00:00')]);
    await deployPromise(DRIFT_HOURS);
    expect(await held()).toEqual(['2026-11-20 01:05:00', '2026-11-20 13:00:00']);
    expect(await findings()).toMatchObject([{ ok: true }]);
  });

  test('makes no difference to MERGE, so an old hour never replaces a newer row', async () => {
    const merging = `${dataset}_merge`;
    await loaded(merging, LATE, [after('13:00:00')]);
    await loaded(merging, EARLY, [before]);
    const found = await twin.sql(`SELECT pickup_datetime FROM ${merging}`);
    expect(found.rows).toEqual([['2026-11-20 13:00:00']]);
  });

  test('is kept, and rows that somebody else wrote are named as such', async () => {
    await loaded(dataset, EARLY, [before]);
    await twin.sql(`INSERT INTO ${dataset} SELECT * FROM ${dataset}`);
    const [finding] = await findings();
    expect(finding).toMatchObject({
      ok: false,
      text: expect.stringMatching(
        /^1 key more than once \(.*\), although pickup_datetime is as promised/,
      ) as string,
    });
    expect(finding?.fix).not.toContain('event_time_drift_hours');
    await loaded(dataset, EARLY, [before]);
    expect(await findings()).toMatchObject([{ ok: true }]);
  });

  test('is none: the event time of a key may move by days', async () => {
    await loaded('trips', EARLY, [before]);
    await loaded('trips', LATE, [{ ...after('13:00:00'), pickup_datetime: '2026-11-25 13:00:00' }]);
    await loaded('trips', EARLY, [before]);
    const found = await twin.sql('SELECT pickup_datetime FROM trips');
    expect(found.rows).toEqual([['2026-11-25 13:00:00']]);
  });

  test('is what a plan tells of, and a strategy that makes nothing of it', async () => {
    await twin.put(keyOf(dataset, EARLY, 'a.parquet'), await parquetOf(tripsSelect([before])));
    const plan = (of: string) => twin.load({ dataset: of, partition: EARLY, plan: true });
    expect(await plan(dataset)).toMatchObject({
      merge_reads: `only rows of the target whose pickup_datetime is in the staged range and ${DRIFT_HOURS} h before and after it`,
      warnings: [],
    });
    const merged = await plan('trips_drift_merge');
    expect(merged.merge_reads).toContain('the key of every row');
    expect(merged.warnings.join()).toContain('load.strategy is merge');
    expect(await twin.load({ dataset, partition: EARLY })).toMatchObject({ merge_reads: null });
  });
});

test('the variants have the strategies and settings of their names', () => {
  const read = Object.values(variantFiles(ROOT)).map((text) => parseDataset(text, 'variant.yml'));
  expect(
    read.map(({ name, load, target }) => [
      name,
      load.strategy,
      load.on_bad_file,
      target.event_time_drift_hours,
    ]),
  ).toEqual(
    VARIANTS.map(({ dataset, strategy, onBadFile, eventTimes }) => [
      dataset,
      strategy,
      onBadFile,
      { any: null, drift: DRIFT_HOURS, fixed: 0 }[eventTimes],
    ]),
  );
  expect(new Set(VARIANTS.map(({ dataset: _, ...settings }) => JSON.stringify(settings))).size).toBe(12);
});

function keyOf(dataset: string, hour: string, name: string): string {
  return `${prefixOfHour(`${dataset}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`, hour)}${name}`;
}
