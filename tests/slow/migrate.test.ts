import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runMigrate, type MigrateDocument } from '../../cli/migrate';
import { Output } from '../../cli/shared/output';
import { HISTORY_PIECES } from '../../core/history';
import { readDatasets } from '../../service/datasets';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
import { ServiceTwin } from '../../testkit/service-twin';
import type { TestTwin } from '../../testkit/test-twin';

const HOUR = '2026-11-20T08';
const LATER = '2026-11-20T09';
const TRIPS = readFileSync(join(__dirname, '../../datasets/trips.yml'), 'utf8');
/** The dataset file with a column added in that hour. */
const WITH_TIP = TRIPS.replace(
  'load:',
  `  - { name: tip_amount, type: 'decimal(10,2)', since: ${HOUR} }\nload:`,
);

let deployed: ServiceTwin;
let twin: TestTwin;
beforeAll(async () => {
  deployed = await ServiceTwin.start({ 'trips.yml': WITH_TIP });
  ({ twin } = deployed);
});
afterAll(() => deployed.remove());

async function migrate(
  options: { plan?: boolean } = {},
): Promise<{ code: number; document: MigrateDocument }> {
  let text = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const connection = { ...twin.connection, datasets: readDatasets(deployed.service.directory) };
  const code = await runMigrate(connection, new Output(true, stdout, stdout), options);
  // Text for people comes before the document.
  return { code, document: JSON.parse(text.slice(0, text.lastIndexOf('}') + 1)) as MigrateDocument };
}

const columns = async () =>
  (
    await twin.sql(`SELECT column_name FROM svv_columns WHERE table_name = 'trips' ORDER BY ordinal_position`)
  ).rows.flat();

test('a history of an earlier version gets what it lacks, whatever the target has', async () => {
  expect((await migrate()).document).toMatchObject({ applied: true });
  const before = HISTORY_PIECES.history_definition
    .split(',\n  ')
    .filter((each) => !each.startsWith('"warehouse_seconds"'));
  await twin.sql('DROP TABLE sluice.load_history');
  await twin.sql(`CREATE TABLE sluice.load_history (${before.join(', ')})`);
  const statements = ['ALTER TABLE "sluice"."load_history" ADD COLUMN "warehouse_seconds" DECIMAL(12, 3)'];
  expect(await migrate()).toMatchObject({ code: 0, document: { targets: [{ statements }] } });
  expect((await migrate()).document).toMatchObject({ targets: [{ statements: [] }] });
  expect(await twin.history('warehouse_seconds')).toEqual([]);
});

test('an added column is planned, applied once, and loaded beside earlier files', async () => {
  // The target of an earlier deployment, with one row.
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  expect((await migrate()).document).toMatchObject({ applied: true });
  await twin.load({ partition: HOUR });
  const old = (await columns()).filter((name) => name !== 'tip_amount');
  await twin.sql('ALTER TABLE public.trips RENAME TO with_tip');
  await twin.sql(`CREATE TABLE public.trips AS SELECT ${old.join(', ')} FROM public.with_tip`);

  // A load does not change the table: it names the command that does.
  const refused = await twin.load({ partition: HOUR });
  expect(refused).toMatchObject({ status: 'FAILED', error: 'TargetMismatch' });
  expect(refused.cause).toContain('it lacks tip_amount');
  expect(refused.cause).toContain('sluice migrate');

  const statements = ['ALTER TABLE "public"."trips" ADD COLUMN "tip_amount" DECIMAL(10, 2)'];
  const plan = await migrate({ plan: true });
  expect(plan).toMatchObject({ code: 0, document: { applied: false, targets: [{ statements }] } });
  expect(await columns()).toEqual(old);

  expect(await migrate()).toMatchObject({ code: 0, document: { applied: true, targets: [{ statements }] } });
  expect(await columns()).toEqual([...old, 'tip_amount']);
  expect((await migrate()).document.targets).toMatchObject([{ statements: [], refused: [] }]);

  await twin.put(
    twin.keyOf(HOUR, 'b.parquet'),
    await parquetOf(`SELECT *, 2.5::DECIMAL(10,2) AS tip_amount FROM (${tripsSelect([{ trip_id: 'b' }])})`),
  );
  expect(await twin.load({ partition: HOUR })).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [{ inserted: 2 }],
  });
  expect((await twin.sql('SELECT trip_id, tip_amount FROM public.trips ORDER BY trip_id')).rows).toEqual([
    ['a', null],
    ['b', '2.50'],
  ]);

  // After the hour of the change, a file without the column is an error.
  await twin.putTrips(LATER, 'late.parquet', [{ trip_id: 'c' }]);
  expect(await twin.load({ partition: LATER })).toMatchObject({ error: 'ColumnMismatch' });
});

test('if any change is refused, nothing is changed', async () => {
  await twin.sql('ALTER TABLE public.trips RENAME COLUMN tip_amount TO tip');
  await twin.sql('ALTER TABLE public.trips RENAME COLUMN total_amount TO total_text');
  await twin.sql('ALTER TABLE public.trips ADD COLUMN total_amount VARCHAR(8)');
  const before = await columns();
  const { code, document } = await migrate();
  expect(code).toBe(1);
  expect(document).toMatchObject({
    applied: false,
    targets: [
      {
        statements: ['ALTER TABLE "public"."trips" ADD COLUMN "tip_amount" DECIMAL(10, 2)'],
        refused: [{ column: 'total_amount' }],
        left: ['total_text', 'tip'],
      },
    ],
  });
  expect(await columns()).toEqual(before);
});

test('only what is missing is created: to create a schema that exists needs a right of its own', async () => {
  await twin.sql('DROP TABLE public.trips');
  await twin.sql('DROP TABLE sluice.mutex_trips');
  const { document } = await migrate();
  expect(
    document.targets[0]?.statements
      .filter((each) => each.includes('CREATE'))
      .map((each) => /CREATE [^(;]+/.exec(each)?.[0].trim()),
  ).toEqual([
    'CREATE TABLE IF NOT EXISTS "sluice"."mutex_trips"',
    'CREATE TABLE IF NOT EXISTS "public"."trips"',
  ]);
  expect((await migrate()).document.targets).toMatchObject([{ statements: [] }]);
});
