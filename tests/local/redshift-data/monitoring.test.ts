import { ExecuteStatementCommand } from '@aws-sdk/client-redshift-data';
import {
  ACCOUNT,
  DATABASE,
  ROLE,
  WHERE,
  batch,
  ended,
  execute,
  given,
  putParquet,
  resultRows,
  rowsOf,
  startTwin,
  type Twin,
} from './harness';

/** The monitoring views of Redshift Serverless. */
let twin: Twin;
beforeAll(async () => {
  twin = await startTwin();
  await given(twin, 'CREATE TABLE t (id VARCHAR(4), n INT)');
  await putParquet(twin, KEY, "SELECT 'a' AS id, 1.5 AS n");
});
afterAll(() => twin.stop());

const KEY = `${'x'.repeat(230)}.parquet`;
const COPY = `COPY t FROM 's3://lake/${KEY}' IAM_ROLE '${ROLE}' FORMAT AS PARQUET`;
const SECRET = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:admin`;

/** Runs a statement as the administrator: the secret names the database user. */
async function asAdministrator(Sql: string) {
  const { Id } = await twin.client.send(new ExecuteStatementCommand({ ...WHERE, Sql, SecretArn: SECRET }));
  return ended(twin.client, Id!);
}

describe('SYS_LOAD_ERROR_DETAIL', () => {
  it('has a row for a COPY that failed in a batch, with the whole name of the file', async () => {
    const failed = await batch(twin, ['DELETE FROM t', COPY, 'DELETE FROM t']);
    expect(failed.Error).not.toContain(KEY);
    const query = failed.SubStatements![1]!.RedshiftQueryId!;
    const rows = await rowsOf(
      twin,
      `SELECT transaction_id, session_id, TRIM(database_name), start_time > DATEADD(minute, -1, GETDATE()), TRIM(file_name), line_number,
         TRIM(column_name), TRIM(column_type), TRIM(column_length), position, error_code, TRIM(error_message)
       FROM sys_load_error_detail WHERE query_id = ${query}`,
    );
    expect(rows).toEqual([
      [
        failed.RedshiftQueryId,
        failed.RedshiftPid,
        DATABASE,
        true,
        `s3://lake/${KEY}`,
        0,
        '',
        '',
        '',
        0,
        15007,
        `Spectrum Scan Error. File 'https://s3.eu-west-1.amazonaws.com/lake/${KEY}' has an incompatible Parquet schema for column 's3://lake/${KEY}.n'. Column type: INT, Parquet schema: optional int32 n [i:1 d:1 r:0]`.slice(
          0,
          512,
        ),
      ],
    ]);
  });

  it('has the columns of AWS’s documentation, texts padded with blanks', async () => {
    await execute(twin, COPY);
    const { Id } = await twin.client.send(
      new ExecuteStatementCommand({ ...WHERE, Sql: 'SELECT * FROM SYS_LOAD_ERROR_DETAIL LIMIT 1' }),
    );
    await ended(twin.client, Id!);
    const [row] = await resultRows(twin, Id!);
    expect(row).toHaveLength(15);
    const texts = row!.filter((value) => typeof value === 'string' && !value.startsWith('20'));
    expect(texts.map((text) => (text as string).length)).toEqual([64, 256, 127, 10, 10, 512]);
  });

  it('shows a user their own rows, and the administrator all', async () => {
    await given(twin, 'CREATE USER "IAMR:loader" PASSWORD DISABLE', 'GRANT INSERT ON t TO "IAMR:loader"');
    const loader = twin.as('loader');
    const own = (await execute(loader, COPY)).RedshiftQueryId!;
    const foreign = (await asAdministrator(COPY)).RedshiftQueryId!;
    const sql = `SELECT query_id, user_id FROM sys_load_error_detail WHERE query_id IN (${own}, ${foreign}) ORDER BY 1`;
    expect((await rowsOf(loader, sql)).map(([query]) => query)).toEqual([own]);
    loader.client.destroy();
    const all = await resultRows(twin, (await asAdministrator(sql)).Id!);
    expect(all.map(([query]) => query)).toEqual([own, foreign]);
    expect(new Set(all.map(([, user]) => user)).size).toBe(2);
  });

  it('has no row for an error that is not a file’s', async () => {
    const { RedshiftQueryId: query } = await execute(twin, COPY.replace(KEY, 'nosuch'));
    expect(await rowsOf(twin, `SELECT * FROM sys_load_error_detail WHERE query_id = ${query}`)).toEqual([]);
  });
});

describe('SYS_QUERY_HISTORY', () => {
  it('has a row for each statement that ran', async () => {
    const failed = await batch(twin, ['DELETE FROM t', COPY, 'DELETE FROM t WHERE n = 1']);
    const rows = await rowsOf(
      twin,
      `SELECT query_id, TRIM(query_type), TRIM(status), TRIM(query_text), elapsed_time >= 0, end_time >= start_time
       FROM sys_query_history WHERE transaction_id = ${failed.RedshiftQueryId} ORDER BY 1`,
    );
    const [deletion, copy] = failed.SubStatements!.map(({ RedshiftQueryId }) => RedshiftQueryId);
    expect(rows).toEqual([
      [deletion, 'DELETE', 'success', 'DELETE FROM t', true, true],
      [copy, 'COPY', 'failed', COPY, true, true],
    ]);
  });

  it('has the query itself, while it runs', async () => {
    const sql = "SELECT TRIM(status) FROM sys_query_history WHERE query_text LIKE 'SELECT TRIM(status)%'";
    expect(await rowsOf(twin, sql)).toEqual([['running']]);
  });

  it.each(['UPDATE sys_query_history SET status = NULL', 'DROP TABLE sys_query_history'])(
    'refuses %s',
    async (sql) => {
      expect((await execute(twin, sql)).Error).toContain('changing the system view sys_query_history');
    },
  );
});
