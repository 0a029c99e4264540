import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  ListStatementsCommand,
  RedshiftDataClient,
  type StatementStatusString,
} from '@aws-sdk/client-redshift-data';
import type { LoadDocument } from '../../../cli/load/document';
import { hourOf } from '../../../core/hour';
import type { Call } from '../../../local/faults/fault-injector';
import type { Trip } from '../../../testkit/parquet';
import { TestTwin } from '../../../testkit/test-twin';

/** The hours lie within a scheduled execution's lookback. */
const hoursAgo = (hours: number) => hourOf(new Date(Date.now() - hours * 3_600_000));
const HOURS = [hoursAgo(6), hoursAgo(5), hoursAgo(4)] as const;

/**
 * Milliseconds between two status requests of many executions. More frequent requests would slow the loads down.
 */
const SELDOM = 1_000;

/** A statement that runs until it is cancelled. */
const ENDLESS =
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0 AND i < 2000000000) SELECT COUNT(*) FROM n';

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
  await twin.forget();
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
  await twin.forget();
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
  await twin.forget();

  const inputs = [...HOURS, ...HOURS].map((partition) => ({ partition }));
  const documents = await loadWhileRead(400, inputs);
  await expectConverged(documents, table);
});

test('twenty executions at once: of the same hours, of neighbouring hours, and scheduled ones over all hours', async () => {
  await putHours(40);
  const table = await sequentialTable();
  await twin.load({ partition: HOURS[0] });
  await twin.forget();

  const inputs: object[] = [
    ...Array.from({ length: 5 }, () => HOURS.map((partition) => ({ partition }))).flat(),
    { from: HOURS[0], to: HOURS[2] },
    { from: HOURS[1], to: HOURS[2] },
    {},
    {},
    {},
  ];
  expect(inputs).toHaveLength(20);
  const documents = await loadWhileRead(40, inputs);
  await expectConverged(documents, table);
  expect(await twin.load({})).toMatchObject({ status: 'SUCCEEDED', partitions: [] });
});

/**
 * Runs loads at once, and reads the target after every batch that they submit. Each read must find each key once, and
 * no fewer keys than at the start. One read happens while a merge has written its rows but has not committed.
 */
async function loadWhileRead(
  keysAtFirst: number,
  inputs: readonly object[],
): Promise<readonly LoadDocument[]> {
  let [ended, running] = [0, true];
  let goOn = () => {};
  const read = async () => {
    const { rows } = await twin.sql('SELECT COUNT(*), COUNT(DISTINCT trip_id) FROM public.trips');
    const [count, keys] = rows[0] ?? [];
    expect(count).toBe(keys);
    expect(Number(count)).toBeGreaterThanOrEqual(keysAtFirst);
    return Number(count);
  };
  const merge = new HeldMerge();
  twin.twin.faults.observe((call) => {
    if (call.operation === 'BatchExecuteStatement') goOn();
    return merge.on(call);
  });
  const reader = (async () => {
    await merge.untilHeld(() => !running);
    try {
      // Readers never wait for a lock: the read returns before any load ends, and sees the target as it was.
      expect([await read(), ended]).toEqual([keysAtFirst, 0]);
    } finally {
      await merge.release();
    }
    let reads = 0;
    while (running) {
      await read();
      reads += 1;
      if (running) await new Promise<void>((resolve) => (goOn = resolve));
    }
    return reads;
  })();
  const work = Promise.all(inputs.map((input) => twin.load(input, SELDOM).finally(() => (ended += 1))));
  try {
    // If the reader fails, the loads do not go on.
    return await Promise.race([work, reader.then(() => work)]);
  } finally {
    running = false;
    goOn();
    twin.twin.faults.observe(undefined);
    expect(await reader).toBeGreaterThan(0);
  }
}

const DROP = 'DROP TABLE "sluice"."staging_trips_';

/** A client that may cancel statements. */
function clientOfAccount(): RedshiftDataClient {
  const { endpoint, region, env } = twin.twin.description;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  return new RedshiftDataClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
}

/**
 * Holds the first merge between its LOCK and its COMMIT: another transaction shares the staging table, which the merge
 * drops at its end.
 */
class HeldMerge {
  private readonly api = clientOfAccount();
  private staging: string | undefined;
  private blocker: string | undefined;
  private letOthersGo = () => {};
  private readonly mayOthersGo = new Promise<void>((resolve) => (this.letOthersGo = resolve));

  /**
   * Observes the calls: the first merge waits until the other transaction shares its staging table, and the other
   * merges wait until the first one is held.
   */
  async on({ operation, subject }: Call): Promise<void> {
    const dropped = /DROP TABLE ("sluice"\."staging_trips_\w+")/.exec(subject)?.[1];
    if (operation !== 'statement' || !subject.startsWith('LOCK') || !dropped) return;
    if (this.staging) return this.mayOthersGo;
    this.staging = dropped;
    const { workgroup: WorkgroupName, database: Database } = twin.connection;
    const { Id } = await this.api.send(
      new BatchExecuteStatementCommand({
        WorkgroupName,
        Database,
        Sqls: [`SELECT COUNT(*) FROM ${dropped}`, ENDLESS],
      }),
    );
    while ((await statusIn(this.api, Id, ENDLESS)) !== 'STARTED');
    this.blocker = Id;
  }

  /** Resolves when the merge has run up to its last write. @throws Error if the loads are over before */
  async untilHeld(isOver: () => boolean): Promise<void> {
    const loads = twin.connection.redshiftData;
    while (!isOver()) {
      const { Statements = [] } = await loads.send(new ListStatementsCommand({ Status: 'STARTED' }));
      for (const { Id, StatementName } of Statements)
        if (StatementName?.includes('MergeIntoTarget') && (await statusIn(loads, Id, DROP)) === 'STARTED') {
          this.letOthersGo();
          return;
        }
    }
    throw new Error('No merge was held');
  }

  async release(): Promise<void> {
    await this.api.send(new CancelStatementCommand({ Id: this.blocker }));
  }
}

/** The status of the statement in a batch that begins with these words. */
async function statusIn(
  api: RedshiftDataClient,
  Id: string | undefined,
  words: string,
): Promise<StatementStatusString | undefined> {
  const { SubStatements = [] } = await api.send(new DescribeStatementCommand({ Id }));
  return SubStatements.find(({ QueryString }) => QueryString?.startsWith(words))?.Status;
}
