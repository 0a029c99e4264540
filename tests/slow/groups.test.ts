import { runBackfill, type BackfillDocument } from '../../cli/load/backfill';
import { addHours } from '../../core/hour';
import { prefixOfHour } from '../../core/prefix';
import { CapturedOutput } from '../../testkit/captured-output';
import { parquetOf, tripsSelect, type Trip } from '../../testkit/parquet';
import { ServiceTwin } from '../../testkit/service-twin';
import { TestTwin } from '../../testkit/test-twin';

const FIRST = '2026-10-01T00';
const hourAt = (hours: number) => addHours(FIRST, hours);

describe('hours that are due together', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await TestTwin.shared();
  });
  afterEach(() => twin.reset());
  afterAll(() => twin.remove());

  const put = (hours: number, ...trips: readonly Trip[]) => twin.putTrips(hourAt(hours), 'a.parquet', trips);
  /** How often functions submitted a batch meanwhile, and the transitions. */
  async function counted(run: () => Promise<unknown>) {
    const before = await twin.connection.usage();
    await run();
    const after = await twin.connection.usage();
    return {
      submits:
        (after.counts.data_api?.BatchExecuteStatement ?? 0) -
        (before.counts.data_api?.BatchExecuteStatement ?? 0),
      transitions: (after.counts.transitions ?? 0) - (before.counts.transitions ?? 0),
    };
  }

  test('48 hours of one small file each: at most 150 transitions and 20 statements', async () => {
    for (let hours = 0; hours < 48; hours += 1)
      await put(hours, { trip_id: `${hours}` }, { trip_id: 'same' });
    const { submits, transitions } = await counted(() => twin.load({ from: FIRST, to: hourAt(47) }));
    expect(transitions).toBeLessThanOrEqual(150);
    expect(submits).toBeLessThanOrEqual(20);
    const counts = await twin.sql(
      `SELECT COUNT(*), SUM(inserted + superseded), COUNT(DISTINCT merge_number) FROM sluice.load_history WHERE outcome = 'loaded'`,
    );
    expect(counts.rows.map((row) => row.map(Number))).toEqual([[48, 96, 3]]);
    expect((await twin.sql('SELECT COUNT(*) FROM trips')).rows).toEqual([[49]]);
  }, 120_000);

  test('only the hour to blame fails; the others are loaded alone, and a warning says so', async () => {
    await put(0, { trip_id: 'a' });
    await put(1, { trip_id: 'b', total_amount: 5 });
    await put(2, { trip_id: 'c' });
    // Only COPY finds that this text is too long for its column.
    const long = tripsSelect([{ trip_id: 'x' }]).replace("'x'", "repeat('x', 65)");
    await twin.put(twin.keyOf(hourAt(1), 'bad.parquet'), await parquetOf(long));
    const document = await twin.load({ from: FIRST, to: hourAt(2) });
    expect(document).toMatchObject({ status: 'FAILED', error: 'ValueTooLong' });
    expect(document.partitions.map(({ partition, outcome, error }) => [partition, outcome, error])).toEqual([
      [FIRST, 'loaded', null],
      [hourAt(1), 'failed', 'ValueTooLong'],
      [hourAt(2), 'loaded', null],
    ]);
    expect(document.warnings).toEqual([
      `3 partitions from ${FIRST} to ${hourAt(2)} failed together (ValueTooLong), so each was loaded alone.`,
    ]);
    expect(await twin.history('partition, outcome')).toEqual(
      expect.arrayContaining([
        [FIRST, 'loaded'],
        [hourAt(1), 'failed'],
        [hourAt(2), 'loaded'],
      ]),
    );
    expect(await twin.stagingTables()).toEqual([]);
    expect(await twin.notifications()).toHaveLength(1);
  });

  test('load --all loads what is due, goes on where it ended, and tries again what failed', async () => {
    for (const hours of [0, 1, 30, 100]) await put(hours, { trip_id: `${hours}` });
    await put(60, { trip_id: 'bad' });
    const bad = twin.keyOf(hourAt(60), 'bad.parquet');
    await twin.put(bad, 'no Parquet');
    const backfill = async () => {
      const captured = new CapturedOutput(true);
      const code = await runBackfill(twin.connection, captured.output, {
        ranges: [{ from: FIRST, to: hourAt(120) }],
        due: true,
      });
      return { code, ...captured.document<BackfillDocument>() };
    };
    expect(await backfill()).toMatchObject({
      ...{ code: 1, executions: 3, loaded: 4, rows_inserted: 4, error: null },
      failed: [{ partition: hourAt(60), error: 'UnreadableFile' }],
      warehouse_seconds: expect.any(Number) as number,
    });
    await put(60, { trip_id: '60' });
    await twin.put(bad, await parquetOf(tripsSelect([{ trip_id: 'good' }])));
    expect(await backfill()).toMatchObject({ code: 0, loaded: 1, rows_inserted: 2, failed: [] });
    const again = await backfill();
    expect(again).toMatchObject({ code: 0, executions: 3, loaded: 0, failed: [], warehouse_seconds: 0 });
  }, 120_000);
});

/** A dataset whose version is a column of the key, or is true or false. */
const dataset = (name: string, key: string, version: string) => `dataset: ${name}
source:
  prefix: ${name}/year={yyyy}/month={MM}/day={dd}/hour={HH}/
  stream: external
target:
  table: ${name}
  key: [${key}]
  version: ${version}
  event_time: happened_at
columns:
  - { name: id, type: bigint, required: true }
  - { name: happened_at, type: timestamp, required: true }
  - { name: is_final, type: boolean, required: true }
  - { name: amount, type: integer }
`;

test('a version may be a column of the key, or true or false', async () => {
  const { twin, ...deployed } = await ServiceTwin.start({
    'by_time.yml': dataset('by_time', 'id, happened_at', 'happened_at'),
    'by_end.yml': dataset('by_end', 'id', 'is_final'),
  }).then((each) => ({ twin: each.twin, remove: () => each.remove() }));
  try {
    const rows = [
      ['(1, true, 10), (2, false, 20)'],
      ['(1, false, 11), (2, true, 21)'],
      ['(1, true, 12), (2, false, 22)'],
    ];
    for (const name of ['by_time', 'by_end'])
      for (const [hours, [values]] of rows.entries())
        await twin.put(
          `${prefixOfHour(`${name}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`, hourAt(hours))}a.parquet`,
          await parquetOf(
            `SELECT id::BIGINT AS id, TIMESTAMP '2026-10-01 00:30:00' AS happened_at, is_final, amount::INTEGER AS amount FROM (VALUES ${values}) AS v(id, is_final, amount)`,
          ),
        );
    for (const name of ['by_time', 'by_end']) {
      expect(await twin.load({ dataset: name, from: FIRST, to: hourAt(2) })).toMatchObject({
        status: 'SUCCEEDED',
        warnings: [],
      });
    }
    const target = async (name: string) => (await twin.sql(`SELECT id, amount FROM ${name} ORDER BY 1`)).rows;
    expect(await target('by_time')).toEqual([
      [1, 12],
      [2, 22],
    ]);
    expect(await target('by_end')).toEqual([
      [1, 12],
      [2, 21],
    ]);
    const counts = `SELECT dataset, partition, superseded, deleted, inserted FROM sluice.load_history WHERE outcome = 'loaded' ORDER BY 1, 2`;
    expect((await twin.sql(counts)).rows.map(([, , ...numbers]) => numbers)).toEqual([
      [0, 0, 2],
      [1, 1, 1],
      [1, 1, 1],
      [0, 0, 2],
      [0, 2, 2],
      [0, 2, 2],
    ]);
  } finally {
    await deployed.remove();
  }
}, 120_000);
