import {
  execute,
  batch,
  given,
  putManifest,
  putParquet,
  ROLE,
  rowsOf,
  startTwin,
  type Twin,
} from './harness';

const USER = '"IAMR:loader"';
let admin: Twin;
let loader: Twin;
beforeEach(async () => {
  admin = await startTwin();
  loader = admin.as('loader');
});
afterEach(async () => {
  loader.client.destroy();
  await admin.stop();
});

const refusal = async (twin: Twin, sql: string) => (await execute(twin, sql)).Error;

const objects = () =>
  given(
    admin,
    'CREATE SCHEMA s',
    'CREATE TABLE s.t (a INT)',
    'CREATE TABLE s.other (a INT)',
    `CREATE USER ${USER} PASSWORD DISABLE`,
  );

test('a schema is closed without USAGE, before anything in it is looked up', async () => {
  await objects();
  await given(admin, `GRANT SELECT ON s.t TO ${USER}`);
  for (const table of ['s.t', 's.none']) {
    expect(await refusal(loader, `SELECT * FROM ${table}`)).toBe('ERROR: permission denied for schema s');
    expect(await refusal(loader, `DROP TABLE IF EXISTS ${table}`)).toBe(
      'ERROR: permission denied for schema s',
    );
  }
  await given(admin, `GRANT USAGE ON SCHEMA s TO ${USER}`);
  expect(await refusal(loader, 'SELECT * FROM s.none')).toBe('ERROR: relation "s.none" does not exist');
  expect(await rowsOf(loader, 'SELECT * FROM s.t')).toEqual([]);
});

test('SET LOCAL SESSION AUTHORIZATION runs the rest of the transaction as the user, and nothing after it', async () => {
  await objects();
  const { Error: error } = await batch(admin, [
    `GRANT USAGE ON SCHEMA s TO ${USER}`,
    `SET LOCAL SESSION AUTHORIZATION ${USER}`,
    'SELECT * FROM s.t',
  ]);
  expect(error).toBe('Query #3 failed with ERROR: permission denied for relation t');
  const becoming = [`SET LOCAL SESSION AUTHORIZATION ${USER}`, 'CREATE TABLE public.mine (a INT)'];
  expect((await batch(admin, becoming)).Error).toBeUndefined();
  expect(await rowsOf(loader, 'SELECT * FROM public.mine')).toEqual([]);
  expect(await rowsOf(admin, 'SELECT * FROM s.t')).toEqual([]);
  // The GRANT was rolled back with the rest.
  expect(await refusal(loader, 'SELECT * FROM s.t')).toBe('ERROR: permission denied for schema s');
});

test('only a superuser may become another user, or drop one', async () => {
  await given(admin, 'CREATE USER other PASSWORD DISABLE');
  expect(await refusal(loader, 'SET LOCAL SESSION AUTHORIZATION other')).toBe(
    'ERROR: permission denied to set session authorization "other"',
  );
  expect(await refusal(loader, 'DROP USER other')).toBe('ERROR: must be superuser to drop users');
  expect(await refusal(admin, 'SET LOCAL SESSION AUTHORIZATION nobody')).toBe(
    'ERROR: user "nobody" does not exist',
  );
});

test('DROP USER refuses a user who owns something or has a privilege', async () => {
  await objects();
  const drop = `DROP USER ${USER}`;
  const name = USER.slice(1, -1).toLowerCase();
  await given(admin, `GRANT USAGE, CREATE ON SCHEMA s TO ${USER}`);
  expect(await refusal(admin, drop)).toBe(
    `ERROR: user "${name}" cannot be dropped because the user has a privilege on some object`,
  );
  await given(loader, 'CREATE TABLE s.mine (a INT)');
  expect(await refusal(admin, drop)).toBe(
    `ERROR: user "${name}" cannot be dropped because the user owns some object`,
  );
  await given(admin, 'DROP SCHEMA s CASCADE', drop);
  expect(await refusal(admin, drop)).toBe(`ERROR: user "${name}" does not exist`);
  await given(admin, 'DROP USER IF EXISTS somebody');
});

test('only the owner, or the administrator, changes and drops a table', async () => {
  await objects();
  await given(admin, `GRANT USAGE, CREATE ON SCHEMA s TO ${USER}`);
  await given(admin, `GRANT SELECT, INSERT, UPDATE, DELETE ON s.t TO ${USER}`);
  const changes = (table: string) => [
    `ALTER TABLE s.${table} ADD COLUMN b INT`,
    `ALTER TABLE s.${table} RENAME COLUMN b TO c`,
    `TRUNCATE s.${table}`,
    `DROP TABLE s.${table}`,
  ];
  for (const change of changes('t').filter((each) => !each.includes('RENAME')))
    expect(await refusal(loader, change)).toBe('ERROR: must be owner of relation t');
  expect(await refusal(loader, `GRANT SELECT ON s.t TO PUBLIC`)).toBe(
    'ERROR: permission denied for relation t',
  );
  expect(await refusal(loader, 'DROP SCHEMA s CASCADE')).toBe('ERROR: must be owner of schema s');
  await given(loader, 'CREATE TABLE s.mine (a INT)', ...changes('mine'));
  // A table of the same name is another table.
  await given(loader, 'CREATE TABLE s.mine (a INT)');
  await given(loader, 'ALTER TABLE s.mine RENAME TO renamed');
  await given(admin, 'CREATE TABLE s.mine (a INT)');
  expect(await refusal(loader, 'SELECT * FROM s.mine')).toBe('ERROR: permission denied for relation mine');
  await given(loader, 'DROP TABLE s.renamed');
});

test('privileges end with their table, and a transaction that is rolled back takes its own back', async () => {
  await objects();
  await given(admin, `GRANT USAGE, CREATE ON SCHEMA s TO ${USER}`, `GRANT SELECT ON s.t TO ${USER}`);
  await given(admin, 'DROP TABLE s.t', 'CREATE TABLE s.t (a INT)');
  expect(await refusal(loader, 'SELECT * FROM s.t')).toBe('ERROR: permission denied for relation t');
  await batch(admin, [`GRANT SELECT ON s.t TO ${USER}`, 'SELECT * FROM s.none']);
  expect(await refusal(loader, 'SELECT * FROM s.t')).toBe('ERROR: permission denied for relation t');
  await batch(loader, ['CREATE TABLE s.mine (a INT)', 'SELECT * FROM s.none']);
  await given(admin, 'CREATE TABLE s.mine (a INT)');
  expect(await refusal(loader, 'DROP TABLE s.mine')).toBe('ERROR: must be owner of relation mine');
  await batch(admin, [`CREATE USER other PASSWORD DISABLE`, 'SELECT * FROM s.none']);
  expect(await refusal(admin, 'GRANT SELECT ON s.t TO other')).toBe('ERROR: user "other" does not exist');
});

test('everybody may use public and temporary tables until that is revoked, and a role’s user comes with its first call', async () => {
  expect(await refusal(admin, `GRANT CREATE ON SCHEMA public TO ${USER}`)).toBe(
    'ERROR: user "iamr:loader" does not exist',
  );
  await given(loader, 'CREATE TABLE public.mine (a INT)', 'CREATE TEMP TABLE t (a INT)');
  await given(admin, `GRANT CREATE ON SCHEMA public TO ${USER}`);
  expect(await refusal(admin, `CREATE USER ${USER} PASSWORD DISABLE`)).toBe(
    'ERROR: user "iamr:loader" already exists',
  );
  expect(await refusal(loader, 'CREATE USER other PASSWORD DISABLE')).toBe(
    'ERROR: must be superuser to create users',
  );
});

test('COPY needs the right to assume the role once it is taken from everybody', async () => {
  const size = await putParquet(admin, 'a.parquet', 'SELECT 1::INTEGER AS a');
  await putManifest(admin, 'manifest', { 'a.parquet': size });
  await given(loader, 'CREATE TABLE public.mine (a INT)');
  const copy = `COPY public.mine FROM 's3://lake/manifest' IAM_ROLE '${ROLE}' FORMAT AS PARQUET MANIFEST`;
  await given(loader, copy);
  expect(await refusal(admin, `GRANT ASSUMEROLE ON '${ROLE}' TO ${USER} FOR COPY`)).toMatch(
    /REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL must run before/,
  );
  await given(admin, 'REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL');
  expect(await refusal(loader, copy)).toBe(
    `ERROR: User IAMR:loader does not have ASSUMEROLE permission on IAM role "${ROLE}" for COPY`,
  );
  const [[before]] = (await rowsOf(loader, `SELECT has_assumerole_privilege('${ROLE}', 'COPY')`)) as [
    [boolean],
  ];
  await given(admin, `GRANT ASSUMEROLE ON '${ROLE}' TO ${USER} FOR COPY`);
  const [[after]] = (await rowsOf(loader, `SELECT has_assumerole_privilege('${ROLE}', 'COPY')`)) as [
    [boolean],
  ];
  expect([before, after]).toEqual([false, true]);
  await given(loader, copy);
  await given(admin, 'CREATE TABLE public.theirs (a INT)');
  expect(await refusal(loader, copy.replace('mine', 'theirs'))).toBe(
    'ERROR: permission denied for relation theirs',
  );
});

test('the catalogue shows every schema and table; columns only of tables with a privilege', async () => {
  await objects();
  await given(admin, `GRANT INSERT ON s.other TO ${USER}`);
  const of = (sql: string) => rowsOf(loader, sql);
  expect(await of("SELECT nspname FROM pg_namespace WHERE nspname IN ('s', 'main')")).toEqual([['s']]);
  expect(await of("SELECT tablename FROM pg_tables WHERE schemaname IN ('s', 'main') ORDER BY 1")).toEqual([
    ['other'],
    ['t'],
  ]);
  expect(await of("SELECT table_name FROM svv_columns WHERE table_schema = 's'")).toEqual([['other']]);
  expect(await of("SELECT table_name FROM svv_tables WHERE table_schema = 's'")).toEqual([['other']]);
  expect(
    await of("SELECT has_schema_privilege(nspname, 'USAGE') FROM pg_namespace WHERE nspname = 's'"),
  ).toEqual([[false]]);
  const asked =
    "SELECT has_table_privilege('s.other', 'INSERT'), has_table_privilege('\"s\".\"other\"', 'DELETE')";
  // It looks the name up: https://github.com/getredash/redash/issues/6988
  expect(await refusal(loader, asked)).toBe('ERROR: permission denied for schema s');
  await given(admin, `GRANT USAGE ON SCHEMA s TO ${USER}`);
  expect(await of(asked)).toEqual([[true, false]]);
  expect(await refusal(loader, "SELECT has_table_privilege('s.none', 'INSERT')")).toBe(
    'ERROR: relation "s.none" does not exist',
  );
  expect(
    await of("SELECT has_database_privilege('dev', 'CREATE'), has_database_privilege('dev', 'TEMP')"),
  ).toEqual([[false, true]]);
});

test('privileges outlast the process', async () => {
  await objects();
  await given(admin, `GRANT USAGE, CREATE ON SCHEMA s TO ${USER}`, 'REVOKE TEMP ON DATABASE dev FROM PUBLIC');
  await given(loader, 'CREATE TABLE s.mine (a INT)');
  await admin.pause();
  loader.client.destroy();
  admin = await startTwin(admin.folder);
  loader = admin.as('loader');
  await given(loader, 'INSERT INTO s.mine VALUES (1)');
  expect(await refusal(loader, 'CREATE TEMP TABLE x (a INT)')).toContain('permission denied');
});
