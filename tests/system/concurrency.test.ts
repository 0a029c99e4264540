import type { LoadDocument } from '../../cli/load/document';
import { hourOf } from '../../core/hour';
import type { Trip } from '../../testkit/parquet';
import { TestTwin } from '../../testkit/test-twin';

/** The hours lie within a scheduled execution's lookback. */
const hoursAgo = (hours: number) => hourOf(new Date(Date.now() - hours * 3_600_000));
const HOURS = [hoursAgo(6), hoursAgo(5), hoursAgo(4)] as const;

/**
 * Milliseconds between two status requests of many executions. More frequent requests would take longer than the
 * loads.
 */
const SELDOM = 1_000;

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterEach(() => twin.reset());
afterAll(() => twin.remove());

/**
 * Neighbouring hours share keys. Each hour updates every second key of the hour before, and one of these updates has
 * an old version. The last key of an hour is duplicated.
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
  // Each partition of each execution has one history row, and there are no others.
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

test('a scheduled execution during a manual one', async () => {
  await putHours(40);
  const table = await sequentialTable();
  const documents = await Promise.all([
    twin.load({}),
    twin.load({ from: HOURS[0], to: HOURS[2] }),
    twin.load({}),
  ]);
  expect(documents[1]?.partitions.map(({ reason }) => reason)).toEqual(Array(3).fill('requested'));
  await expectConverged(documents, table);
  // The scheduled execution does not load the same files again.
  expect(await twin.load({})).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
});

test('six executions at once over three hours, during which reads of the target are answered', async () => {
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

test('twenty executions at once: of the same hours, of neighbouring hours, and scheduled ones over all hours', async () => {
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
  // No lock blocks a reader until the loads have ended. The first read is answered before any load has ended, and no
  // read waits for as many as half of the loads.
  expect(answers[0]?.answered).toBe(0);
  for (const { asked, answered } of answers) expect(answered - asked).toBeLessThan(documents.length / 2);
  expect(await twin.load({})).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
});

/**
 * Reads the target at the start, and after every batch that is submitted during the work. Each read must find each key
 * once, and no fewer keys than the first read.
 * @param done returns the amount of work done, recorded when a read is requested and when it is answered
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
      // Any merge may be running now.
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
