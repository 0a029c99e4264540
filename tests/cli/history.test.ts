import { rangeOfHistory, runHistory, type HistoryDocument, type HistoryOptions } from '../../cli/history';
import { addHours, hourOf } from '../../core/hour';
import { CapturedOutput } from '../../testkit/captured-output';
import { TestTwin } from '../../testkit/test-twin';

const HOUR = addHours(hourOf(new Date()), -5);
let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

async function history(options: HistoryOptions = {}, json = false) {
  const captured = new CapturedOutput(json);
  const code = await runHistory(twin.connection, captured.output, { width: 80, colour: false, ...options });
  return { code, text: captured.stdout, ...(json ? captured.document<HistoryDocument>() : undefined) };
}

test('attempts are told with counts and the last error, in 80 columns, without a statement', async () => {
  await twin.putTrips(HOUR, 'a.parquet', [{ trip_id: 'a' }, { trip_id: 'a' }]);
  await twin.put(twin.keyOf(addHours(HOUR, 1), 'bad.parquet'), 'this is no Parquet');
  await twin.load();
  await twin.load({ partition: HOUR });
  let statements = 0;
  twin.twin.faults.observe(({ service }) => {
    if (service === 'redshift-data') statements += 1;
  });
  const { code, text } = await history();
  const { attempts = [], more } = await history({}, true);
  twin.twin.faults.observe(undefined);
  expect([code, statements, more]).toEqual([0, 0, 0]);
  expect(attempts[0]).toMatchObject({
    hour: HOUR,
    reason: 'requested',
    outcome: 'loaded',
    deleted: 1,
    inserted: 1,
  });
  // Those of one execution end in the same moment.
  expect(attempts.slice(1).sort((left, right) => (left.hour < right.hour ? -1 : 1))).toMatchObject([
    { hour: HOUR, reason: 'new', outcome: 'loaded', rows_in_files: 2, duplicates: 1, inserted: 1 },
    { hour: addHours(HOUR, 1), outcome: 'failed', error: 'UnreadableFile' },
  ]);
  const tooLong = text.split('\n').filter((line) => line.length > 80);
  expect(tooLong.filter((line) => !/npx sluice|s3:\/\/|Execution: /.test(line))).toEqual([]);
  expect(text).toMatch(/^hour +ended \(UTC\) +outcome +files +rows +inserted +error\n/);
  expect(text).toContain('(For want of room without reason, duplicates, superseded, deleted: see --json.)');
  expect(text).toContain(`One hour in full: npx sluice history ${HOUR} --state-dir ${twin.stateDirectory}`);
  expect((await history({ width: 200 })).text).toMatch(/^hour .* reason .* superseded /);

  // An hour tells all that its attempts have to say.
  const hour = addHours(HOUR, 1);
  const one = await history({ hours: { from: hour, to: hour } });
  expect(one.text).toContain(': UnreadableFile\n  ');
  expect(one.text).toContain('\n  Fix: ');
  expect((await history({ limit: 1 })).text).toContain('2 older attempts: --limit 3 shows all.');
});

test('an hour that nobody tried says so, and what to ask next', async () => {
  const { code, text } = await history({ hours: { from: HOUR, to: HOUR } });
  expect(code).toBe(0);
  expect(text.replaceAll('\n', ' ')).toContain(`no attempt on ${HOUR}. npx sluice status`);
});

test('one time or a range, not both', () => {
  const now = new Date('2026-11-30T10:20:00Z');
  expect(rangeOfHistory({}, now)).toBeUndefined();
  expect(rangeOfHistory({ from: '2026-11-01T00' }, now)).toEqual({
    from: '2026-11-01T00',
    to: '2026-11-30T10',
  });
  const hours = { from: HOUR, to: HOUR };
  expect(() => rangeOfHistory({ hours, to: HOUR }, now)).toThrow('not both');
  expect(() => rangeOfHistory({ from: '2026-11-30T11' }, now)).toThrow('is after --to');
});
