import { SQL_RIGHTS } from '../../../local/behaviour/sql-rights';
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
    `GRANT USAGE ON SCHEMA s TO ${USER}`,
  );
});
afterEach(async () => {
  loader.client.destroy();
  await admin.stop();
});

/** What Redshift says without a right. */
function refusalOf(right: string): string {
  const [privilege, object = ''] = right.split(' ON ');
  const [kind, name = ''] = object.split(' ');
  if (privilege === 'TEMP') return `permission denied to create temporary tables in database "${name}"`;
  if (kind === 'DATABASE' || kind === 'SCHEMA') return `permission denied for ${kind.toLowerCase()} ${name}`;
  return `permission denied for relation ${object.split('.')[1]}`;
}

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
