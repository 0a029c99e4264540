import { readFileSync } from 'node:fs';
import {
  ROLE,
  batch,
  execute,
  given,
  putManifest,
  putParquet,
  resultRows,
  rowsOf,
  startTwin,
  type Twin,
} from './harness';

let twin: Twin;
const sizes: Record<string, number> = {};

const OPTIONS = `IAM_ROLE '${ROLE}' FORMAT AS PARQUET`;
/** Redshift's context ends within it. */
const LONG_KEY = 'x'.repeat(200);
const ROW = `SELECT 'a' AS id, CAST(1 AS INTEGER) AS n, TIMESTAMP '2026-11-23 08:00:00' AS "at"`;

beforeAll(async () => {
  twin = await startTwin();
  await given(twin, 'CREATE TABLE t (id VARCHAR(4) NOT NULL, n INT, at TIMESTAMP)');
  await twin.store.createBucket('far', 'us-west-2');
  const files: Record<string, string> = {
    'good/year=2026/a [1].parquet': ROW,
    'good/year=2026/b.parquet': `SELECT 'b' AS "ID", CAST(2 AS INTEGER) AS "select", TIMESTAMP '2026-11-23 09:00:00' AS z`,
    'narrow.parquet': "SELECT 'n' AS id, CAST(1 AS INTEGER) AS n",
    'wide.parquet': `SELECT *, 1 AS more FROM (${ROW})`,
    'int64.parquet': "SELECT 'a' AS id, CAST(1 AS BIGINT) AS n, TIMESTAMP '2026-11-23 08:00:00' AS \"at\"",
    'double.parquet': "SELECT 'a' AS id, CAST(1 AS DOUBLE) AS n, TIMESTAMP '2026-11-23 08:00:00' AS \"at\"",
    'text.parquet': "SELECT 'a' AS id, CAST(1 AS INTEGER) AS n, '2026-11-23 08:00:00' AS \"at\"",
    'null.parquet': `SELECT CAST(NULL AS VARCHAR) AS id, n, "at" FROM (${ROW})`,
    'long.parquet': `SELECT 'abcdé' AS id, n, "at" FROM (${ROW})`,
    'wide char.parquet': `SELECT 'ü' AS code, TIMESTAMP '2026-11-23 08:00:00' AS "at", 1 AS n`,
    'infinite.parquet': `SELECT 'a' AS code, TIMESTAMP 'infinity' AS "at", 1 AS n`,
    'long quoted.parquet': `SELECT 'abc' AS code, TIMESTAMP '2026-11-23 08:00:00' AS "at", 'four' AS n`,
    'swapped.parquet': `SELECT n, id, "at" FROM (${ROW})`,
    [LONG_KEY]: `SELECT *, 1 AS more FROM (${ROW})`,
  };
  for (const [key, query] of Object.entries(files)) sizes[key] = await putParquet(twin, key, query);
  await given(twin, 'CREATE TABLE odd (code CHAR(3), at TIMESTAMP, n INT)');
  await given(twin, 'CREATE TABLE quoted (code CHAR(3), at TIMESTAMP, "a ""b""" VARCHAR(3))');
  const good = readFileSync((await twin.store.head('lake', 'narrow.parquet'))!.path);
  await putBytes('cut.parquet', good.subarray(0, good.length - 5));
  const flipped = Buffer.from(good);
  flipped.fill(0xff, 4, 40);
  await putBytes('flipped.parquet', flipped);
  await putBytes('empty.parquet', Buffer.alloc(0));
  await putBytes('text.csv', Buffer.from('a,1,2026-11-23\n'.repeat(10)));
  for (const [key, size] of Object.entries(sizes))
    await putManifest(twin, `manifests/${key}`, { [key]: size });
});
afterAll(() => twin.stop());

/** Stores a file with other bytes than its writer would write. */
async function putPatched(key: string, query: string, written: Buffer, bytes: Buffer): Promise<void> {
  await putParquet(twin, key, query, 'COMPRESSION uncompressed');
  const file = readFileSync((await twin.store.head('lake', key))!.path);
  for (let at = file.indexOf(written); at >= 0; at = file.indexOf(written)) file.set(bytes, at);
  await putBytes(key, file);
}

async function putBytes(key: string, body: Buffer): Promise<void> {
  sizes[key] = body.length;
  await twin.store.put('lake', key, body);
}

async function putRaw(key: string, body: unknown): Promise<void> {
  await twin.store.put('lake', key, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
}

describe('loading', () => {
  beforeEach(() => given(twin, 'DELETE FROM t'));

  it('loads a prefix by position, regardless of names in the files and the path', async () => {
    const copy = await execute(twin, `COPY t FROM 's3://lake/good/' ${OPTIONS}`);
    expect(copy.Error).toBeUndefined();
    expect(copy).toMatchObject({ Status: 'FINISHED', ResultRows: 2, HasResultSet: false });
    expect(await rowsOf(twin, 'SELECT * FROM t ORDER BY id')).toEqual([
      ['a', 1, '2026-11-23 08:00:00'],
      ['b', 2, '2026-11-23 09:00:00'],
    ]);
  });

  it('loads a manifest’s files into the listed columns', async () => {
    await given(
      twin,
      `COPY public.t (n, id, at) FROM 's3://lake/manifests/swapped.parquet' IAM_ROLE default FORMAT PARQUET MANIFEST STATUPDATE OFF`,
    );
    expect(await rowsOf(twin, 'SELECT id, n FROM t')).toEqual([['a', 1]]);
  });

  it('fills trailing columns only with FILLRECORD', async () => {
    const copy = `COPY t FROM 's3://lake/narrow.parquet' ${OPTIONS} ACCEPTINVCHARS AS '?'`;
    expect((await execute(twin, copy)).Error).toMatch(/Table columns: 3, Data columns: 2,/);
    await given(twin, `${copy} FILLRECORD`);
    expect(await rowsOf(twin, 'SELECT * FROM t')).toEqual([['n', 1, null]]);
  });

  it('skips a missing file that is not mandatory', async () => {
    const entry = (key: string) => ({ url: `s3://lake/${key}`, meta: { content_length: sizes[key] ?? 1 } });
    await putRaw('optional.manifest', {
      entries: [entry('nosuch.parquet'), entry('good/year=2026/b.parquet')],
    });
    const copy = await execute(twin, `COPY t FROM 's3://lake/optional.manifest' ${OPTIONS} MANIFEST`);
    expect(copy).toMatchObject({ Status: 'FINISHED', ResultRows: 1 });
  });

  it('loads nothing if one of several files fails', async () => {
    await putManifest(twin, 'half.manifest', {
      'good/year=2026/b.parquet': sizes['good/year=2026/b.parquet']!,
      'wide.parquet': sizes['wide.parquet']!,
    });
    expect((await execute(twin, `COPY t FROM 's3://lake/half.manifest' ${OPTIONS} MANIFEST`)).Status).toBe(
      'FAILED',
    );
    expect(await rowsOf(twin, 'SELECT COUNT(*) FROM t')).toEqual([[0]]);
  });

  it('loads nested columns into SUPER with SERIALIZETOJSON', async () => {
    await putParquet(twin, 'nested.parquet', "SELECT {'a': 1, 'b': [1, 2]} AS s");
    await given(twin, 'CREATE TABLE nested (s SUPER)');
    const copy = `COPY nested FROM 's3://lake/nested.parquet' ${OPTIONS}`;
    expect((await execute(twin, copy)).Error).toMatch(
      /incompatible Parquet schema for column 's3:\/\/lake\/nested.parquet.s'/,
    );
    await given(twin, `${copy} SERIALIZETOJSON`);
    expect(await rowsOf(twin, 'SELECT s FROM nested')).toEqual([['{"a":1,"b":[1,2]}']]);
  });

  it('loads eight files of 125,000 rows in seconds', async () => {
    const total: Record<string, number> = {};
    for (let file = 0; file < 8; file += 1) {
      const key = `many/${file}.parquet`;
      total[key] = await putParquet(
        twin,
        key,
        `SELECT CAST(i AS VARCHAR) AS id, CAST(i AS INTEGER) AS n, CAST(i AS DOUBLE) AS d FROM range(${file * 125_000}, ${(file + 1) * 125_000}) r(i)`,
      );
    }
    await putManifest(twin, 'many.manifest', total);
    await given(twin, 'CREATE TABLE many (id VARCHAR(8), n INT, d FLOAT)');
    const before = process.cpuUsage();
    const copy = await execute(twin, `COPY many FROM 's3://lake/many.manifest' ${OPTIONS} MANIFEST`);
    const used = process.cpuUsage(before);
    expect(copy).toMatchObject({ Status: 'FINISHED', ResultRows: 1_000_000 });
    // Processor time: the machine may have a lot else to do.
    expect((used.user + used.system) / 1e6).toBeLessThan(20);
    expect(await rowsOf(twin, 'SELECT COUNT(DISTINCT id), MAX(n) FROM many')).toEqual([[1_000_000, 999_999]]);
  });
});

describe('errors with Redshift’s messages', () => {
  const file = (key: string, error: RegExp): [string, string, RegExp] => [
    key,
    `COPY t FROM 's3://lake/manifests/${key}' ${OPTIONS} MANIFEST`,
    error,
  ];
  const cases: [name: string, sql: string, error: RegExp][] = [
    file(
      'wide.parquet',
      /Spectrum Scan Error[^]*code: {6}15007[^]*Unmatched number of columns between table and file\. Table columns: 3, Data columns: 4, File name: https:\/\/s3\.eu-west-1\.amazonaws\.com\/lake\/wide\.parquet/,
    ),
    file(
      'int64.parquet',
      /File 'https:\/\/s3\.eu-west-1\.amazonaws\.com\/lake\/int64\.parquet' has an incompatible Parquet schema for column 's3:\/\/lake\/int64\.parquet\.n'\. Column type: INT, Parquet schema: optional int64 n \[i:1 d:1 r:0\]/,
    ),
    file(
      'double.parquet',
      /incompatible Parquet schema[^]*Column type: INT, Parquet schema: optional double n/,
    ),
    file('text.parquet', /Column type: TIMESTAMP, Parquet schema: optional byte_array at/),
    file('swapped.parquet', /Column type: VARCHAR\(4\), Parquet schema: optional int32 n/),
    file('null.parquet', /Cannot insert a NULL value into column id/),
    file(
      'long.parquet',
      /length of the data column id is longer than the length defined in the table\. Table: 4, Data: 6/,
    ),
    file('cut.parquet', /invalid version number/),
    [
      'flipped.parquet',
      `COPY t (id, n) FROM 's3://lake/flipped.parquet' ${OPTIONS}`,
      /Spectrum Scan Error[^]*Failed to read Parquet file 'https:\/\/s3\.eu-west-1\.amazonaws\.com\/lake\/flipped\.parquet': corrupt data/,
    ],
    [
      'more than one byte in a CHAR',
      `COPY odd FROM 's3://lake/wide char.parquet' ${OPTIONS}`,
      /Multibyte character not supported for CHAR[^]*Column: code, File name: \S+\/wide char\.parquet/,
    ],
    [
      'a time that is out of range',
      `COPY odd FROM 's3://lake/infinite.parquet' ${OPTIONS}`,
      /data column at is out of range for type TIMESTAMP\. File name: \S+\/infinite\.parquet/,
    ],
    [
      'a context of more than 256 characters, which is cut',
      `COPY t FROM 's3://lake/${LONG_KEY}' ${OPTIONS}`,
      /context: {3}(?=Unmatched number of columns.*\/lake\/x+\n)[^\n]{256}\n/,
    ],
    [
      'a text too long for a column whose name has quotes',
      `COPY quoted FROM 's3://lake/long quoted.parquet' ${OPTIONS}`,
      /data column a "b" is longer than[^]*Table: 3, Data: 4/,
    ],
    file('empty.parquet', /invalid version number/),
    file('text.csv', /invalid version number/),
    [
      'no such manifest',
      `COPY t FROM 's3://lake/nosuch.manifest' ${OPTIONS} MANIFEST`,
      /Problem reading manifest file - S3ServiceException:The specified key does not exist\.,Status 404,Error NoSuchKey/,
    ],
    [
      'no such prefix',
      `COPY t FROM 's3://lake/nosuch/' ${OPTIONS}`,
      /The specified S3 prefix 'nosuch\/' does not exist/,
    ],
    [
      'no such bucket',
      `COPY t FROM 's3://nosuch/a' ${OPTIONS}`,
      /The specified bucket does not exist,Status 404,Error NoSuchBucket/,
    ],
    [
      'another Region',
      `COPY t FROM 's3://far/a' ${OPTIONS}`,
      /S3ServiceException:The S3 bucket addressed by the query is in a different region from this cluster\.,Status 301,Error PermanentRedirect/,
    ],
    [
      'role not attached',
      "COPY t FROM 's3://lake/good/' IAM_ROLE 'arn:aws:iam::123456789012:role/other' PARQUET",
      /Not authorized to get credentials of role arn:aws:iam::123456789012:role\/other/,
    ],
    [
      'role of another account',
      "COPY t FROM 's3://lake/good/' IAM_ROLE 'arn:aws:iam::999999999999:role/warehouse' PARQUET",
      /Role needs to be owned by the same account with cluster/,
    ],
    [
      'role malformed',
      "COPY t FROM 's3://lake/good/' IAM_ROLE 'warehouse' PARQUET",
      /Invalid IAM role ARN: 'warehouse'/,
    ],
    ['no role', "COPY t FROM 's3://lake/good/' FORMAT PARQUET", /Must specify credentials or IAM_ROLE/],
    ['GZIP', `COPY t FROM 's3://lake/good/' ${OPTIONS} GZIP`, /GZIP argument is not supported/],
    [
      'CREDENTIALS',
      "COPY t FROM 's3://lake/good/' CREDENTIALS 'aws_iam_role=x' PARQUET",
      /CREDENTIALS \(use IAM_ROLE\) is not supported by the local twin/,
    ],
    [
      'CSV',
      `COPY t FROM 's3://lake/good/' IAM_ROLE '${ROLE}' FORMAT AS CSV`,
      /COPY FORMAT CSV is not supported/,
    ],
    [
      'JSON',
      `COPY t FROM 's3://lake/good/' IAM_ROLE '${ROLE}' FORMAT AS JSON 'auto'`,
      /COPY FORMAT JSON is not supported/,
    ],
    ['text', `COPY t FROM 's3://lake/good/' IAM_ROLE '${ROLE}'`, /COPY of text files/],
    ['unknown option', `COPY t FROM 's3://lake/good/' ${OPTIONS} NOSUCH`, /syntax error at or near "NOSUCH"/],
    ['a file of this machine', `COPY t FROM '/etc/passwd' ${OPTIONS}`, /only s3:\/\/bucket\/key/],
    [
      'unknown table',
      `COPY nosuch FROM 's3://lake/good/' ${OPTIONS}`,
      /^ERROR: relation "nosuch" does not exist$/,
    ],
    [
      'unknown column',
      `COPY t (id, nosuch) FROM 's3://lake/good/' ${OPTIONS}`,
      /column "nosuch" of relation "t" does not exist/,
    ],
  ];

  it.each(cases)('%s', async (_name, sql, error) => {
    const { Status, Error: text } = await execute(twin, sql);
    expect(text).toMatch(error);
    expect(Status).toBe('FAILED');
  });

  it.each([
    ['a continuation byte', [0xa4], 'a4 (error 3)'],
    ['a byte that is missing', [0xe2, 0x82], 'e2 82 (error 2)'],
    ['a wrong continuation byte', [0xc3, 0x28], 'c3 28 (error 4)'],
    ['a surrogate', [0xed, 0xa0, 0x80], 'ed a0 80 (error 5)'],
    ['a sequence of five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80], 'f8 (error 1)'],
    ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80], 'f4 90 80 80 (error 8)'],
    ['a sequence that is too long for its code point', [0xc0, 0xaf], 'c0 af (error 9)'],
    ['a quote before it', [0xc3, 0xbc, 0x22, 0x5c, 0xff], 'ff (error 3)'],
  ])('text that is not UTF-8: %s', async (name, bytes, sequence) => {
    const key = `${name}.parquet`;
    const text = 'Q'.repeat(bytes.length);
    const query = `SELECT 'a' AS first, 'z${text}' AS second`;
    await putPatched(key, query, Buffer.from(text), Buffer.from(bytes));
    await given(twin, 'DROP TABLE IF EXISTS texts', 'CREATE TABLE texts (a VARCHAR(9), b VARCHAR(9))');
    const { Error: error } = await execute(twin, `COPY texts FROM 's3://lake/${key}' ${OPTIONS}`);
    expect(error).toContain(
      `context:   String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: ${sequence}. ` +
        `Column: b, File name: https://s3.eu-west-1.amazonaws.com/lake/${key}\n`,
    );
  });

  const key = 'good/year=2026/b.parquet';
  const manifests: [name: string, body: () => unknown, error: RegExp][] = [
    ['not JSON', () => '{"entries"', /Manifest file is not in correct json format/],
    ['no entries', () => ({}), /Manifest file is not in correct json format/],
    [
      'relative url',
      () => ({ entries: [{ url: key, meta: { content_length: 1 } }] }),
      /not a full path of an S3 object/,
    ],
    [
      'file in another Region',
      () => ({ entries: [{ url: 's3://far/a', meta: { content_length: 1 } }] }),
      /different region from this cluster/,
    ],
  ];

  it.each(manifests)('manifest: %s', async (name, body, error) => {
    await putRaw(`${name}.json`, body());
    const { Status, Error: text } = await execute(
      twin,
      `COPY t FROM 's3://lake/${name}.json' ${OPTIONS} MANIFEST`,
    );
    expect(text).toMatch(error);
    expect(Status).toBe('FAILED');
  });
});

describe('a load as Sluice sends it', () => {
  it('creates, copies, merges and drops', async () => {
    const size = await putParquet(
      twin,
      'trips/a',
      `SELECT * FROM (VALUES ('t1', TIMESTAMP '2026-11-23 08:01:00', TIMESTAMP '2026-11-23 08:00:00', CAST(1.5 AS DECIMAL(10,2))),
        ('t1', TIMESTAMP '2026-11-23 08:02:00', TIMESTAMP '2026-11-23 08:00:00', 2.5),
        ('t2', TIMESTAMP '2026-11-23 08:03:00', TIMESTAMP '2026-11-23 07:59:00', 3.5)) v(trip_id, updated_at, pickup_datetime, fare)`,
    );
    await putManifest(twin, 'x.manifest', { 'trips/a': size });
    await given(
      twin,
      'CREATE SCHEMA "sluice"',
      'CREATE TABLE "sluice"."mutex_trips" ("held" BOOLEAN)',
      'CREATE TABLE "sluice"."load_history" ("partition" TIMESTAMP NOT NULL, "rows" BIGINT NOT NULL, "outcome" VARCHAR(16) NOT NULL, "at" TIMESTAMP DEFAULT SYSDATE)',
      'CREATE TABLE "public"."trips" ("trip_id" VARCHAR(64) NOT NULL, "updated_at" TIMESTAMP, "pickup_datetime" TIMESTAMP, "fare" DECIMAL(10,2), "year" SMALLINT, "source_partition" TIMESTAMP) DISTKEY("trip_id") SORTKEY("pickup_datetime", "trip_id")',
      `INSERT INTO "public"."trips" VALUES ('t1', '2026-11-23 07:00:00', '2026-11-23 07:00:00', 1, 2026, '2026-11-23 07:00:00'), ('t2', '2026-11-23 09:00:00', '2026-11-23 07:59:00', 9, 2026, '2026-11-23 09:00:00')`,
    );
    const staging = await batch(twin, [
      'DROP TABLE IF EXISTS "sluice"."staging_x"',
      'CREATE TABLE "sluice"."staging_x" ("trip_id" VARCHAR(64), "updated_at" TIMESTAMP, "pickup_datetime" TIMESTAMP, "fare" DECIMAL(10,2)) DISTKEY("trip_id")',
      `COPY "sluice"."staging_x" ("trip_id", "updated_at", "pickup_datetime", "fare") FROM 's3://lake/x.manifest' IAM_ROLE '${ROLE}' FORMAT AS PARQUET MANIFEST`,
    ]);
    expect(staging).toMatchObject({ Status: 'FINISHED', SubStatements: [{}, {}, { ResultRows: 3 }] });
    const merge = await batch(
      twin,
      [
        'LOCK "sluice"."mutex_trips"',
        `CREATE TEMP TABLE "winners" DISTKEY("trip_id") AS SELECT "trip_id", "updated_at", "pickup_datetime", "fare" FROM (
           SELECT *, ROW_NUMBER() OVER (PARTITION BY "trip_id" ORDER BY "updated_at" DESC, "fare" DESC) AS "rank" FROM "sluice"."staging_x") AS "ranked" WHERE "rank" = 1`,
        `DELETE FROM "winners" USING "public"."trips" WHERE "winners"."trip_id" = "public"."trips"."trip_id"
           AND ("public"."trips"."updated_at" > "winners"."updated_at" OR ("public"."trips"."updated_at" = "winners"."updated_at" AND "public"."trips"."source_partition" > CAST(:partition AS TIMESTAMP)))`,
        'DELETE FROM "public"."trips" USING "winners" WHERE "public"."trips"."trip_id" = "winners"."trip_id"',
        `INSERT INTO "public"."trips" ("trip_id", "updated_at", "pickup_datetime", "fare", "year", "source_partition")
           SELECT "trip_id", "updated_at", "pickup_datetime", "fare", EXTRACT(year FROM "pickup_datetime"), CAST(:partition AS TIMESTAMP) FROM "winners"`,
        `INSERT INTO "sluice"."load_history" ("partition", "rows", "outcome")
           SELECT CAST(:partition AS TIMESTAMP), CAST(:rows AS BIGINT), CASE WHEN COUNT(*) = CAST(:rows AS BIGINT) THEN 'LOADED' END FROM "sluice"."staging_x"`,
        'DROP TABLE "sluice"."staging_x"',
        'SELECT COUNT(*) FROM "winners"',
      ],
      [
        { name: 'partition', value: '2026-11-23 08:00:00' },
        { name: 'rows', value: '3' },
      ],
    );
    expect(merge.Error).toBeUndefined();
    expect(merge.SubStatements!.map((sub) => sub.ResultRows)).toEqual([-1, 2, 1, 1, 1, 1, -1, 1]);
    expect(await resultRows(twin, `${merge.Id}:8`)).toEqual([[1]]);
    expect(await rowsOf(twin, 'SELECT trip_id, fare, year FROM trips ORDER BY 1')).toEqual([
      ['t1', '2.50', 2026],
      ['t2', '9.00', 2026],
    ]);
    expect(await rowsOf(twin, 'SELECT rows, outcome FROM sluice.load_history')).toEqual([[3, 'LOADED']]);
  });
});
