import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
} from '@aws-sdk/client-redshift-data';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SqlError } from '../../../local/redshift-data/sql/errors';
import { Cancelled } from '../../../local/redshift-data/warehouse/connection';
import { TableLocks } from '../../../local/redshift-data/warehouse/locks';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { WHERE, batch, ended, given, rowsOf, startTwin, type Twin } from './harness';

describe('transactions', () => {
  let twin: Twin;
  beforeAll(async () => {
    twin = await startTwin();
    await given(twin, 'CREATE TABLE mutex (held INT)');
  });
  afterAll(() => twin.stop());

  /** Replaces a key's row and leaves a trace. It is slow enough to overlap with another. */
  const replace = (table: string, n: number, ...before: string[]) => [
    ...before,
    `DELETE FROM ${table} WHERE k = 1`,
    `INSERT INTO ${table} SELECT 1, ${n}`,
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT MAX(i) FROM n',
    `INSERT INTO ${table}_history VALUES (${n})`,
  ];

  async function prepare(table: string): Promise<void> {
    await given(
      twin,
      `CREATE TABLE ${table} (k INT, n INT)`,
      `CREATE TABLE ${table}_history (n INT)`,
      `INSERT INTO ${table} VALUES (1, 0)`,
    );
  }

  it('one of two writers of the same rows succeeds, the other fails with 1023 and leaves nothing', async () => {
    await prepare('raced');
    const done = await Promise.all([1, 2, 3, 4].map((n) => batch(twin, replace('raced', n))));
    const winners = done.flatMap(({ Status }, index) => (Status === 'FINISHED' ? [index + 1] : []));
    expect(winners.length).toBeGreaterThanOrEqual(1);
    expect(winners.length).toBeLessThan(4);
    for (const { Status, Error: error } of done) {
      if (Status === 'FINISHED') continue;
      expect(error).toMatch(/ERROR: 1023 DETAIL: Serializable isolation violation on table - raced/);
    }
    const history = (await rowsOf(twin, 'SELECT n FROM raced_history')).map(([n]) => n);
    expect(history.sort()).toEqual(winners);
    const rows = await rowsOf(twin, 'SELECT k, n FROM raced');
    expect(rows).toHaveLength(1);
    expect(winners).toContain(rows[0]![1]);
  });

  it('a table that a batch drops or renames is gone for the rest of the batch', async () => {
    await given(twin, 'CREATE TABLE leaving (n INT)');
    for (const going of ['DROP TABLE leaving', 'ALTER TABLE leaving RENAME TO left_behind']) {
      const { Status, Error: error } = await batch(twin, [
        'SELECT n FROM leaving',
        going,
        'SELECT n FROM leaving',
      ]);
      expect(Status).toBe('FAILED');
      expect(error).toMatch(/Query #3 failed with ERROR: relation "leaving" does not exist/);
    }
    // The batch is rolled back, so the table exists again.
    expect(await rowsOf(twin, 'SELECT n FROM leaving')).toEqual([]);
  });

  it('transactions that LOCK first wait for each other and all succeed', async () => {
    await prepare('locked');
    const numbers = [1, 2, 3, 4, 5];
    const done = await Promise.all(numbers.map((n) => batch(twin, replace('locked', n, 'LOCK mutex'))));
    expect(done.map(({ Status, Error: error }) => [Status, error])).toEqual(
      numbers.map(() => ['FINISHED', undefined]),
    );
    expect(await rowsOf(twin, 'SELECT COUNT(*) FROM locked')).toEqual([[1]]);
    expect(await rowsOf(twin, 'SELECT COUNT(DISTINCT n) FROM locked_history')).toEqual([[5]]);
  });

  it('a cancelled waiter leaves its lock to the next', async () => {
    const slow =
      'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0 AND i < 2000000000) SELECT MAX(i) FROM n';
    const submit = (...Sqls: string[]) =>
      twin.client.send(new BatchExecuteStatementCommand({ ...WHERE, Sqls }));
    const holder = await submit('LOCK TABLE mutex', slow);
    while (
      (await twin.client.send(new DescribeStatementCommand({ Id: holder.Id }))).SubStatements![1]!.Status !==
      'STARTED'
    );
    const waiter = await submit('LOCK mutex', 'SELECT 1');
    const last = await submit('SELECT COUNT(*) FROM mutex');
    const { Status } = await twin.client.send(
      new DescribeStatementCommand({ Id: waiter.Id, WaitTimeSeconds: 1 }),
    );
    expect(Status).toBe('STARTED');
    await twin.client.send(new CancelStatementCommand({ Id: waiter.Id }));
    expect((await ended(twin.client, waiter.Id!)).Status).toBe('ABORTED');
    // A reader waits for the holder, too: LOCK is ACCESS EXCLUSIVE.
    expect((await twin.client.send(new DescribeStatementCommand({ Id: last.Id }))).Status).toBe('STARTED');
    await twin.client.send(new CancelStatementCommand({ Id: holder.Id }));
    expect((await ended(twin.client, last.Id!)).Status).toBe('FINISHED');
  });
});

describe('TableLocks', () => {
  const never = new AbortController().signal;
  const acquired = async (lock: Promise<void>) => {
    const result = await Promise.race([
      lock.then(() => 'held'),
      // A lock that is free is granted before this.
      new Promise((resolve) => setImmediate(resolve, 'waits')),
    ]);
    return result as string;
  };

  it('shares, excludes, and grants locks in order', async () => {
    const locks = new TableLocks();
    const [a, b, c] = [{}, {}, {}];
    await locks.acquire('t', 'shared', a, never);
    await locks.acquire('t', 'shared', b, never);
    const exclusive = locks.acquire('t', 'exclusive', c, never);
    expect(await acquired(exclusive)).toBe('waits');
    const late = locks.acquire('t', 'shared', {}, never);
    expect(await acquired(late)).toBe('waits');
    locks.release(a);
    locks.release(b);
    await exclusive;
    expect(await acquired(late)).toBe('waits');
    locks.release(c);
    await late;
  });

  it('upgrades a shared lock before other waiters', async () => {
    const locks = new TableLocks();
    const [a, b] = [{}, {}];
    await locks.acquire('t', 'shared', a, never);
    const queued = locks.acquire('t', 'exclusive', b, never);
    await locks.acquire('t', 'exclusive', a, never);
    expect(await acquired(queued)).toBe('waits');
    locks.release(a);
    await queued;
  });

  it('detects a deadlock instead of waiting forever', async () => {
    const locks = new TableLocks();
    const [a, b] = [{}, {}];
    await locks.acquire('x', 'exclusive', a, never);
    await locks.acquire('y', 'exclusive', b, never);
    const waiting = locks.acquire('y', 'exclusive', a, never);
    await expect(locks.acquire('x', 'exclusive', b, never)).rejects.toThrow(
      new SqlError('ERROR: deadlock detected'),
    );
    locks.release(b);
    await waiting;
  });

  it('leaves the queue when cancelled', async () => {
    const locks = new TableLocks();
    const [a, b] = [{}, {}];
    await locks.acquire('t', 'exclusive', a, never);
    const controller = new AbortController();
    const cancelled = locks.acquire('t', 'exclusive', b, controller.signal);
    const next = locks.acquire('t', 'exclusive', {}, never);
    controller.abort();
    await expect(cancelled).rejects.toThrow(Cancelled);
    locks.release(a);
    await next;
  });
});

describe('after kill -9', () => {
  it('committed data is there, uncommitted data is gone, and tokens still apply', async () => {
    const folder = temporaryFolder('redshift-data-kill-');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(__dirname, 'fixtures', 'killed.ts'), folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('\n')) resolve();
      });
      child.on('exit', () => reject(new Error(`ended early: ${output}`)));
    });
    child.removeAllListeners('exit');
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const { running, finished } = JSON.parse(output) as { running: string; finished: string };
    const twin = await startTwin(folder);
    try {
      expect(await rowsOf(twin, 'SELECT COUNT(*) FROM durable')).toEqual([[1000]]);
      const lost = await ended(twin.client, running);
      expect(lost).toMatchObject({ Status: 'FAILED', Error: expect.stringContaining('restarted') as string });
      expect(await ended(twin.client, finished)).toMatchObject({ Status: 'FINISHED', ResultRows: 1000 });
      expect(await rowsOf(twin, 'SELECT TRIM(file_name) FROM sys_load_error_detail')).toEqual([
        ['s3://lake/text.csv'],
      ]);
    } finally {
      await twin.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
