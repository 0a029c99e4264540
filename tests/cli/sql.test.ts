import { query } from '../../cli/shared/query';
import { runSql } from '../../cli/sql';
import { sql } from '../../core/sql';
import { CapturedOutput } from '../../testkit/captured-output';
import { TestTwin } from '../../testkit/test-twin';

let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
  await query(
    twin.connection,
    sql`CREATE TABLE public.things (id BIGINT, name VARCHAR(64), price DECIMAL(10,2), at TIMESTAMP, weight DOUBLE PRECISION, used BOOLEAN)`,
  );
  await query(
    twin.connection,
    sql`INSERT INTO public.things VALUES (1, 'one', 1.50, '2026-11-23 08:15:00', 0.5, true), (2, NULL, NULL, NULL, NULL, false)`,
  );
});
afterAll(() => twin.remove());

async function json(statement: string): Promise<unknown> {
  const captured = new CapturedOutput(true);
  expect(await runSql(twin.connection, captured.output, { statement })).toBe(0);
  return captured.document();
}

async function text(statement: string, width?: number): Promise<string> {
  const captured = new CapturedOutput(false);
  expect(await runSql(twin.connection, captured.output, { statement, width })).toBe(0);
  return captured.stdout;
}

test('a result is columns and rows only: numbers, text for values that numbers cannot hold, null', async () => {
  expect(await json('SELECT * FROM things ORDER BY id')).toEqual({
    columns: ['id', 'name', 'price', 'at', 'weight', 'used'],
    rows: [
      [1, 'one', '1.50', '2026-11-23 08:15:00', 0.5, true],
      [2, null, null, null, null, false],
    ],
  });
});

test('a note says that the SDK rounds large integers', async () => {
  const exactly = new CapturedOutput(true);
  await runSql(twin.connection, exactly.output, {
    statement: 'SELECT 9007199254740991 AS big, 1e300::FLOAT8 AS large',
  });
  expect(exactly.stderr).toBe('');
  const rounded = new CapturedOutput(true);
  await runSql(twin.connection, rounded.output, { statement: 'SELECT 9007199254740993 AS big' });
  expect(rounded.stderr).toMatch(/rounds integers beyond 2\^53/);
});

test('the text is a table with numbers on the right, nulls as NULL, and the number of rows', async () => {
  expect(await text('SELECT name, price FROM things ORDER BY id')).toBe(
    ['name  price', 'one    1.50', 'NULL   NULL', '(2 rows)', ''].join('\n'),
  );
  expect(await text('SELECT name FROM things WHERE id = 1')).toMatch(/\(1 row\)\n$/);
  expect(await text('SELECT name FROM things WHERE id = 0')).toBe('name\n(0 rows)\n');
});

test('a table that does not fit becomes a block for each row', async () => {
  expect(await text('SELECT name, price, at FROM things WHERE id = 1', 20)).toBe(
    ['── row 1 ──', 'name   one', 'price  1.50', 'at     2026-11-23 08:15:00', '(1 row)', ''].join('\n'),
  );
});

test('statements without a result say how many rows they changed', async () => {
  expect(await json('UPDATE things SET used = true WHERE id = 1')).toEqual({
    columns: [],
    rows: [],
    affected: 1,
  });
  expect(await text('UPDATE things SET used = true')).toBe('2 rows affected.\n');
  expect(await text('CREATE TABLE other (id INTEGER)')).toBe('Done.\n');
});

test('a long result comes in pages: whole with --json, its beginning as text', async () => {
  const statement = `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50)
    SELECT (a.n - 1) * 50 + b.n AS n, '${'x'.repeat(1_000)}' AS padding FROM numbers AS a CROSS JOIN numbers AS b ORDER BY n`;
  const { rows } = (await json(statement)) as { rows: unknown[][] };
  expect(rows.map(([n]) => n)).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
  const shown = await text(statement);
  expect(shown.split('\n')).toHaveLength(1 + 1_000 + 2);
  expect(shown).toContain('(2,500 rows, the first 1000 shown; --json prints them all)');
});

test('an error has the text of Redshift', async () => {
  const captured = new CapturedOutput(true);
  const failing = runSql(twin.connection, captured.output, { statement: 'SELECT * FROM nowhere' });
  await expect(failing).rejects.toMatchObject({
    name: 'StatementFailed',
    message: expect.stringMatching(/relation "nowhere" does not exist/) as string,
  });
  expect(captured.stdout).toBe('');
});

test('a cancelled statement is aborted, and ends the wait', async () => {
  twin.twin.faults.set([
    { service: 'redshift-data', operation: 'statement', fault: { type: 'statement', status: 'ABORTED' } },
  ]);
  const captured = new CapturedOutput(true);
  await expect(runSql(twin.connection, captured.output, { statement: 'SELECT 1' })).rejects.toMatchObject({
    name: 'StatementAborted',
  });
  twin.twin.faults.clear();
});

test.each(['', '  \n ', ';', ' ; ; '])('an empty statement is wrong usage: %j', async (statement) => {
  await expect(runSql(twin.connection, new CapturedOutput(true).output, { statement })).rejects.toMatchObject(
    { name: 'UsageError' },
  );
});
