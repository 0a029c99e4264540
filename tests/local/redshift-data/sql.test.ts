import { GetStatementResultCommand } from '@aws-sdk/client-redshift-data';
import { batch, execute, given, resultRows, rowsOf, startTwin, type Twin } from './harness';

let twin: Twin;

beforeAll(async () => {
  twin = await startTwin();
  await given(
    twin,
    'CREATE TABLE trips (id VARCHAR(8) NOT NULL, fare DECIMAL(10,2), rides INT, paid BOOLEAN, at TIMESTAMP, day DATE, far FLOAT)',
    "INSERT INTO trips VALUES ('a', 10.50, 3, true, '2026-11-23 08:15:30.5', '2026-11-23', 1.25), ('b', 20, 4, false, '2026-11-24 23:59:59', '2026-11-24', 2.5), ('c', NULL, NULL, NULL, NULL, NULL, NULL)",
    'CREATE TABLE "public"."pairs" ("key" INT, "value" VARCHAR(16))',
    "INSERT INTO pairs VALUES (1, 'one'), (1, 'uno'), (2, 'two'), (3, NULL)",
  );
});
afterAll(() => twin.stop());

describe('queries', () => {
  const cases: [sql: string, rows: unknown[][]][] = [
    ['SELECT 7 / 2, -7 / 2, 7 % 2', [[3, -3, 1]]],
    ["SELECT 'a' || 'b', 'it''s'", [['ab', "it's"]]],
    ["SELECT '10'::INT + 1, CAST('2026-11-23' AS DATE), 5::BIGINT", [[11, '2026-11-23', 5]]],
    ["SELECT CAST('abcdef' AS VARCHAR(3)), 'àbc'::varchar(3)", [['abc', 'àb']]],
    ["SELECT CONVERT(INTEGER, '12')", [[12]]],
    ['SELECT NVL(NULL, 2), NVL2(1, 2, 3), NVL2(NULL, 2, 3)', [[2, 2, 3]]],
    ["SELECT DECODE(NULL, 1, 'one', NULL, 'none', 'other'), DECODE(2, 1, 'one')", [['none', null]]],
    ["SELECT LEN('àb'), OCTET_LENGTH('àb'), STRPOS('abc', 'c'), POSITION('b' IN 'abc')", [[2, 3, 3, 2]]],
    [
      "SELECT CHARINDEX('c', 'abc'), SPLIT_PART('a,b,c', ',', 2), SUBSTRING('abcd' FROM 2 FOR 2)",
      [[3, 'b', 'bc']],
    ],
    [
      "SELECT LEFT('abc', 2), RIGHT('abc', 2), TRIM(BOTH 'x' FROM 'xax'), BTRIM(' a ')",
      [['ab', 'bc', 'a', 'a']],
    ],
    [
      "SELECT MD5('a'), FUNC_SHA1('a')",
      [['0cc175b9c0f1b6a831c399e269772661', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8']],
    ],
    ["SELECT LEN(SHA2('a', 256))", [[64]]],
    [
      "SELECT EXTRACT(year FROM at), EXTRACT(hour FROM at), DATE_PART(day, at) FROM trips WHERE id = 'a'",
      [[2026, 8, 23]],
    ],
    ["SELECT EXTRACT(epoch FROM TIMESTAMP '1970-01-02 00:00:00')", [[86400]]],
    [
      "SELECT DATE_TRUNC('hour', at), DATE_TRUNC('month', day) FROM trips WHERE id = 'a'",
      [['2026-11-23 08:00:00', '2026-11-01 00:00:00']],
    ],
    [
      "SELECT DATEADD(month, 1, DATE '2026-01-31'), DATEADD(day, -1, at) FROM trips WHERE id = 'b'",
      [['2026-02-28 00:00:00', '2026-11-23 23:59:59']],
    ],
    ["SELECT DATEDIFF(day, DATE '2026-11-23', TIMESTAMP '2026-11-25 01:00:00')", [[2]]],
    ["SELECT TO_CHAR(at, 'YYYY-MM-DD HH24:MI:SS') FROM trips WHERE id = 'b'", [['2026-11-24 23:59:59']]],
    ["SELECT TO_DATE('23/11/2026', 'DD/MM/YYYY')", [['2026-11-23']]],
    ["SELECT INTERVAL '1 day' + TIMESTAMP '2026-11-23 00:00:00'", [['2026-11-24 00:00:00']]],
    ["SELECT LISTAGG(value, ',') WITHIN GROUP (ORDER BY value DESC) FROM pairs", [['uno,two,one']]],
    [
      'SELECT "key", COUNT(*), COUNT(value) FROM pairs GROUP BY "key" HAVING COUNT(*) > 1 ORDER BY 1',
      [[1, 2, 2]],
    ],
    ['SELECT APPROXIMATE COUNT(DISTINCT "key"), SUM("key") FROM pairs', [[3, 7]]],
    ['SELECT MEDIAN("key"::float), AVG(CAST("key" AS DOUBLE PRECISION)) FROM pairs', [[1.5, 1.75]]],
    ['SELECT TOP 1 value FROM pairs ORDER BY value', [['one']]],
    ['SELECT value FROM pairs ORDER BY value LIMIT 1 OFFSET 1', [['two']]],
    ['SELECT value FROM pairs ORDER BY value DESC', [[null], ['uno'], ['two'], ['one']]],
    [
      'SELECT value FROM pairs p QUALIFY ROW_NUMBER() OVER (PARTITION BY p."key" ORDER BY value) = 1 ORDER BY value',
      [['one'], ['two'], [null]],
    ],
    ['SELECT value FROM pairs WHERE value IS NOT NULL QUALIFY RANK() OVER (ORDER BY value) = 1', [['one']]],
    ["SELECT value FROM pairs WHERE value ILIKE 'O%' OR value LIKE 'tw_' ORDER BY 1", [['one'], ['two']]],
    ['WITH a AS (SELECT 1 AS n), b (m) AS (SELECT n + 1 FROM a) SELECT n, m FROM a, b', [[1, 2]]],
    ['SELECT 1 UNION ALL SELECT 1 UNION SELECT 2 ORDER BY 1', [[1], [2]]],
    ['SELECT "key" FROM pairs MINUS SELECT 1 ORDER BY 1', [[2], [3]]],
    [
      'SELECT x.id, y.value FROM trips AS x LEFT JOIN pairs y ON x.rides = y."key" + 1 WHERE x.id IN (SELECT id FROM trips) ORDER BY 1, 2',
      [
        ['a', 'two'],
        ['b', null],
        ['c', null],
      ].map((row) => (row[0] === 'b' ? ['b', null] : row)),
    ],
    [
      'SELECT t.id FROM (SELECT id FROM trips) t WHERE EXISTS (SELECT 1 FROM pairs) ORDER BY id LIMIT 1',
      [['a']],
    ],
    ["SELECT CASE WHEN rides > 3 THEN 'many' ELSE 'few' END FROM trips WHERE id = 'b'", [['many']]],
    ['SELECT ID, Trips.FARE FROM TRIPS WHERE "ID" = \'a\'', [['a', '10.50']]],
    [
      'SELECT COUNT(*) OVER (), SUM(rides) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM trips WHERE rides > 0 ORDER BY 2',
      [
        [2, 3],
        [2, 7],
      ],
    ],
    [
      "SELECT JSON_EXTRACT_PATH_TEXT('{\"a\":{\"b\":1}}', 'a', 'b'), JSON_EXTRACT_PATH_TEXT('{}', 'a')",
      [['1', '']],
    ],
    [
      "SELECT REGEXP_REPLACE('a1b2', '[0-9]', ''), REGEXP_SUBSTR('a1b2', '[0-9]'), REGEXP_COUNT('a1b2', '[0-9]')",
      [['ab', '1', 2]],
    ],
    ['SELECT /* a /* nested */ comment; :nothing */ 1 -- and another', [[1]]],
    ['SELECT \':not_a_parameter\', 1::int AS "a:b"', [[':not_a_parameter', 1]]],
    ['SELECT 1;', [[1]]],
    [
      "SELECT NULLIF(1, 1), COALESCE(NULL, 'x'), GREATEST(1, 2), ROUND(2.456, 2), ABS(-1)",
      [[null, 'x', 2, '2.46', 1]],
    ],
  ];

  it.each(cases)('%s', async (sql, rows) => {
    expect(await rowsOf(twin, sql)).toEqual(rows);
  });

  it('returns SUM of BIGINT as NUMERIC, and of smaller integers as BIGINT', async () => {
    const sql =
      'SELECT SUM(n), SUM(n::bigint), SUM(DISTINCT n) OVER (), SUM(n::decimal(10,2)), SUM(n::float) FROM (SELECT 1 AS n) a GROUP BY n';
    expect(await rowsOf(twin, sql)).toEqual([[1, '1', 1, '1.00', 1]]);
  });

  it('returns GETDATE and SYSDATE in UTC without a zone', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const [row] = await rowsOf(twin, 'SELECT GETDATE(), SYSDATE');
    const [getdate, sysdate] = row!.map((value) => Date.parse(`${value as string}Z`.replace(' ', 'T')));
    expect(getdate! % 1000).toBe(0);
    expect(getdate).toBeGreaterThanOrEqual(before);
    expect(sysdate).toBeLessThanOrEqual(Date.now());
  });
});

describe('refusals', () => {
  const cases: [sql: string, error: RegExp][] = [
    [
      "SELECT * FROM read_parquet('x.parquet')",
      /table function read_parquet\(\) is not supported by the local twin/,
    ],
    ["SELECT * FROM 'x.csv'", /syntax error at or near "x.csv"/],
    ['SELECT * FROM "x.csv"', /relation name "x.csv" is not supported/],
    ['WITH "x.csv" AS (SELECT 1) SELECT * FROM "x.csv"', /relation name "x.csv" is not supported/],
    ["SELECT getenv('HOME')", /function getenv\(\) is not supported by the local twin/],
    ["SELECT glob('*')", /function glob\(\)/],
    ['SELECT * FROM duckdb_tables()', /table function duckdb_tables\(\)/],
    ['SELECT * FROM duckdb_settings', /duckdb_settings/],
    ['SELECT memory.redshift.divisor(1)', /the function "memory"\."redshift"\."divisor"\(\)/],
    ["SELECT content FROM read_text('/etc/passwd') t", /table function read_text/],
    ['SELECT constructor(1)', /function constructor\(\)/],
    ['PRAGMA database_list', /statement PRAGMA is not supported/],
    ["ATTACH 'x.db'", /statement ATTACH/],
    ['INSTALL httpfs', /statement INSTALL/],
    ['SET threads = 1', /SET threads is not supported/],
    ['FROM trips SELECT 1', /statement FROM/],
    ['SELECT * FROM trips QUALIFY RANK() OVER (ORDER BY id) = 1', /syntax error at or near "RANK"/],
    ['SELECT * FROM (SELECT 1)', /subquery in FROM must have an alias/],
    ['SELECT [1, 2]', /operator \[ is not supported/],
    ["SELECT {'a': 1}", /operator \{ is not supported/],
    ['SELECT 7 // 2', /operator \/\//],
    ["SELECT '{}' -> 'a'", /operator ->/],
    ["SELECT E'a'", /string literal E'…'/],
    ["SELECT 'a\\b'", /backslash in a string literal/],
    ['SELECT $$a$$', /dollar quoting/],
    ["SELECT STRTOL('1', 10)", /function strtol\(\)/],
    ['SELECT AVG(rides) FROM trips', /AVG of anything but a cast to DOUBLE PRECISION/],
    ['SELECT 1; SELECT 2', /cannot insert multiple commands into a prepared statement/],
    ['SELECT * FROM nosuch', /^ERROR: relation "nosuch" does not exist$/],
    ['SELECT * FROM nosuch.trips', /^ERROR: relation "nosuch.trips" does not exist$/],
    ['SELECT nosuch FROM trips', /^ERROR: column "nosuch" does not exist/],
    ['SELECT trips.nosuch FROM trips', /^ERROR: column "nosuch" does not exist in trips/],
    ['SELECT 1 / 0', /^ERROR: Divide by zero/],
    ["SELECT 1 / LEN('')", /^ERROR: Divide by zero/],
    ['SELEC 1', /statement SELEC/],
    ['SELECT 1 FROM', /syntax error/],
    ['SELECT (1', /syntax error at end of input/],
    ["SELECT 'abc", /unterminated quoted string/],
    [`SELECT 1 AS "${'a'.repeat(128)}"`, /longer than 127 bytes/],
    ['SELECT * FROM information_schema.tables', /system view information_schema.tables/],
    ['SELECT * FROM svv_all_tables', /system view svv_all_tables/],
    ['SELECT * FROM other.public.trips', /query across databases/],
    ['SELECT id INTO copy FROM trips', /SELECT INTO is not supported/],
    ['SELECT DISTINCT ON (id) id FROM trips', /DISTINCT ON/],
    ['SELECT id FROM trips GROUP BY ALL', /GROUP BY ALL/],
    ['CREATE VIEW v AS SELECT 1', /CREATE VIEW is not supported/],
    ['CREATE TABLE x (a INT IDENTITY(1,1))', /IDENTITY of a column/],
    ['CREATE TABLE x (a VARBYTE)', /data type varbyte/],
    ['CREATE TABLE x (a TINYINT)', /data type tinyint/],
    ['CREATE TABLE x (a INT, a INT)', /column "a" duplicated/],
    ['CREATE TABLE x (a INT) DISTKEY(b)', /column "b" named in key does not exist/],
    ['CREATE TABLE trips (a INT)', /^ERROR: Relation "trips" already exists$/],
    ['CREATE TABLE nosuch.x (a INT)', /^ERROR: schema "nosuch" does not exist$/],
    ['DROP TABLE nosuch', /^ERROR: Table "nosuch" does not exist$/],
    ['CREATE TABLE x (a DECIMAL(39,0))', /DECIMAL precision 39 must be between 1 and 38/],
    ['INSERT INTO trips (id) VALUES (NULL)', /^ERROR: Cannot insert a NULL value into column id$/],
    [
      "INSERT INTO trips (id) VALUES ('123456789')",
      /^ERROR: Value too long for character type[^]*character varying\(8\)/,
    ],
    ["INSERT INTO trips (id, fare) VALUES ('x', 123456789.5)", /^ERROR: Numeric data overflow/],
    ["INSERT INTO trips (id, rides) VALUES ('x', 99999999999)", /^ERROR: Numeric data overflow/],
    ["INSERT INTO trips (id, nosuch) VALUES ('x', 1)", /column "nosuch" does not exist in trips/],
    ["INSERT INTO trips (id) VALUES ('x', 1)", /INSERT has more expressions than target columns/],
    ['INSERT INTO svv_tables VALUES (1)', /changing the system view svv_tables/],
    ['BEGIN', /BEGIN is not supported by the Data API/],
    ['SELECT :missing', /syntax error at or near ":"/],
    ['UNLOAD (1)', /statement UNLOAD/],
  ];

  it.each(cases)('%s', async (sql, error) => {
    const { Status, Error: text } = await execute(twin, sql);
    expect(Status).toBe('FAILED');
    expect(text).toMatch(error);
  });
});

it('names a column without an alias after its function', async () => {
  const { Id } = await execute(
    twin,
    'SELECT COUNT(*), MAX(n), ROW_NUMBER() OVER (ORDER BY n), n FROM (SELECT 1 AS n) AS one GROUP BY n',
  );
  const { ColumnMetadata } = await twin.client.send(new GetStatementResultCommand({ Id }));
  expect(ColumnMetadata?.map(({ name }) => name)).toEqual(['count', 'max', 'row_number', 'n']);
});

describe('changes', () => {
  it('merges, and refuses several matches for one row', async () => {
    await given(
      twin,
      'CREATE TABLE target (id INT, n INT)',
      'CREATE TABLE source (id INT, n INT)',
      'INSERT INTO target VALUES (1, 1), (2, 2)',
      'INSERT INTO source VALUES (2, 20), (3, 30)',
    );
    const merge =
      'MERGE INTO target USING source s ON target.id = s.id WHEN MATCHED THEN UPDATE SET n = CASE WHEN s.n > 0 THEN s.n END WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n)';
    expect(await execute(twin, merge)).toMatchObject({ Status: 'FINISHED', ResultRows: 2 });
    expect(await rowsOf(twin, 'SELECT * FROM target ORDER BY 1')).toEqual([
      [1, 1],
      [2, 20],
      [3, 30],
    ]);
    await given(twin, 'INSERT INTO source VALUES (2, 21)');
    expect(await execute(twin, merge)).toMatchObject({
      Status: 'FAILED',
      Error: 'ERROR: Found multiple matches to update the same tuple',
    });
    const remove = 'MERGE INTO target USING source ON target.id = source.id REMOVE DUPLICATES';
    expect(await execute(twin, remove)).toMatchObject({ Status: 'FINISHED' });
    expect(await rowsOf(twin, 'SELECT * FROM target ORDER BY 1, 2')).toEqual([
      [1, 1],
      [2, 20],
      [2, 21],
      [3, 30],
    ]);
    await given(twin, 'ALTER TABLE target ADD COLUMN year INT');
    expect(await execute(twin, remove)).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringContaining('same number of columns') as string,
    });
  });

  it('alters a table and keeps its Redshift attributes', async () => {
    await given(
      twin,
      'CREATE TABLE wide (a INT NOT NULL ENCODE az64, b VARCHAR, c NUMERIC, PRIMARY KEY (a)) BACKUP NO DISTSTYLE KEY DISTKEY(a) COMPOUND SORTKEY(c, a)',
      "INSERT INTO wide VALUES (1, 'x', 2)",
      "ALTER TABLE wide ADD COLUMN d VARCHAR(3) NOT NULL DEFAULT 'abc'",
      'ALTER TABLE wide RENAME COLUMN b TO "B2"',
      'ALTER TABLE wide RENAME TO wider',
    );
    expect(await rowsOf(twin, 'SELECT * FROM wider')).toEqual([[1, 'x', '2', 'abc']]);
    expect(
      await rowsOf(
        twin,
        `SELECT "column", type, encoding, distkey, sortkey, "notnull" FROM pg_table_def WHERE tablename = 'wider'`,
      ),
    ).toEqual([
      ['a', 'integer', 'az64', true, 2, true],
      ['b2', 'character varying(256)', 'lzo', false, 0, false],
      ['c', 'numeric(18,0)', 'none', false, 1, false],
      ['d', 'character varying(3)', 'lzo', false, 0, true],
    ]);
    expect((await execute(twin, "INSERT INTO wider (a, d) VALUES (2, 'abcd')")).Error).toMatch(
      /Value too long/,
    );
    await given(
      twin,
      'CREATE TABLE twin_of (LIKE wider INCLUDING DEFAULTS)',
      'INSERT INTO twin_of (a) VALUES (5)',
    );
    expect(await rowsOf(twin, 'SELECT a, d FROM twin_of')).toEqual([[5, 'abc']]);
    expect(
      await rowsOf(
        twin,
        `SELECT data_type, character_maximum_length, numeric_precision, numeric_scale, is_nullable FROM svv_columns WHERE table_name = 'wider' ORDER BY ordinal_position`,
      ),
    ).toEqual([
      ['integer', null, 32, 0, 'NO'],
      ['character varying', 256, null, null, 'YES'],
      ['numeric', null, 18, 0, 'YES'],
      ['character varying', 3, null, null, 'NO'],
    ]);
    expect(await rowsOf(twin, "SELECT table_schema FROM svv_tables WHERE table_name = 'wider'")).toEqual([
      ['public'],
    ]);
  });

  it('does not enforce a primary key, like Redshift', async () => {
    await given(
      twin,
      'CREATE TABLE keyed (a INT PRIMARY KEY, b INT UNIQUE)',
      'INSERT INTO keyed VALUES (1, 1), (1, 1)',
    );
    expect((await execute(twin, 'INSERT INTO keyed VALUES (NULL, 1)')).Error).toMatch(
      /Cannot insert a NULL value into column a/,
    );
  });

  it('updates and deletes with a join', async () => {
    await given(
      twin,
      'CREATE TABLE stock (id INT, n INT)',
      'INSERT INTO stock VALUES (1, 1), (2, 2), (3, 3)',
      'UPDATE stock SET n = p."key" * 10 FROM pairs p WHERE stock.id = p."key" AND p.value = \'two\'',
      'DELETE FROM stock USING pairs WHERE stock.id = pairs."key" AND pairs.value = \'one\'',
    );
    expect(await rowsOf(twin, 'SELECT * FROM stock ORDER BY 1')).toEqual([
      [2, 20],
      [3, 3],
    ]);
  });

  it('truncates and vacuums only outside a batch', async () => {
    await given(
      twin,
      'CREATE TABLE gone (a INT)',
      'INSERT INTO gone VALUES (1)',
      'TRUNCATE gone',
      'VACUUM gone',
      'ANALYZE gone',
    );
    expect(await rowsOf(twin, 'SELECT COUNT(*) FROM gone')).toEqual([[0]]);
    expect((await batch(twin, ['TRUNCATE gone'])).Error).toMatch(
      /Query #1 failed with ERROR: TRUNCATE commits implicitly/,
    );
    expect((await batch(twin, ['SELECT 1', 'VACUUM'])).Error).toMatch(
      /VACUUM cannot run inside a transaction block/,
    );
  });

  it('drops a schema only if it is empty or with CASCADE', async () => {
    await given(
      twin,
      'CREATE SCHEMA IF NOT EXISTS s',
      'CREATE SCHEMA IF NOT EXISTS s',
      'CREATE TABLE s.t (a INT)',
    );
    expect((await execute(twin, 'DROP SCHEMA s')).Error).toMatch(
      /cannot drop schema s because other objects depend on it/,
    );
    await given(twin, 'DROP SCHEMA s CASCADE', 'DROP SCHEMA IF EXISTS s');
  });
});

describe('temporary tables', () => {
  it('exist for their batch only and hide a table of the same name', async () => {
    await given(twin, 'CREATE TABLE shadow (a INT)', 'INSERT INTO shadow VALUES (1)');
    const { Status, Id } = await batch(twin, [
      'CREATE TEMP TABLE shadow (a INT)',
      'INSERT INTO shadow VALUES (2), (3)',
      'SELECT COUNT(*) FROM shadow',
      'SELECT COUNT(*) FROM public.shadow',
      'DROP TABLE shadow',
      'SELECT COUNT(*) FROM shadow',
    ]);
    expect(Status).toBe('FINISHED');
    for (const [number, count] of [
      [3, 2],
      [4, 1],
      [6, 1],
    ] as const) {
      expect(await resultRows(twin, `${Id}:${number}`)).toEqual([[count]]);
    }
  });

  it('of the same name are separate in concurrent batches', async () => {
    const sqls = (n: number) => [`CREATE TEMP TABLE mine AS SELECT ${n} AS n`, 'SELECT n FROM mine'];
    const done = await Promise.all([1, 2, 3].map((n) => batch(twin, sqls(n))));
    const rows = await Promise.all(done.map(({ Id }) => resultRows(twin, `${Id}:2`)));
    expect(rows).toEqual([[[1]], [[2]], [[3]]]);
    expect((await execute(twin, 'SELECT n FROM mine')).Error).toBe('ERROR: relation "mine" does not exist');
  });
});
