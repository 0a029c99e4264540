import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  DescribeTableCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  GetStatementResultV2Command,
  ListDatabasesCommand,
  ListSchemasCommand,
  ListStatementsCommand,
  ListTablesCommand,
} from '@aws-sdk/client-redshift-data';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  ACCOUNT,
  DATABASE,
  REGION,
  WHERE,
  WORKGROUP,
  batch,
  ended,
  execute,
  given,
  plain,
  startTwin,
  type Twin,
} from './harness';

let twin: Twin;

beforeAll(async () => {
  twin = await startTwin();
  await given(
    twin,
    'CREATE TABLE t (a SMALLINT, b INT, c BIGINT, d DECIMAL(10,2), e REAL, f FLOAT, g BOOLEAN, h CHAR(2), i VARCHAR(8), j DATE, k TIMESTAMP, l TIMESTAMPTZ, m SUPER)',
    "INSERT INTO t VALUES (1, 2, 3, 4.5, 1.5, 2.5, true, 'hh', 'iii', '2026-11-23', '2026-11-23 08:00:00', '2026-11-23 08:00:00+01', '{\"a\":1}')",
  );
});
afterAll(() => twin.stop());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UNKNOWN = '11111111-1111-1111-1111-111111111111';

async function rejection(promise: Promise<unknown>): Promise<{ name: string; message: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { name: (error as Error).name, message: (error as Error).message };
}

describe('ExecuteStatement and GetStatementResult', () => {
  it('returns bigints with all their digits', async () => {
    const sql =
      'SELECT 9007199254740993::bigint, 9223372036854775807::bigint, 9007199254740991::bigint, -1::bigint';
    const { Id } = await execute(twin, sql);
    const { hostname, port } = await twin.client.config.endpoint!();
    // The SDK for JavaScript has only numbers; other clients read the text as it is.
    const answer = await fetch(`http://${hostname}:${port}`, {
      method: 'POST',
      headers: { 'x-amz-target': 'RedshiftData.GetStatementResult' },
      body: JSON.stringify({ Id }),
    });
    const longs = [...(await answer.text()).matchAll(/\{"longValue":([^}]*)\}/g)].map(([, long]) => long);
    expect(longs).toEqual(['9007199254740993', '9223372036854775807', '9007199254740991', '-1']);
  });

  it('returns values and column metadata in the Data API’s types', async () => {
    const { Id, HasResultSet, ResultRows } = await execute(twin, 'SELECT * FROM t');
    expect({ HasResultSet, ResultRows }).toEqual({ HasResultSet: true, ResultRows: 1 });
    const { Records, ColumnMetadata, TotalNumRows, NextToken } = await twin.client.send(
      new GetStatementResultCommand({ Id }),
    );
    expect(Records).toEqual([
      [
        { longValue: 1 },
        { longValue: 2 },
        { longValue: 3 },
        { stringValue: '4.50' },
        { doubleValue: 1.5 },
        { doubleValue: 2.5 },
        { booleanValue: true },
        { stringValue: 'hh' },
        { stringValue: 'iii' },
        { stringValue: '2026-11-23' },
        { stringValue: '2026-11-23 08:00:00' },
        { stringValue: '2026-11-23 07:00:00+00' },
        { stringValue: '{"a":1}' },
      ],
    ]);
    expect(ColumnMetadata!.map((column) => column.typeName)).toEqual(
      'int2 int4 int8 numeric float4 float8 bool varchar varchar date timestamp timestamptz super'.split(' '),
    );
    expect(ColumnMetadata![3]).toMatchObject({ name: 'd', label: 'd', precision: 10, scale: 2, nullable: 1 });
    expect({ TotalNumRows, NextToken }).toEqual({ TotalNumRows: 1, NextToken: undefined });
  });

  it('pages through a large result in memory and on disk', async () => {
    const digits =
      '(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';
    const sql = `SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n, REPEAT('x', 1500) FROM ${digits} a, ${digits} b, ${digits} c, ${digits} e ORDER BY 1`;
    const { Id, ResultRows, ResultSize } = await execute(twin, sql);
    expect(ResultRows).toBe(10_000);
    expect(ResultSize).toBeGreaterThan(15_000_000);
    const numbers: unknown[] = [];
    let pages = 0;
    let token: string | undefined;
    do {
      const page = await twin.client.send(new GetStatementResultCommand({ Id, NextToken: token }));
      numbers.push(...page.Records!.map((record) => plain(record[0]!)));
      expect(page.TotalNumRows).toBe(10_000);
      token = page.NextToken;
      pages += 1;
    } while (token !== undefined);
    expect(pages).toBeGreaterThan(10);
    expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
    const wrong = twin.client.send(new GetStatementResultCommand({ Id, NextToken: 'x' }));
    expect(await rejection(wrong)).toEqual({ name: 'ValidationException', message: 'Invalid NextToken.' });
  });

  it('binds parameters by name, untyped and never as text', async () => {
    const value = "x'; DROP TABLE t; --";
    const { Id } = await execute(
      twin,
      'SELECT :v, :n::INT + 1, b FROM t WHERE b = :n AND i <> :v AND k < CAST(:0k AS TIMESTAMP)',
      [
        { name: 'v', value },
        { name: 'n', value: '2' },
        { name: '0k', value: '2027-01-01 00:00:00' },
      ],
    );
    const { Records } = await twin.client.send(new GetStatementResultCommand({ Id }));
    expect(Records!.map((record) => record.map(plain))).toEqual([[value, 3, 2]]);
  });

  const invalid: [name: string, input: object, error: string, message: RegExp][] = [
    [
      'unused parameter',
      { Sql: "SELECT 1::int, ':id' /* :id */", Parameters: [{ name: 'id', value: '1' }] },
      'ValidationException',
      /^Parameters list contains unused parameters\. Unused parameters: \[id\]$/,
    ],
    [
      'parameter twice',
      {
        Sql: 'SELECT :id',
        Parameters: [
          { name: 'id', value: '1' },
          { name: 'id', value: '2' },
        ],
      },
      'ValidationException',
      /duplicate/,
    ],
    [
      'empty value',
      { Sql: 'SELECT :id', Parameters: [{ name: 'id', value: '' }] },
      'ValidationException',
      /'parameters\.member\.1\.value' failed to satisfy constraint: Member must have length greater than or equal to 1/,
    ],
    [
      'another workgroup',
      { Sql: 'SELECT 1', WorkgroupName: 'other' },
      'ValidationException',
      /Redshift endpoint doesn't exist in this region\./,
    ],
    ['no workgroup', { Sql: 'SELECT 1', WorkgroupName: undefined }, 'ValidationException', /WorkgroupName/],
    ['no database', { Sql: 'SELECT 1', Database: undefined }, 'ValidationException', /Database/],
    [
      'cluster',
      { Sql: 'SELECT 1', ClusterIdentifier: 'c' },
      'ValidationException',
      /ClusterIdentifier is not supported by the local twin/,
    ],
    ['database user', { Sql: 'SELECT 1', DbUser: 'u' }, 'ValidationException', /DbUser is not supported/],
    ['session', { Sql: 'SELECT 1', SessionId: UNKNOWN }, 'ValidationException', /SessionId is not supported/],
    ['CSV', { Sql: 'SELECT 1', ResultFormat: 'CSV' }, 'ValidationException', /resultFormat.*\[JSON\]/],
    ['no text', { Sql: '' }, 'ValidationException', /'sql'/],
  ];

  it.each(invalid)('refuses: %s', async (_name, input, name, message) => {
    const command = new ExecuteStatementCommand({ ...WHERE, ...(input as { Sql: string }) });
    const error = await rejection(twin.client.send(command));
    expect(error).toEqual({ name, message: expect.stringMatching(message) as string });
  });

  it('fails to connect to another database', async () => {
    const { Id } = await twin.client.send(
      new ExecuteStatementCommand({ ...WHERE, Database: 'other', Sql: 'SELECT 1' }),
    );
    expect(await ended(twin.client, Id!)).toMatchObject({
      Status: 'FAILED',
      Error: 'FATAL: database "other" does not exist',
    });
  });

  it('accepts the workgroup’s ARN, and a secret', async () => {
    const WorkgroupName = `arn:aws:redshift-serverless:${REGION}:${ACCOUNT}:workgroup/${WORKGROUP}`;
    const answer = await twin.client.send(
      new ExecuteStatementCommand({
        WorkgroupName,
        Database: DATABASE,
        SecretArn: 'arn:aws:secretsmanager:x',
        Sql: 'SELECT 1',
        WaitTimeSeconds: 30,
      }),
    );
    expect(answer).toMatchObject({ Status: 'FINISHED', HasResultSet: true, DbUser: 'admin' });
    expect(answer.Id).toMatch(UUID);
  });

  it('refuses to return a result before the statement has one', async () => {
    const { Id } = await execute(twin, 'ANALYZE t');
    for (const id of [Id!, UNKNOWN]) {
      const error = await rejection(twin.client.send(new GetStatementResultCommand({ Id: id })));
      expect(error.name).toBe('ResourceNotFoundException');
    }
    const unknown = await rejection(twin.client.send(new DescribeStatementCommand({ Id: UNKNOWN })));
    expect(unknown).toEqual({ name: 'ResourceNotFoundException', message: 'Query does not exist.' });
    expect((await rejection(twin.client.send(new GetStatementResultV2Command({ Id })))).name).toBe(
      'UnknownOperationException',
    );
  });
});

describe('BatchExecuteStatement', () => {
  it('describes every statement', async () => {
    const sqls = [
      'CREATE TABLE described (n INT)',
      'INSERT INTO described VALUES (1), (2)',
      'SELECT n FROM described',
    ];
    const done = await batch(twin, sqls);
    expect(done).toMatchObject({ Status: 'FINISHED', HasResultSet: true, ExecutionMode: 'TRANSACTION' });
    expect(
      done.SubStatements!.map(({ Id, Status, ResultRows, HasResultSet, QueryString }) => ({
        Id,
        Status,
        ResultRows,
        HasResultSet,
        QueryString,
      })),
    ).toEqual(
      [-1, 2, 2].map((ResultRows, index) => ({
        Id: `${done.Id}:${index + 1}`,
        Status: 'FINISHED',
        ResultRows,
        HasResultSet: index === 2,
        QueryString: sqls[index],
      })),
    );
    for (const { Duration } of [done, ...done.SubStatements!]) {
      expect(Duration).toBeGreaterThanOrEqual(0);
      expect(Duration! % 1_000_000).toBe(0);
    }
    const third = await twin.client.send(new DescribeStatementCommand({ Id: `${done.Id}:3` }));
    expect(third).toMatchObject({ Id: `${done.Id}:3`, QueryString: sqls[2], ResultRows: 2 });
    const whole = await rejection(twin.client.send(new GetStatementResultCommand({ Id: done.Id })));
    expect(whole).toEqual({
      name: 'ValidationException',
      message: 'BatchExecuteStatement result can only be retrieved with sub-statement id.',
    });
  });

  it('rolls back everything when one statement fails', async () => {
    const done = await batch(twin, [
      'CREATE TABLE undone (n INT)',
      'INSERT INTO undone VALUES (1)',
      'SELECT 1 / 0',
      'SELECT 2',
    ]);
    expect(done).toMatchObject({ Status: 'FAILED', Error: 'Query #3 failed with ERROR: Divide by zero' });
    expect(done.SubStatements!.map((sub) => sub.Status)).toEqual([
      'FINISHED',
      'FINISHED',
      'FAILED',
      'ABORTED',
    ]);
    expect((await execute(twin, 'SELECT * FROM undone')).Error).toBe(
      'ERROR: relation "undone" does not exist',
    );
  });

  it('fails an assertion through a NOT NULL column', async () => {
    await given(twin, 'CREATE TABLE history (n BIGINT NOT NULL)', 'CREATE TABLE counted (n INT)');
    const done = await batch(
      twin,
      [
        'INSERT INTO counted VALUES (1)',
        'INSERT INTO history SELECT CASE WHEN COUNT(*) = CAST(:n AS BIGINT) THEN COUNT(*) END FROM counted',
      ],
      [{ name: 'n', value: '2' }],
    );
    expect(done.Error).toBe('Query #2 failed with ERROR: Cannot insert a NULL value into column n');
  });

  it('refuses features that it lacks', async () => {
    const send = (input: object) =>
      rejection(
        twin.client.send(new BatchExecuteStatementCommand({ ...WHERE, Sqls: ['SELECT 1'], ...input })),
      );
    expect((await send({ ExecutionMode: 'AUTO_COMMIT' })).message).toMatch(/executionMode.*\[TRANSACTION\]/);
    expect((await send({ Sqls: [] })).message).toMatch(/length greater than or equal to 1/);
    expect((await batch(twin, ['BEGIN', 'COMMIT'])).Error).toMatch(
      /^Query #1 failed with ERROR: BEGIN is not supported/,
    );
  });
});

describe('client tokens', () => {
  it('return the same statement, even a failed one', async () => {
    for (const Sql of ['SELECT 1', 'SELECT * FROM nosuch']) {
      const send = (wait?: number) =>
        twin.client.send(
          new ExecuteStatementCommand({
            ...WHERE,
            Sql,
            ClientToken: `token-${Sql.length}`,
            WaitTimeSeconds: wait,
          }),
        );
      const [first, second] = await Promise.all([send(), send(30)]);
      expect(second.Id).toBe(first.Id);
      await ended(twin.client, first.Id!);
      expect((await send()).Id).toBe(first.Id);
    }
  });

  it('are refused for another request', async () => {
    const send = (Sql: string) =>
      twin.client.send(new ExecuteStatementCommand({ ...WHERE, Sql, ClientToken: 'mine' }));
    await send('SELECT 1');
    expect((await rejection(send('SELECT 2'))).name).toBe('ValidationException');
  });
});

describe('cancelling and waiting', () => {
  const ENDLESS =
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0 AND i < 2000000000) SELECT COUNT(*) FROM n';

  it('interrupts a running statement and rolls back', async () => {
    await given(twin, 'CREATE TABLE kept (n INT)');
    const { Id } = await twin.client.send(
      new BatchExecuteStatementCommand({ ...WHERE, Sqls: ['INSERT INTO kept VALUES (1)', ENDLESS] }),
    );
    const waiting = await twin.client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }));
    expect(waiting.Status).toBe('STARTED');
    expect(await twin.client.send(new CancelStatementCommand({ Id }))).toMatchObject({ Status: true });
    expect(await ended(twin.client, Id!)).toMatchObject({
      Status: 'ABORTED',
      Error: expect.stringMatching(/cancelled/) as string,
    });
    const again = await rejection(twin.client.send(new CancelStatementCommand({ Id })));
    expect(again.message).toBe(`Could not cancel a query that is already in ABORTED state with ID: ${Id}`);
    const { Id: count } = await execute(twin, 'SELECT COUNT(*) FROM kept');
    const { Records } = await twin.client.send(new GetStatementResultCommand({ Id: count }));
    expect(Records).toEqual([[{ longValue: 0 }]]);
  });

  it('returns from a long poll as soon as the statement ends', async () => {
    twin.faults.due.push(
      { words: 'SELECT 4710', fault: { type: 'statement', status: 'STARTED' } },
      { words: 'SELECT 4711', fault: { type: 'delay', ms: 300 } },
    );
    // This poll starts first and waits a second less. It ends first, unless the other one ends with its statement.
    const { Id } = await twin.client.send(new ExecuteStatementCommand({ ...WHERE, Sql: 'SELECT 4710' }));
    const endless = twin.client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 29 }));
    const started = Date.now();
    const poll = twin.client.send(
      new ExecuteStatementCommand({ ...WHERE, Sql: 'SELECT 4711', WaitTimeSeconds: 30 }),
    );
    expect((await Promise.race([endless, poll])).Status).toBe('FINISHED');
    expect(Date.now() - started).toBeGreaterThanOrEqual(300);
    await twin.client.send(new CancelStatementCommand({ Id }));
    expect((await endless).Status).toBe('ABORTED');
  });

  it('returns from a long poll in time, even if garbage is collected meanwhile', () => {
    const flags = ['--expose-gc', '--always-turbofan', '--turbo-filter=wait', '--require', 'tsx/cjs'];
    const output = execFileSync(process.execPath, [...flags, join(__dirname, 'fixtures/collected.ts')]);
    expect(output.toString()).toBe('20 of 20\n');
  });

  it('ends statements as fault rules say', async () => {
    twin.faults.due.push(
      { words: 'SELECT 1', fault: { type: 'statement', status: 'FAILED', error: 'ERROR: disk full' } },
      { words: 'SELECT 2', fault: { type: 'statement', status: 'ABORTED' } },
      { words: 'SELECT 3', fault: { type: 'statement', status: 'STARTED' } },
    );
    expect(await execute(twin, 'SELECT 1')).toMatchObject({ Status: 'FAILED', Error: 'ERROR: disk full' });
    const aborted = await batch(twin, ['SELECT 2', 'SELECT 2']);
    expect(aborted.SubStatements!.map((sub) => sub.Status)).toEqual(['ABORTED', 'ABORTED']);
    const { Id } = await twin.client.send(new ExecuteStatementCommand({ ...WHERE, Sql: 'SELECT 3' }));
    expect((await twin.client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }))).Status).toBe(
      'STARTED',
    );
    await twin.client.send(new CancelStatementCommand({ Id }));
    expect((await ended(twin.client, Id!)).Status).toBe('ABORTED');
  });

  it('lets a statement take longer, as a rule says, and then do its work, unless it is cancelled', async () => {
    const slow = { type: 'statement', status: 'FINISHED', after: 200 } as const;
    twin.faults.due.push({ words: 'SELECT 7', fault: slow });
    const { Status, Duration, ResultRows } = await execute(twin, 'SELECT 7');
    expect({ Status, ResultRows }).toEqual({ Status: 'FINISHED', ResultRows: 1 });
    expect(Duration).toBeGreaterThanOrEqual(200e6);
    twin.faults.due.push({ words: 'SELECT 8', fault: { ...slow, after: 60_000 } });
    const { Id } = await twin.client.send(new ExecuteStatementCommand({ ...WHERE, Sql: 'SELECT 8' }));
    await twin.client.send(new CancelStatementCommand({ Id }));
    expect((await ended(twin.client, Id!)).Status).toBe('ABORTED');
  });

  it('runs a faulty statement for the rule’s time, or until it is cancelled', async () => {
    const failed = { type: 'statement', status: 'FAILED', error: 'ERROR: disk full', after: 200 } as const;
    twin.faults.due.push({ words: 'SELECT 5', fault: failed });
    const started = Date.now();
    expect(await execute(twin, 'SELECT 5')).toMatchObject({ Status: 'FAILED', Error: 'ERROR: disk full' });
    expect(Date.now() - started).toBeGreaterThanOrEqual(200);
    twin.faults.due.push({ words: 'SELECT 6', fault: { ...failed, after: 60_000 } });
    const { Id } = await twin.client.send(new ExecuteStatementCommand({ ...WHERE, Sql: 'SELECT 6' }));
    await twin.client.send(new CancelStatementCommand({ Id }));
    expect((await ended(twin.client, Id!)).Status).toBe('ABORTED');
  });
});

describe('the catalogue', () => {
  it('lists databases, schemas, tables and columns', async () => {
    await given(
      twin,
      'CREATE SCHEMA sluice',
      "CREATE TABLE sluice.load_history (id VARCHAR(32) NOT NULL DEFAULT 'x', n NUMERIC(12,3))",
    );
    expect((await twin.client.send(new ListDatabasesCommand(WHERE))).Databases).toEqual([DATABASE]);
    expect((await twin.client.send(new ListSchemasCommand(WHERE))).Schemas).toEqual(['public', 'sluice']);
    expect(
      (await twin.client.send(new ListSchemasCommand({ ...WHERE, SchemaPattern: 'slu%' }))).Schemas,
    ).toEqual(['sluice']);
    expect(
      (await twin.client.send(new ListTablesCommand({ ...WHERE, SchemaPattern: 'sluice' }))).Tables,
    ).toEqual([{ name: 'load_history', schema: 'sluice', type: 'TABLE' }]);
    const first = await twin.client.send(new ListTablesCommand({ ...WHERE, MaxResults: 1 }));
    const second = await twin.client.send(
      new ListTablesCommand({ ...WHERE, MaxResults: 1, NextToken: first.NextToken }),
    );
    expect(second.Tables).toHaveLength(1);
    expect(second.Tables).not.toEqual(first.Tables);
    const { ColumnList } = await twin.client.send(
      new DescribeTableCommand({ ...WHERE, Schema: 'sluice', Table: 'load_history' }),
    );
    expect(ColumnList).toMatchObject([
      { name: 'id', typeName: 'varchar', length: 32, nullable: 0, columnDefault: "'x'" },
      { name: 'n', typeName: 'numeric', precision: 12, scale: 3, nullable: 1 },
    ]);
    expect(
      (await rejection(twin.client.send(new ListSchemasCommand({ ...WHERE, Database: 'other' })))).name,
    ).toBe('DatabaseConnectionException');
  });

  it('lists statements by name and status', async () => {
    const names = ['nightly-1', 'nightly-2', 'other'];
    for (const StatementName of names) {
      await twin.client.send(
        new ExecuteStatementCommand({ ...WHERE, Sql: 'SELECT 1', StatementName, WaitTimeSeconds: 30 }),
      );
    }
    const { Statements } = await twin.client.send(new ListStatementsCommand({ StatementName: 'nightly-' }));
    expect(Statements!.map((statement) => statement.StatementName)).toEqual(['nightly-2', 'nightly-1']);
    const failed = await twin.client.send(new ListStatementsCommand({ Status: 'FAILED', MaxResults: 1 }));
    expect(failed.Statements).toHaveLength(1);
    expect(failed.Statements![0]!.Status).toBe('FAILED');
  });
});
