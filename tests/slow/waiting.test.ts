import { DeleteObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { warehousePlace } from '../../cli/ledger/ledger-of';
import { runLoad } from '../../cli/load';
import type { LoadOptions } from '../../cli/load/input';
import { addHours, hourOf } from '../../core/hour';
import { toldKey, warehouseOf } from '../../core/ledger';
import { CapturedOutput } from '../../testkit/captured-output';
import { TestTwin } from '../../testkit/test-twin';

/** What failed waits for a reason to be tried again, and is told once. */

const HOUR = hourOf(new Date(Date.now() - 5 * 3_600_000));
const NEXT = addHours(HOUR, 1);

let twin: TestTwin;
let statements: string[] = [];
beforeAll(async () => {
  twin = await TestTwin.shared();
});
beforeEach(() => {
  statements = [];
  twin.twin.faults.observe(({ service, operation, subject }) => {
    if (service === 'redshift-data' && operation === 'statement') statements.push(subject);
  });
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

const putBad = (hour: string, text = 'no Parquet') => twin.put(twin.keyOf(hour, 'a.parquet'), text);
const failCopies = () =>
  twin.twin.faults.set([
    {
      ...{ service: 'redshift-data', operation: 'statement', match: 'COPY', times: 999 },
      fault: { type: 'statement', status: 'FAILED', error: 'ERROR: out of luck' },
    },
  ]);
const messages = async () => (await twin.notifications()).length;

describe('an hour with a bad file', () => {
  beforeEach(async () => {
    await putBad(HOUR);
    expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'UnreadableFile', failing: 1 });
    expect(await messages()).toBe(1);
    statements = [];
  });

  test('wakes neither the warehouse nor a person again while its files are the same', async () => {
    for (let hours = 0; hours < 3; hours += 1)
      expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [], failing: 1 });
    expect(statements).toEqual([]);
    expect(await messages()).toBe(1);
  });

  test('does not keep others from being loaded, and stays counted', async () => {
    await twin.putTrips(NEXT, 'b.parquet', [{ trip_id: 'b' }]);
    expect(await twin.load()).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ partition: NEXT, outcome: 'loaded' }],
      failing: 1,
    });
    expect(await messages()).toBe(1);
  });

  test('is loaded once the file is written again', async () => {
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load()).toMatchObject({
      status: 'SUCCEEDED',
      partitions: [{ partition: HOUR, outcome: 'loaded' }],
      failing: 0,
    });
  });

  test('is tried again with other files, and told again if these are bad, too', async () => {
    await putBad(HOUR, 'still no Parquet');
    expect(await twin.load()).toMatchObject({ status: 'FAILED', partitions: [{ partition: HOUR }] });
    expect(await messages()).toBe(2);
  });

  test('is no longer failing once the file is deleted', async () => {
    const Key = twin.keyOf(HOUR, 'a.parquet');
    await twin.connection.s3.send(new DeleteObjectCommand({ Bucket: twin.connection.bucket, Key }));
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', failing: 0 });
    statements = [];
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [], failing: 0 });
    expect(statements).toEqual([]);
  });

  test('is tried at once by hand, and fails for whoever asked', async () => {
    expect(await twin.load({ partition: HOUR })).toMatchObject({ status: 'FAILED', error: 'UnreadableFile' });
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
  });

  test('waits although the ledger is lost: the history knows why it failed', async () => {
    await twin.connection.s3.send(new DeleteObjectCommand({ ...bucket(), Key: dayKey() }));
    expect(await twin.load()).toMatchObject({ partitions: [] });
  });

  test('is told again after load.remind_hours, with its cause and its fix', async () => {
    await changeTold((told) => ({ ...told, at: new Date(Date.now() - 24 * 3_600_000).toISOString() }));
    expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'UnreadableFile', partitions: [] });
    const [, reminder] = await twin.notifications();
    expect(reminder?.subject).toBe(
      `Sluice local: trips: 1 partition still failing or incomplete (${HOUR}: UnreadableFile)`,
    );
    expect(reminder?.message).toContain(`Partition ${HOUR}, still: UnreadableFile`);
    expect(reminder?.message).toContain('a.parquet');
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is told again if the ledger cannot be used', async () => {
    twin.twin.faults.set([
      {
        ...{ service: 's3', operation: 'GetObject', match: keyOfTold(), times: 99 },
        fault: { type: 'error', code: 'AccessDenied', message: 'no', status: 403 },
      },
    ]);
    expect(await twin.load()).toMatchObject({ status: 'FAILED', partitions: [] });
    expect(await messages()).toBe(2);
  });

  test('is told again if nobody knows what was told', async () => {
    await twin.put(keyOfTold(), 'nonsense');
    expect(await twin.load()).toMatchObject({ status: 'FAILED' });
    expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED' });
  });
});

const bucket = () => ({ Bucket: twin.connection.bucket });
const owner = () => ({
  dataset: 'trips',
  warehouse: warehouseOf(warehousePlace(twin.connection), twin.connection.datasets[0]!),
});
const keyOfTold = () => toldKey(owner());
const dayKey = () => keyOfTold().replace('told.json', `${HOUR.slice(0, 10).replaceAll('-', '/')}.json`);
async function changeTold(change: (told: object) => object): Promise<void> {
  const { Body } = await twin.connection.s3.send(new GetObjectCommand({ ...bucket(), Key: keyOfTold() }));
  await twin.put(keyOfTold(), JSON.stringify(change(JSON.parse(await Body!.transformToString()) as object)));
}

test('how many hours are failing is unknown while a part of the ledger may not be read', async () => {
  const old = addHours(HOUR, -24 * 10);
  await putBad(old);
  await twin.load({ partition: old });
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', failing: 1 });
  twin.twin.faults.set([
    {
      ...{ service: 's3', operation: 'GetObject', match: old.slice(0, 10).replaceAll('-', '/'), times: 99 },
      fault: { type: 'error', code: 'AccessDenied', message: 'no', status: 403 },
    },
  ]);
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', failing: null });
  twin.twin.faults.clear();
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', failing: 1 });
  expect(await messages()).toBe(1);
});

test('an hour that somebody loaded while a scheduled execution ran is not told as failing', async () => {
  await putBad(HOUR);
  await twin.load();
  await twin.putTrips(NEXT, 'b.parquet', [{ trip_id: 'b' }]);
  let isMended = false;
  twin.twin.faults.observe(async ({ service, operation, subject }) => {
    if (isMended || service !== 'lambda' || operation !== 'sluice-local-copy-to-staging') return;
    if (!subject.includes(NEXT)) return;
    isMended = true;
    await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
    expect(await twin.load({ partition: HOUR })).toMatchObject({ status: 'SUCCEEDED' });
  });
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', failing: 0 });
  expect(isMended).toBe(true);
  expect(await messages()).toBe(1);
});

test('a plan of nothing is no warning', async () => {
  expect(await twin.load({ plan: true })).toMatchObject({ status: 'SUCCEEDED', warnings: [] });
});

test('a failure for which the files are not to blame is tried again after a while, and told once', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  failCopies();
  expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'StatementFailed' });
  // An hour later, as far as the schedule is concerned.
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [{ outcome: 'failed' }] });
  statements = [];
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED', partitions: [], failing: 1 });
  expect(statements).toEqual([]);
  expect(await messages()).toBe(1);
});

test('what stops each execution as a whole is told once, and to whoever asks', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.sql('CREATE TABLE trips (trip_id VARCHAR(64))');
  expect(await twin.load()).toMatchObject({
    status: 'FAILED',
    error: 'TargetMismatch',
    cause: expect.stringContaining('How to fix it') as string,
  });
  expect(await twin.load()).toMatchObject({
    status: 'SUCCEEDED',
    partitions: [],
    warnings: [
      expect.stringMatching(/^Still stopped by TargetMismatch, as was told before: .*trips/) as string,
    ],
  });
  expect(await messages()).toBe(1);
  expect(await twin.load({ partition: HOUR })).toMatchObject({ status: 'FAILED', error: 'TargetMismatch' });
  expect(await messages()).toBe(2);

  await twin.sql('DROP TABLE trips');
  expect(await twin.load()).toMatchObject({ status: 'SUCCEEDED' });
  await twin.sql('DROP TABLE trips');
  await twin.sql('CREATE TABLE trips (trip_id VARCHAR(64))');
  await twin.putTrips(NEXT, 'a.parquet', [{ trip_id: 'b' }]);
  expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'TargetMismatch' });
  expect(await messages()).toBe(3);
});

test('what stops each execution is told each time while nobody can write what was told', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.sql('CREATE TABLE trips (trip_id VARCHAR(64))');
  const fault = { type: 'error', code: 'AccessDenied' } as const;
  twin.twin.faults.set([{ service: 's3', operation: 'PutObject', match: 'told\\.json', times: 999, fault }]);
  for (let hours = 0; hours < 2; hours += 1)
    expect(await twin.load()).toMatchObject({ status: 'FAILED', error: 'TargetMismatch' });
  expect(await messages()).toBe(2);
});

test('the command line says of a failure that was told before that it is one', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  failCopies();
  const run = async (options: LoadOptions) => {
    const captured = new CapturedOutput(false);
    return { code: await runLoad(twin.connection, captured.output, options), text: captured.stdout };
  };
  expect((await run({})).code).toBe(1);
  const again = await run({});
  expect(again.code).toBe(1);
  expect(again.text).toContain('1 failing or incomplete in all');
  twin.twin.faults.clear();
  const none = await run({ time: addHours(HOUR, -9) });
  expect(none.text).toContain(`⚠ SUCCEEDED`);
  expect(none.text).toContain(`Nothing was found in hour ${addHours(HOUR, -9)}`);
});
