import { refusalOf, SQL_RIGHTS } from '../../../local/behaviour/sql-rights';
import { execute, given, startTwin, type Twin } from '../redshift-data/harness';

const USER = '"IAMR:loader"';
let admin: Twin;
let loader: Twin;
beforeEach(async () => {
  admin = await startTwin();
  loader = admin.as('loader');
  await given(
    admin,
    'CREATE SCHEMA s',
    'CREATE TABLE s.t (a INT)',
    'CREATE TABLE s.other (a INT)',
    `CREATE USER ${USER} PASSWORD DISABLE`,
    'REVOKE TEMP ON DATABASE dev FROM PUBLIC',
    'CREATE SCHEMA mine',
    `GRANT USAGE ON SCHEMA s TO ${USER}`,
    `GRANT USAGE, CREATE ON SCHEMA mine TO ${USER}`,
  );
});
afterEach(async () => {
  loader.client.destroy();
  await admin.stop();
});

test.each(SQL_RIGHTS.map((row) => [row.what, row.needs, row.statement] as const))(
  '%s is refused without one of %j, and runs with all of them',
  async (_, needs, statement) => {
    for (const missing of needs) {
      for (const need of needs) await given(admin, `GRANT ${need} TO ${USER}`);
      await given(admin, `REVOKE ${missing} FROM ${USER}`);
      const { Error: error } = await execute(loader, statement);
      expect([missing, error]).toEqual([missing, `ERROR: ${refusalOf(missing)}`]);
    }
    for (const need of needs) await given(admin, `GRANT ${need} TO ${USER}`);
    expect((await execute(loader, statement)).Error).toBeUndefined();
  },
);
