import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Counts } from '../../../core/usage';
import { billedMilliseconds, Meter, WRITE_AFTER_MS } from '../../../local/metering/meter';
import { usageOf } from '../../../local/metering/usage';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const STACK = {
  workgroups: [
    {
      logicalId: 'Workgroup',
      name: 'sluice',
      arn: '',
      id: '',
      namespace: 'sluice',
      publiclyAccessible: false,
      baseCapacity: 8,
      maxCapacity: undefined,
    },
  ],
  alarms: [],
};

let directory: string;
let meter: Meter;
beforeEach(() => {
  directory = temporaryFolder('sluice-meter-');
  meter = new Meter(directory);
});
afterEach(async () => {
  await meter.close();
  rmSync(directory, { recursive: true });
});

const now = () => new Date(meter.now());
const minutesSince = (since: Date): Counts[] => meter.read(since, now()).minutes.map(({ counts }) => counts);
const begun = (ms: number) => new Date(Math.floor(ms / MINUTE) * MINUTE);
const files = () => readdirSync(directory).sort();

test('what happens is counted in its minute', () => {
  const since = now();
  meter.transition();
  meter.clock.ahead += MINUTE;
  meter.transition();
  meter.transition();
  meter.request('redshift-data', 'ExecuteStatement');
  meter.request('step-functions', 'StartExecution'); // costs nothing
  const second = now();
  expect(minutesSince(since)).toEqual([
    { transitions: 1 },
    { transitions: 2, data_api: { ExecuteStatement: 1 } },
  ]);
  expect(minutesSince(second)).toEqual([{ transitions: 2, data_api: { ExecuteStatement: 1 } }]);
  expect(meter.begin()).toEqual(begun(since.getTime()));
});

test('a call of a function is billed by the millisecond that has begun, with the time to load it', () => {
  expect([billedMilliseconds(0.2), billedMilliseconds(3), billedMilliseconds(3.1, 100.5)]).toEqual([
    1, 3, 104,
  ]);
  meter.invocation('a', 512, 3.25);
  meter.invocation('a', 512, 1.5, 100);
  const { counts } = usageOf(meter, STACK);
  expect(counts.functions).toEqual({ a: { calls: 2, duration_ms: 4.75, mb_ms: 512 * (4 + 102) } });
});

test('statements are kept as their union, and become windows', () => {
  const at = begun(meter.now()).getTime();
  const since = new Date(at);
  for (let second = 0; second < 1_000; second += 1)
    meter.statement(new Date(at + second * 1_000), new Date(at + second * 1_000 + 500));
  meter.statement(new Date(at + 7_200_000), new Date(at + 7_200_500));
  meter.clock.ahead = 3 * 3_600_000;
  expect(meter.read(since, now()).statements).toHaveLength(2);
  expect(usageOf(meter, STACK, since).warehouse).toEqual({
    capacity: 8,
    wake_ups: 2,
    used_rpu_seconds: 1_001 * 8,
    billed_rpu_seconds: (1_000 + 60) * 8,
  });
});

test('a statement over midnight is one, and the part before a time does not count', () => {
  const midnight = Math.ceil(meter.now() / DAY) * DAY;
  meter.clock.ahead = midnight - Date.now() + 10 * MINUTE;
  const { ahead } = meter.clock;
  const [from, to] = [midnight - 2 * MINUTE - ahead, midnight + 3 * MINUTE - ahead];
  meter.statement(new Date(from), new Date(to));
  expect(usageOf(meter, STACK).warehouse).toMatchObject({ wake_ups: 1, used_rpu_seconds: 2_400 });
  expect(usageOf(meter, STACK, new Date(midnight)).warehouse).toMatchObject({
    wake_ups: 1,
    used_rpu_seconds: 1_440,
  });
});

test('what the clock goes ahead while a statement runs is a part of its time', () => {
  const start = new Date(Math.ceil(Date.now() / 1_000) * 1_000);
  const { ahead } = meter.clock;
  meter.clock.ahead += 600_000;
  meter.statement(start, start, ahead);
  expect(usageOf(meter, STACK).warehouse).toMatchObject({ wake_ups: 1, billed_rpu_seconds: 4_800 });
});

test('a month ahead, a restart reads what was counted before and after', async () => {
  const since = now();
  meter.transition();
  meter.clock.ahead = 30 * DAY;
  meter.transition();
  meter.statement(new Date(), new Date());
  const before = usageOf(meter, STACK, since);
  await meter.close();
  expect(files()).toHaveLength(2);
  meter = new Meter(directory);
  meter.clock.ahead = 30 * DAY;
  const after = usageOf(meter, STACK, since);
  expect(after.counts).toEqual({ transitions: 2 });
  expect({ ...after, until: 0 }).toEqual({ ...before, until: 0 });
});

test('what is counted is written every few seconds, not at each count: a kill loses no more than that', async () => {
  jest.useFakeTimers({ doNotFake: ['Date'] });
  try {
    meter.transition();
    jest.advanceTimersByTime(WRITE_AFTER_MS - 1);
    meter.transition();
    expect(files()).toEqual([]);
    jest.advanceTimersByTime(1);
    const killed = new Meter(directory);
    expect(usageOf(killed, STACK).counts).toEqual({ transitions: 2 });
    await killed.close();
  } finally {
    jest.useRealTimers();
  }
});

test('a file that cannot be read is set aside, whole, and counting goes on', async () => {
  const said = jest.spyOn(console, 'error').mockImplementation();
  const [yesterday] = new Date(Date.now() - DAY).toISOString().split('T');
  const [today] = new Date(meter.now()).toISOString().split('T');
  const broken = [
    '{"minutes": {"20',
    '{"minutes":{"2026-11-23T08:15":{"transitions":null}},"statements":[]}',
  ];
  writeFileSync(join(directory, `${yesterday}.json`), broken[0]!);
  writeFileSync(join(directory, `${today}.json`), broken[1]!);
  meter.transition();
  expect(usageOf(meter, STACK, new Date(Date.now() - 2 * DAY)).counts).toEqual({ transitions: 1 });
  await meter.close();
  const aside = files().filter((file) => file.includes('.unreadable-'));
  expect(aside.map((file) => readFileSync(join(directory, file), 'utf8'))).toEqual(broken);
  expect(said).toHaveBeenCalledTimes(2);
  said.mockRestore();
  meter = new Meter(directory);
  expect(usageOf(meter, STACK).counts).toEqual({ transitions: 1 });
});

describe('what the file system refuses ends nothing', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['Date'] });
    jest.spyOn(console, 'error').mockImplementation();
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  test('a directory that somebody deletes is made again', () => {
    meter.transition();
    rmSync(directory, { recursive: true });
    expect(usageOf(meter, STACK).counts).toEqual({ transitions: 1 });
    jest.advanceTimersByTime(WRITE_AFTER_MS);
    expect(files()).toHaveLength(1);
  });

  test('what cannot be written now is written later', () => {
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'a file in its place');
    meter.transition();
    jest.advanceTimersByTime(3 * WRITE_AFTER_MS);
    rmSync(directory);
    jest.advanceTimersByTime(WRITE_AFTER_MS);
    expect(files()).toHaveLength(1);
  });

  test('what cannot be read is not counted, and throws into no service', () => {
    const [today] = new Date(meter.now()).toISOString().split('T');
    mkdirSync(join(directory, `${today}.json`));
    meter.transition();
    meter.statement(new Date(), new Date());
    rmSync(join(directory, `${today}.json`), { recursive: true });
    meter.transition();
    expect(usageOf(meter, STACK).counts).toEqual({ transitions: 1 });
  });
});

test('a day that changes removes old files, without a restart', () => {
  jest.useFakeTimers({ doNotFake: ['Date'] });
  try {
    const [yesterday] = new Date(Date.now() - DAY).toISOString().split('T');
    writeFileSync(join(directory, `${yesterday}.json`), '{"minutes":{},"statements":[]}');
    writeFileSync(join(directory, `${yesterday}.json.unreadable-1`), '');
    meter.clock.ahead = 460 * DAY;
    meter.transition();
    jest.advanceTimersByTime(WRITE_AFTER_MS);
    expect(files().filter((file) => file.startsWith(yesterday!))).toEqual([]);
    expect(files()).toHaveLength(1);
  } finally {
    jest.useRealTimers();
  }
});

test('days are kept as long as CloudWatch keeps metrics', async () => {
  const name = (days: number) => `${new Date(Date.now() - days * DAY).toISOString().slice(0, 10)}.json`;
  const empty = '{"minutes":{},"statements":[]}';
  for (const days of [1, 454, 456, 1_000]) writeFileSync(join(directory, name(days)), empty);
  writeFileSync(join(directory, 'notes.txt'), 'not ours');
  await meter.close();
  meter = new Meter(directory);
  expect(files()).toEqual([name(1), name(454), 'notes.txt'].sort());
});

test('a meter that is closed writes nothing more', async () => {
  jest.useFakeTimers();
  try {
    meter.transition();
    await meter.close();
    const [file = ''] = files();
    rmSync(join(directory, file));
    meter.transition();
    jest.runAllTimers();
    expect(files()).toEqual([]);
  } finally {
    jest.useRealTimers();
  }
});
