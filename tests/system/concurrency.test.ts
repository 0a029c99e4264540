import type { LoadDocument } from '../../cli/load/document';
import { hourOf } from '../../core/hour';
import type { Trip } from '../../testkit/parquet';
import { TestTwin } from '../../testkit/test-twin';

/** Hours that a scheduled execution looks at too. */
const hoursAgo = (hours: number) => hourOf(new Date(Date.now() - hours * 3_600_000));
const HOURS = [hoursAgo(6), hoursAgo(5), hoursAgo(4)] as const;

/** Between two looks at each of many executions, in milliseconds: else to look takes longer than to load. */
const SELDOM = 1_000;

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

/**
 * Neighbouring hours share keys: each hour updates every second key of the one before, and one update of it comes with
 * an old version. The last key of an hour stands in it twice.
 */
async function putHours(keys: number): Promise<void> {
  for (const [hour, partition] of HOURS.entries()) {
    const trips = Array.from({ length: keys }, (_, index): Trip => {
      const key = hour * Math.ceil(keys / 2) + index;
      return {
        trip_id: `trip-${String(key).padStart(4, '0')}`,
        total_amount: hour * 100 + (index % 100),
        updated_at: index === 1 ? '2026-11-20 00:00:00' : `2026-11-20 0${hour + 1}:00:00`,
      };
    });
    const last = trips.slice(-1);
    await twin.putTrips(partition, 'a.parquet', trips);
    await twin.putTrips(partition, 'b.parquet', last);
  }
}

/** The target after one execution for each hour, one after the other, from an empty warehouse. */
async function sequentialTable(): Promise<unknown[][]> {
  for (const partition of HOURS)
    expect(await twin.load({ partition })).toMatchObject({ status: 'SUCCEEDED' });
  const table = await twin.target();
  await twin.sql('DROP TABLE public.trips');
  await twin.sql('DROP TABLE sluice.load_history');
  return table;
}

async function expectConverged(documents: readonly LoadDocument[], table: unknown[][]): Promise<void> {
  for (const document of documents) expect(document).toMatchObject({ status: 'SUCCEEDED', error: null });
  const found = await twin.target();
  expect(found.length).toBeGreaterThan(0);
  expect(found).toEqual(table);
  const keys = found.map(([key]) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(await twin.stagingTables()).toEqual([]);
  expect(await twin.notifications()).toEqual([]);
  // A history row for each partition of each execution, and no other.
  const attempts = documents.flatMap(({ execution, partitions }) =>
    partitions.map(({ partition, rows_in_files, duplicates, superseded, inserted }) => {
      expect(rows_in_files).toBe(duplicates + superseded + inserted);
      return [execution, partition, 'loaded'];
    }),
  );
  const rows = await twin.history('execution, partition, outcome');
  expect(rows.map(String).sort()).toEqual(attempts.map(String).sort());
}

test('the same partition twice at once', async () => {
  await putHours(40);
  const table = await sequentialTable();
  await twin.load({ from: HOURS[1], to: HOURS[2] });
  await twin.sql('DELETE FROM sluice.load_history');
  const partition = HOURS[0];
  const documents = await Promise.all([twin.load({ partition }), twin.load({ partition })]);
  await expectConverged(documents, table);
});

test('neighbouring partitions that share keys at once, on an empty warehouse', async () => {
  await putHours(40);
  const table = await sequentialTable();
  const documents = await Promise.all(HOURS.map((partition) => twin.load({ partition })));
  await expectConverged(documents, table);
});

test('a scheduled execution over one by hand', async () => {
  await putHours(40);
  const table = await sequentialTable();
  const documents = await Promise.all([
    twin.load({}),
    twin.load({ from: HOURS[0], to: HOURS[2] }),
    twin.load({}),
  ]);
  expect(documents[1]?.partitions.map(({ reason }) => reason)).toEqual(Array(3).fill('requested'));
  await expectConverged(documents, table);
  // What was loaded by hand at the same time is not loaded once more.
  expect(await twin.load({})).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
});

test('six executions at once over three hours, while readers of the target are answered', async () => {
  await putHours(400);
  const table = await sequentialTable();
  await twin.load({ partition: HOURS[0] });
  await twin.sql('DELETE FROM sluice.load_history');

  const [documents, answers] = await whileRead(400, () =>
    Promise.all([...HOURS, ...HOURS].map((partition) => twin.load({ partition }, SELDOM))),
  );
  await expectConverged(documents, table);
  expect(answers.length).toBeGreaterThan(documents.length);
});

test('twenty executions at once: the same hours, neighbouring ones, scheduled ones over all of them', async () => {
  await putHours(40);
  const table = await sequentialTable();
  await twin.load({ partition: HOURS[0] });
  await twin.sql('DELETE FROM sluice.load_history');

  const inputs: object[] = [
    ...Array.from({ length: 5 }, () => HOURS.map((partition) => ({ partition }))).flat(),
    { from: HOURS[0], to: HOURS[2] },
    { from: HOURS[1], to: HOURS[2] },
    {},
    {},
    {},
  ];
  expect(inputs).toHaveLength(20);
  let ended = 0;
  const load = (input: object) => twin.load(input, SELDOM).finally(() => (ended += 1));
  const [documents, answers] = await whileRead(
    40,
    () => Promise.all(inputs.map(load)),
    () => ended,
  );
  await expectConverged(documents, table);
  expect(answers.length).toBeGreaterThan(documents.length);
  // No lock is in a reader's way until the loads have ended: he is answered before the first of them has, and never
  // waits for as many as half of them.
  expect(answers[0]?.answered).toBe(0);
  for (const { asked, answered } of answers) expect(answered - asked).toBeLessThan(documents.length / 2);
  expect(await twin.load({})).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
});

/**
 * Reads the target at first and after every batch that is submitted while the work goes on: each key once, and no
 * fewer keys than at first.
 * @param done how much of the work is done: noted when a read is asked for, and when it is answered
 */
async function whileRead<Value>(
  keysAtFirst: number,
  work: () => Promise<Value>,
  done = () => 0,
): Promise<[Value, { asked: number; answered: number }[]]> {
  let running = true;
  let goOn = () => {};
  twin.twin.faults.observe(({ operation }) => {
    if (operation === 'BatchExecuteStatement') goOn();
  });
  const answers: { asked: number; answered: number }[] = [];
  const reader = (async () => {
    while (running) {
      const asked = done();
      const { rows } = await twin.sql('SELECT COUNT(*), COUNT(DISTINCT trip_id) FROM public.trips');
      const [count, keys] = rows[0] ?? [];
      // Whichever merge is under way.
      expect(count).toBe(keys);
      expect(Number(count)).toBeGreaterThanOrEqual(keysAtFirst);
      answers.push({ asked, answered: done() });
      if (running) await new Promise<void>((resolve) => (goOn = resolve));
    }
  })();
  const result = await work().finally(() => {
    running = false;
    goOn();
    twin.twin.faults.observe(undefined);
  });
  await reader;
  return [result, answers];
}
