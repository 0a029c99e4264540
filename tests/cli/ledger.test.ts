import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { runDoctor, type DoctorDocument } from '../../cli/doctor';
import { runRebuild, type LedgerDocument } from '../../cli/ledger';
import { warehousePlace } from '../../cli/ledger/ledger-of';
import { hourOf } from '../../core/hour';
import { ledgerKey, warehouseOf } from '../../core/ledger';
import { CapturedOutput } from '../../testkit/captured-output';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = hourOf(new Date(Date.now() - 5 * 3_600_000));
let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

async function rebuilt() {
  const captured = new CapturedOutput(true);
  const code = await runRebuild(twin.connection, captured.output, {});
  return { code, ...captured.document<LedgerDocument>() };
}

/** What `doctor` says of the ledger. */
async function finding() {
  const captured = new CapturedOutput(true);
  await runDoctor(twin.connection, captured.output, {});
  const { findings } = captured.document<DoctorDocument>();
  return findings.find(({ check }) => check === 'ledger as the load history');
}

async function statementsOfLoad(): Promise<number> {
  let statements = 0;
  twin.twin.faults.observe(({ operation }) => {
    if (operation === 'statement') statements += 1;
  });
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED' });
  twin.twin.faults.observe(undefined);
  return statements;
}

test('before the first load there is nothing to tell, and nothing is wrong', async () => {
  expect(await rebuilt()).toEqual({
    code: 0,
    ledgers: [{ dataset: 'trips', days: 0, hours: 0, attempts: 0 }],
  });
  expect(await finding()).toMatchObject({ ok: true });
});

test('a ledger that is gone is written anew, and then nobody asks the warehouse', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  expect(await finding()).toMatchObject({ ok: true, text: 'as the load history in the last 90 days' });
  const [trips] = twin.connection.datasets;
  const warehouse = warehouseOf(warehousePlace(twin.connection), trips!);
  const Key = ledgerKey({ dataset: 'trips', warehouse }, HOUR.slice(0, 10));
  await twin.connection.s3.send(new DeleteObjectCommand({ Bucket: twin.connection.bucket, Key }));
  expect(await finding()).toMatchObject({
    ok: true,
    text: `behind the load history in 1 hour from ${HOUR} on: the next load puts it right`,
  });
  expect(await rebuilt()).toMatchObject({ ledgers: [{ days: 1, hours: 1, attempts: 1 }] });
  expect(await finding()).toMatchObject({ ok: true });
  expect(await statementsOfLoad()).toBe(0);
});

test('of a warehouse that was restored, doctor says what hides, and the rebuilt ledger lets it be loaded', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  await twin.sql('DELETE FROM trips');
  await twin.sql('DELETE FROM sluice.load_history');
  expect(await statementsOfLoad()).toBe(0);
  expect(await finding()).toMatchObject({
    ok: false,
    text: `tells of attempts that the load history does not have, in 1 hour from ${HOUR} on`,
    fix: expect.stringContaining('npx sluice ledger rebuild --dataset trips') as string,
  });
  await rebuilt();
  expect(await twin.load()).toMatchObject({
    partitions: [{ partition: HOUR, outcome: 'loaded', inserted: 1 }],
  });
  expect(await finding()).toMatchObject({ ok: true });
});
