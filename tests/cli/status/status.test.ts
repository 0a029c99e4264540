import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { rangeOfStatus, runStatus, type StatusDocument, type StatusOptions } from '../../../cli/status';
import { addHours, hourOf } from '../../../core/hour';
import { ledgerPrefix } from '../../../core/ledger';
import { CapturedOutput } from '../../../testkit/captured-output';
import { TestTwin } from '../../../testkit/test-twin';

const NOW = hourOf(new Date());
const HOUR = addHours(NOW, -5);
let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

async function statusText(options: StatusOptions = {}) {
  const captured = new CapturedOutput(false);
  const code = await runStatus(twin.connection, captured.output, { width: 80, colour: false, ...options });
  return { code, text: captured.stdout };
}

async function statusDocument(options: StatusOptions = {}) {
  const captured = new CapturedOutput(true);
  const code = await runStatus(twin.connection, captured.output, options);
  const { datasets, ...rest } = captured.document<StatusDocument>();
  return { code, ...rest, ...datasets[0]! };
}

const linesOver = (text: string, width: number) => text.split('\n').filter((line) => line.length > width);

test('nothing has arrived: nothing looks like a success, and nobody has to act', async () => {
  const { code, text } = await statusText();
  expect(code).toBe(0);
  expect(text).toMatch(/^⚠ trips: nothing has arrived from /);
  expect(text).toContain('No hour since ');
  expect(text).not.toContain('✔');
});

test('hours that were loaded, are late, are not loaded and never came are told apart, without a statement', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'b' }]);
  await twin.putTrips(addHours(HOUR, 2), 'a.parquet', [{ trip_id: 'c' }]);
  await twin.load();
  await twin.putTrips(addHours(HOUR, 2), 'late.parquet', [{ trip_id: 'd' }]);
  await twin.putTrips(addHours(HOUR, 3), 'a.parquet', [{ trip_id: 'e' }]);
  let statements = 0;
  twin.twin.faults.observe(({ service }) => {
    if (service === 'redshift-data') statements += 1;
  });
  const { hours, ...status } = await statusDocument();
  const { text } = await statusText();
  twin.twin.faults.observe(undefined);
  expect(statements).toBe(0);
  const stateOf = new Map(hours.map(({ hour, state }) => [hour, state]));
  expect(stateOf.get(HOUR)).toBe('loaded');
  expect(stateOf.get(addHours(HOUR, 1))).toBe('missing');
  // Their files came just now, so the schedule has not passed them.
  expect(stateOf.get(addHours(HOUR, 2))).toBe('late');
  expect(stateOf.get(addHours(HOUR, 3))).toBe('waiting');
  expect(stateOf.get(addHours(HOUR, -1))).toBe('before');
  expect(stateOf.get(NOW)).toBe('open');
  expect(status).toMatchObject({ newest: addHours(HOUR, 2), is_well: true, code: 0 });
  // The twin is shared: other tests have woken it, too.
  expect(status.today.wake_ups).toBeGreaterThanOrEqual(1);
  expect(status.today.dollars).toBeGreaterThan(0);
  expect(hours.find(({ hour }) => hour === HOUR)).toMatchObject({ files: 1, rows_in_files: 2, inserted: 2 });
  expect(text).toMatch(/^⚠ trips: 1 hour with late files, 1 hour waiting for the next load, \d+ hours? in\s/);
  expect(linesOver(text, 80)).toEqual([expect.stringMatching(/^ {2}npx sluice load /)]);
});

test('a failed hour is named with its cause, its fix and a command that loads it, also outside of the range', async () => {
  await twin.put(twin.keyOf(HOUR, 'bad.parquet'), 'this is no Parquet');
  await twin.load();
  const { code, text } = await statusText();
  expect(code).toBe(1);
  expect(text).toMatch(/^✖ trips: 1 hour failed/);
  expect(text).toContain(`${HOUR}: UnreadableFile\n`);
  expect(text).toContain('It is tried again by itself only after its files or the dataset');
  expect(text).toContain(`\n  npx sluice load ${HOUR} --state-dir ${twin.stateDirectory}\n`);
  // Only what must not be broken is longer.
  expect(linesOver(text, 80).filter((line) => !/npx sluice|s3:\/\//.test(line))).toEqual([]);
  const later = await statusDocument({ from: addHours(HOUR, 2) });
  expect(later).toMatchObject({ code: 1, is_well: false, others: [{ hour: HOUR, state: 'failed' }] });
});

test('a lost ledger is said, and its hours look as if nothing had loaded them', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }]);
  await twin.load();
  await twin.loseLedgers();
  const { notes, hours } = await statusDocument();
  expect(notes).toEqual([expect.stringContaining('The ledger is empty') as string]);
  expect(hours.find(({ hour }) => hour === HOUR)).toMatchObject({ state: 'waiting', attempts: 0 });
  await twin.load();
  const { connection } = twin;
  const listing = new ListObjectsV2Command({ Bucket: connection.bucket, Prefix: ledgerPrefix('trips') });
  const Key = (await connection.s3.send(listing)).Contents?.find((each) =>
    /\d\.json$/.test(each.Key ?? ''),
  )?.Key;
  await connection.s3.send(new PutObjectCommand({ Bucket: connection.bucket, Key, Body: '{' }));
  expect(await statusDocument()).toMatchObject({
    notes: [expect.stringContaining('A day of the ledger cannot be read') as string],
  });
});

test('a range is checked before anything is read', () => {
  const now = new Date('2026-11-30T10:20:00Z');
  expect(rangeOfStatus({}, now)).toEqual({ from: '2026-11-24T00', to: '2026-11-30T10' });
  expect(rangeOfStatus({ to: '2026-10-07T12' }, now)).toEqual({ from: '2026-10-01T00', to: '2026-10-07T12' });
  expect(() => rangeOfStatus({ from: '2026-12-01T00' }, now)).toThrow('is after --to');
  expect(() => rangeOfStatus({ from: '2025-11-29T00' }, now)).toThrow('more than 366 days');
});
