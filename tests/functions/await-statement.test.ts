import { BatchExecuteStatementCommand, DescribeStatementCommand } from '@aws-sdk/client-redshift-data';
import { Steps } from './steps';

let steps: Steps;
beforeAll(async () => {
  steps = await Steps.start();
});
afterEach(() => steps.twin.reset());
afterAll(() => steps.twin.remove());

/** In minutes. */
const SECOND = 1 / 60;

async function submitted(...Sqls: string[]) {
  const {
    redshiftData,
    workgroup: WorkgroupName,
    database: Database,
    secret: SecretArn,
  } = steps.twin.connection;
  const { Id = '' } = await redshiftData.send(
    new BatchExecuteStatementCommand({ WorkgroupName, Database, SecretArn, Sqls }),
  );
  const part = { dataset: 'trips', step: 'CopyToStaging' };
  return { id: Id, ...part, status: 'SUBMITTED', submitted: new Date().toISOString() };
}

test('returns the rows of all SELECTs of the batch, in order', async () => {
  const statement = await submitted(
    'SELECT 1 AS "one"',
    'CREATE TABLE t (a INTEGER)',
    'SELECT \'x\' AS "two"',
  );
  expect(await steps.call('await-statement', { statement, timeout_minutes: 1 })).toEqual({
    ...statement,
    status: 'FINISHED',
    rows: [{ one: 1 }, { two: 'x' }],
  });
});

test('throws the named error of a failed statement', async () => {
  const statement = await submitted('SELECT * FROM public.nowhere', 'SELECT 1 AS "one"');
  await expect(steps.call('await-statement', { statement, timeout_minutes: 1 })).rejects.toMatchObject({
    name: 'TargetMismatch',
    message: expect.stringMatching(/nowhere.*statement .*:1\)/) as string,
  });
});

test('cancels a statement after its deadline, and says so', async () => {
  steps.twin.twin.faults.set([
    {
      service: 'redshift-data',
      operation: 'statement',
      fault: { type: 'statement', status: 'STARTED' },
    },
  ]);
  const statement = await submitted('CREATE TABLE never (a INTEGER)');
  await expect(steps.call('await-statement', { statement, timeout_minutes: SECOND })).rejects.toMatchObject({
    name: 'StatementTimedOut',
    message: expect.stringMatching(
      /was still running after .* and was cancelled; it changed nothing[^]*statement_timeout_minutes/,
    ) as string,
  });
  const { redshiftData } = steps.twin.connection;
  const described = await redshiftData.send(new DescribeStatementCommand({ Id: statement.id }));
  expect(described.Status).toBe('ABORTED');
});

test('a poll without an answer fails with StatusUnavailable, and the statement goes on', async () => {
  const statement = await submitted('SELECT 1 AS "one"');
  steps.twin.twin.faults.set([
    {
      service: 'redshift-data',
      operation: 'DescribeStatement',
      times: 3,
      fault: { type: 'drop', when: 'before' },
    },
  ]);
  const call = () => steps.call('await-statement', { statement, timeout_minutes: 1 });
  await expect(call()).rejects.toMatchObject({ name: 'StatusUnavailable' });
  expect(await call()).toMatchObject({ status: 'FINISHED', rows: [{ one: 1 }] });
});
