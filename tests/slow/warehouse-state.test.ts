import { HISTORY_PIECES } from '../../core/history';
import { addHours, lastClosedHour } from '../../core/hour';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = lastClosedHour(new Date(), 60);

describe('a warehouse that changed since the last load', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await TestTwin.shared();
  });
  afterEach(() => twin.reset());
  afterAll(() => twin.remove());

  test('a history that an earlier version made gets the columns that it lacks', async () => {
    const columns = HISTORY_PIECES.history_definition.split(',\n  ');
    const before = columns.filter((each) => !each.startsWith('"warehouse_seconds"'));
    expect(before).toHaveLength(columns.length - 1);
    await twin.sql('CREATE SCHEMA IF NOT EXISTS sluice');
    await twin.sql('DROP TABLE IF EXISTS sluice.load_history');
    await twin.sql(`CREATE TABLE sluice.load_history (${before.join(', ')})`);
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED' });
    const [[seconds] = []] = await twin.history('warehouse_seconds');
    expect(Number(seconds)).toBeGreaterThan(0);
  });

  test('an existing target that lacks columns fails with TargetMismatch before anything is staged', async () => {
    await twin.sql('CREATE TABLE public.trips (trip_id VARCHAR(64) NOT NULL, total_amount DECIMAL(10, 2))');
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    const document = await twin.load();
    expect(document).toMatchObject({ status: 'FAILED', error: 'TargetMismatch', partitions: [] });
    expect(document.cause).toMatch(
      /public\.trips does not fit dataset trips: it lacks vendor_id, .*source_partition/,
    );
    expect(document.cause).toContain(
      'Run sluice migrate --plan, which says for each column what to do, then sluice migrate',
    );
    expect(await twin.notifications()).toHaveLength(1);
  });

  test.each([
    ['DECIMAL(10, 0)', 'total_amount', 'DECIMAL(10, 2)'],
    ['REAL', 'trip_distance', 'DOUBLE PRECISION'],
    ['SMALLINT', 'vendor_id', 'INTEGER'],
  ])('a target that has %s for %s (%s) fails before any value is changed', async (type, name, expected) => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a', total_amount: 12.49 }]);
    await twin.load();
    await twin.sql('ALTER TABLE public.trips RENAME TO before');
    const { rows } = await twin.sql(
      `SELECT column_name FROM svv_columns WHERE table_name = 'before' ORDER BY ordinal_position`,
    );
    const columns = rows.map(([column]) =>
      column === name ? `CAST("${name}" AS ${type}) AS "${name}"` : `"${String(column)}"`,
    );
    await twin.sql(`CREATE TABLE public.trips AS SELECT ${columns.join(', ')} FROM public.before`);
    const before = await twin.target();

    const document = await twin.load({ partition: HOUR });

    expect(document).toMatchObject({ status: 'FAILED', error: 'TargetMismatch', partitions: [] });
    expect(document.cause).toContain(`${name} is ${expected} in the dataset file and ${type} in the target`);
    expect(await twin.target()).toEqual(before);
  });

  test('wider types, and a column that must not be null in the target, are no reason to stop', async () => {
    await twin.sql(
      'CREATE TABLE public.trips (trip_id VARCHAR(80) NOT NULL, vendor_id INTEGER NOT NULL, pickup_datetime TIMESTAMP, ' +
        'dropoff_datetime TIMESTAMP, passenger_count BIGINT, trip_distance DOUBLE PRECISION, total_amount DECIMAL(10, 2), ' +
        'updated_at TIMESTAMP, year SMALLINT, month SMALLINT, day SMALLINT, hour SMALLINT, source_partition TIMESTAMP)',
    );
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [{ inserted: 1 }] });
  });

  test('a dropped target is created and filled again, and its hours do not count as loaded', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    await twin.load();
    await twin.sql('DROP TABLE public.trips');
    // Nobody wakes the warehouse to see it, until something is due.
    expect((await twin.load()).partitions).toEqual([]);
    const before = addHours(HOUR, -1);
    await twin.putTrips(before, 'b.parquet', [{ trip_id: 'b' }]);
    expect((await twin.load()).partitions).toMatchObject([
      { partition: before, reason: 'new', outcome: 'loaded', inserted: 1 },
      { partition: HOUR, reason: 'new', outcome: 'loaded', inserted: 1 },
    ]);
    expect(await twin.target()).toHaveLength(2);
  });

  test('a key that was duplicated by hand is unique after its next load', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
    await twin.load();
    const before = await twin.target();
    await twin.sql(`INSERT INTO trips SELECT * FROM trips WHERE trip_id = 'a'`);
    expect(await twin.target()).toHaveLength(3);
    expect((await twin.load({ partition: HOUR })).partitions).toMatchObject([
      { outcome: 'loaded', deleted: 3, inserted: 2 },
    ]);
    expect(await twin.target()).toEqual(before);
  });

  test('a key that was duplicated by hand keeps its newer row, though the hour replaces the older one', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a', updated_at: '2026-11-23 08:00:00' }]);
    await twin.load();
    await twin.sql('CREATE TABLE public.copies AS SELECT * FROM trips');
    for (const version of ['2026-11-23 07:00:00', '2026-11-23 09:00:00']) {
      await twin.sql(`UPDATE public.copies SET updated_at = CAST('${version}' AS TIMESTAMP)`);
      await twin.sql('INSERT INTO trips SELECT * FROM public.copies');
    }
    await twin.sql(`DELETE FROM trips WHERE updated_at = CAST('2026-11-23 08:00:00' AS TIMESTAMP)`);
    await twin.sql('DROP TABLE public.copies');
    const versions = () =>
      twin.sql('SELECT updated_at FROM trips ORDER BY 1').then(({ rows }) => rows.flat());
    const before = await versions();
    expect(before).toEqual(['2026-11-23 07:00:00', '2026-11-23 09:00:00']);
    expect((await twin.load({ partition: HOUR })).partitions).toMatchObject([
      { outcome: 'loaded', superseded: 1, deleted: 0, inserted: 0 },
    ]);
    expect(await versions()).toEqual(before);
  });
});

test('a bucket in another Region fails with RegionMismatch, both Regions and the fix, before any COPY', async () => {
  const twin = await TestTwin.start({ bucketRegion: 'eu-west-1' });
  try {
    const document = await twin.load();
    expect(document).toMatchObject({ status: 'FAILED', error: 'RegionMismatch', partitions: [] });
    expect(document.cause).toMatch(/is in eu-west-1, the warehouse in us-east-1/);
    expect(document.cause).toMatch(/How to fix it: Deploy Sluice and its warehouse in eu-west-1/);
    expect(await twin.notifications()).toMatchObject([{ message: document.cause }]);
  } finally {
    await twin.remove();
  }
});
