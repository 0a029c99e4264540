import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
} from '@aws-sdk/client-redshift-data';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetOf } from '../../../testkit/parquet';
import { ROLE, WHERE, execute, given, rowsOf, startTwin, type Twin } from './harness';

/** A row source without an end: 10^12 rows. */
const ROWS = Array.from({ length: 12 }, (_, index) => `ten t${index}`).join(' CROSS JOIN ');
const ENDLESS = `SELECT SUM(t0.n + t11.n) FROM ${ROWS}`;

/** Long enough for the statement to be in the middle of its work. */
const UNDER_WAY_MS = 300;
/** Seconds. Cancelling takes milliseconds, but the machine may be busy. */
const SOON = 5;

let twin: Twin;
beforeAll(async () => {
  twin = await startTwin();
  await given(
    twin,
    'CREATE TABLE ten (n INT)',
    'INSERT INTO ten VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)',
    'CREATE TABLE target (a BIGINT, b VARCHAR(64), c TIMESTAMP)',
    'CREATE TABLE mutex (n INT)',
  );
});
afterAll(() => twin.stop());

async function submit(...Sqls: string[]): Promise<string> {
  return (await twin.client.send(new BatchExecuteStatementCommand({ ...WHERE, Sqls }))).Id!;
}

/** Waits until the last statement of a batch has started. */
async function underWay(id: string): Promise<void> {
  for (;;) {
    const { SubStatements } = await twin.client.send(new DescribeStatementCommand({ Id: id }));
    if (SubStatements?.at(-1)?.Status === 'STARTED') break;
    await sleep(10);
  }
  await sleep(UNDER_WAY_MS);
}

async function expectSoonAborted(id: string): Promise<void> {
  await twin.client.send(new CancelStatementCommand({ Id: id }));
  const { Status, Error: error } = await twin.client.send(
    new DescribeStatementCommand({ Id: id, WaitTimeSeconds: SOON }),
  );
  expect([Status, error]).toEqual(['ABORTED', expect.stringMatching(/cancelled/)]);
}

it('COPY refuses a file whose footer has more than 8 MB, and names it', async () => {
  const padding = `KV_METADATA {padding: '${'x'.repeat(9_000_000)}'}`;
  const file = await parquetOf(`SELECT 1::BIGINT AS a, 'x' AS b, NULL::TIMESTAMP AS c`, padding);
  await twin.store.put('lake', 'large/a.parquet', file);
  const copied = await execute(twin, `COPY target FROM 's3://lake/large/' IAM_ROLE '${ROLE}' FORMAT PARQUET`);
  expect(copied.Status).toBe('FAILED');
  expect(copied.Error).toMatch(/footers of at most 8388608 bytes\. File name: .*large\/a\.parquet/);
});

describe('a cancelled statement ends soon and leaves nothing', () => {
  beforeAll(async () => {
    const file = await parquetOf(
      `SELECT i AS a, (i // 2048)::VARCHAR AS b, TIMESTAMP '2026-11-20 08:00:00' AS c FROM range(8192000) AS r(i)`,
      'ROW_GROUP_SIZE 2048',
    );
    await twin.store.put('lake', 'groups/a.parquet', file);
  });

  it.each([
    ['COPY of 4,000 row groups', `COPY target FROM 's3://lake/groups/' IAM_ROLE '${ROLE}' FORMAT PARQUET`],
    ['INSERT', `INSERT INTO target SELECT t0.n, 'x', '2026-11-20 08:00:00' FROM ${ROWS}`],
    ['CREATE TABLE AS', `CREATE TABLE made AS SELECT t0.n AS a, t1.n AS b FROM ${ROWS}`],
    ['SELECT of one row', ENDLESS],
    ['SELECT of rows', `SELECT t0.n, t1.n, t2.n FROM ${ROWS}`],
  ])('%s', async (_, sql) => {
    const id = await submit("INSERT INTO target VALUES (1, 'x', '2026-11-20 08:00:00')", sql);
    await underWay(id);
    await expectSoonAborted(id);
    expect(await rowsOf(twin, 'SELECT COUNT(*) FROM target')).toEqual([[0]]);
  });
});

describe('while others keep the engine busy', () => {
  it('a cancelled statement does not wait for them, neither to run nor to roll back', async () => {
    const holder = await submit('LOCK mutex', ENDLESS);
    await underWay(holder);
    // It has changed rows, and waits for the lock.
    const started = await submit("INSERT INTO target VALUES (1, 'x', NULL)", 'LOCK mutex');
    await underWay(started);
    const others = [await submit(ENDLESS), await submit(ENDLESS)];
    await Promise.all(others.map(underWay));
    const waiting = await submit('SELECT 1');

    await expectSoonAborted(waiting);
    await expectSoonAborted(started);

    const busy = [holder, ...others];
    for (const id of busy)
      expect((await twin.client.send(new DescribeStatementCommand({ Id: id }))).Status).toBe('STARTED');
    await Promise.all(busy.map(expectSoonAborted));
    expect(await rowsOf(twin, 'SELECT COUNT(*) FROM target')).toEqual([[0]]);
  });
});
