import { S3Client } from '@aws-sdk/client-s3';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runInspect, type InspectOptions } from '../../cli/inspect';
import type { FileDocument } from '../../cli/inspect/inspect-file';
import type { FilesDocument } from '../../cli/inspect/inspect-files';
import type { RefusedDocument } from '../../cli/inspect/inspect-refused';
import type { RefusedPrefixDocument } from '../../cli/inspect/inspect-refused-prefix';
import { readDatasets } from '../../service/datasets';
import { CapturedOutput } from '../../testkit/captured-output';
import { parquetOf, tripsSelect } from '../../testkit/parquet';
import { temporaryFolder } from '../../testkit/temporary-folder';

const datasets = readDatasets(join(__dirname, '../..'));
const folder = temporaryFolder('sluice-inspect-test-');
// Local paths only: there is no twin.
const s3 = new S3Client({ region: 'us-east-1', endpoint: 'http://127.0.0.1:9' });
afterAll(() => {
  s3.destroy();
  rmSync(folder, { recursive: true });
});

const HOUR = 'trips/year=2026/month=11/day=23/hour=08';
const trip = { trip_id: 'a', total_amount: 12.5 };

function write(path: string, content: Buffer | string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function inspect<Document>(target: string, options: Partial<InspectOptions> = {}) {
  const captured = new CapturedOutput(true);
  const code = await runInspect({ s3, datasets }, captured.output, { target, rows: 2, ...options });
  return { code, document: captured.document<Document>() };
}

async function text(target: string, options: Partial<InspectOptions> = {}): Promise<string> {
  const captured = new CapturedOutput(false);
  await runInspect({ s3, datasets }, captured.output, { target, rows: 2, width: 120, ...options });
  return captured.stdout;
}

describe('a file', () => {
  test('is described by its footer and its first rows', async () => {
    const path = write(
      'types.parquet',
      await parquetOf(
        `SELECT 1::INTEGER AS i, 9007199254740993::BIGINT AS big, 12.50::DECIMAL(10,2) AS amount, 'x' AS text,
           TIMESTAMP '2026-11-23 08:00:00.123456' AS at, DATE '2026-11-23' AS day, NULL::DOUBLE AS nothing, [1, 2] AS list,
           1::UINTEGER AS unsigned
         UNION ALL SELECT 2, 2, 2::DECIMAL(10,2), 'y', TIMESTAMP '2026-11-23', DATE '2026-11-23', 1.5, [], 2::UINTEGER
         UNION ALL SELECT 3, 3, 3::DECIMAL(10,2), 'z', TIMESTAMP '2026-11-23', DATE '2026-11-23', 1.5, [], 3::UINTEGER`,
      ),
    );
    const { code, document } = await inspect<FileDocument>(path);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      kind: 'file',
      path,
      rows: 3,
      row_groups: 1,
      created_by: expect.stringContaining('DuckDB') as string,
      compression: ['SNAPPY'],
      dataset: null,
      problem: null,
    });
    expect(document.columns?.map((each) => [each.name, each.redshift_type])).toEqual([
      ['i', 'INTEGER'],
      ['big', 'BIGINT'],
      ['amount', 'DECIMAL(10, 2)'],
      ['text', 'VARCHAR(65535)'],
      ['at', 'TIMESTAMP'],
      ['day', 'DATE'],
      ['nothing', 'DOUBLE PRECISION'],
      ['list', null],
      ['unsigned', null],
    ]);
    expect(document.columns?.find(({ name }) => name === 'amount')).toEqual({
      name: 'amount',
      parquet_type: expect.stringContaining('DECIMAL(10, 2)') as string,
      redshift_type: 'DECIMAL(10, 2)',
      nullable: true,
    });
    expect(document.first_rows).toEqual([
      [1, '9007199254740993', '12.50', 'x', '2026-11-23 08:00:00.123456', '2026-11-23', null, [1, 2], 1],
      [2, '2', '2.00', 'y', '2026-11-23 00:00:00', '2026-11-23', 1.5, [], 2],
    ]);
  });

  test('in an hour of a dataset is compared with it; path segments add no columns', async () => {
    const path = write(`${HOUR}/good.parquet`, await parquetOf(tripsSelect([trip])));
    const { document } = await inspect<FileDocument>(path);
    expect(document.dataset).toMatchObject({ name: 'trips', matches: true, other_order: false });
    expect(document.first_rows?.[0]).toHaveLength(8);

    const narrow = write(`${HOUR}-narrow/a.parquet`, await parquetOf(`SELECT true AS vendor_id`));
    expect((await inspect<FileDocument>(narrow)).document.dataset).toBeNull();
    const { code, document: named } = await inspect<FileDocument>(narrow, { dataset: 'trips' });
    expect(code).toBe(0);
    expect(named.dataset).toMatchObject({
      matches: false,
      differences: { otherType: [{ name: 'vendor_id', found: 'BOOLEAN', expected: 'INTEGER' }] },
    });
    expect(await text(narrow, { dataset: 'trips' })).toContain(
      'It does not have the columns of dataset trips: missing: trip_id',
    );
  });

  test('is shown as text: a table of columns, and a block for each row that is too wide', async () => {
    const path = write(`${HOUR}/shown.parquet`, await parquetOf(tripsSelect([trip])));
    const wide = await text(path, { width: 300 });
    expect(wide).toContain('1 row in 1 row group, 8 columns');
    expect(wide).toContain('It has the columns of dataset trips.');
    expect(wide).toMatch(/total_amount +\S+ DECIMAL\(10, 2\) +DECIMAL\(10, 2\) +yes/);
    expect(wide).toMatch(/^trip_id +vendor_id +pickup_datetime/m);
    expect(await text(path, { width: 60 })).toMatch(/── row 1 ──\ntrip_id +a\n/);
    expect(await text(path, { rows: 0 })).not.toContain('First');
  });

  test.each([
    ['empty.parquet', Buffer.alloc(0), /^it is empty$/],
    ['tiny.parquet', Buffer.from('PAR1PAR1'), /^it has 8 bytes, which is too short/],
    [
      'text.parquet',
      Buffer.from('trip_id,vendor_id\na,1\n'),
      /^it is not Parquet: it begins with "trip_id,vendor_i"$/,
    ],
    ['encrypted.parquet', Buffer.from('PARE....\u0004\u0000\u0000\u0000PARE'), /^its footer is encrypted/],
    [
      'liar.parquet',
      Buffer.from('PAR1....\u00ff\u0000\u0000\u0000PAR1', 'latin1'),
      /^its footer would have 255 bytes, the whole file has 16/,
    ],
    [
      'garbage.parquet',
      Buffer.from('PAR1\u0001\u0001\u0001\u0001\u0004\u0000\u0000\u0000PAR1', 'latin1'),
      /^its footer cannot be read/,
    ],
  ])('that is not readable has its reason: %s', async (name, content, why) => {
    const { code, document } = await inspect<FileDocument>(write(name, content));
    expect(code).toBe(1);
    expect(document).toMatchObject({ size: content.length, rows: null, columns: null, first_rows: null });
    expect(document.problem).toMatch(why);
  });

  test('that was cut off has that as its reason', async () => {
    const whole = await parquetOf(tripsSelect([trip]));
    const { code, document } = await inspect<FileDocument>(
      write('cut.parquet', whole.subarray(0, whole.length - 40)),
    );
    expect(code).toBe(1);
    expect(document.problem).toBe('it is cut off: it begins as Parquet and does not end as Parquet');
  });

  test('with broken data and a sound footer keeps the facts from the footer', async () => {
    const broken = Buffer.from(await parquetOf(tripsSelect([trip])));
    broken.fill(0xff, 4, 80);
    const { code, document } = await inspect<FileDocument>(write('broken.parquet', broken));
    expect(code).toBe(1);
    expect(document).toMatchObject({ rows: 1, first_rows: null });
    expect(document.columns).toHaveLength(8);
    expect(document.problem).toMatch(/^its rows cannot be read/);
  });

  test('with control characters in its name or columns does not control the terminal', async () => {
    const file = write('\u001b[2J\u0007a.parquet', await parquetOf(`SELECT 1 AS "\u001b[31m"`));
    // eslint-disable-next-line no-control-regex
    const controls = /[\u0000-\u0009\u000b-\u001f]/;
    expect(await text(file, { dataset: 'trips' })).not.toMatch(controls);
    write('controls/a.parquet', await parquetOf(`SELECT 1 AS a`));
    write('controls/b\u001b[2J.parquet', await parquetOf(`SELECT 1 AS "\u001b[31m"`));
    expect(await text(join(folder, 'controls'))).not.toMatch(controls);
  });

  test('that COPY does not read is shown, and the reason is named', async () => {
    const brotli = write('codec/brotli.parquet', await parquetOf('SELECT 1 AS a', 'COMPRESSION brotli'));
    const { code, document } = await inspect<FileDocument>(brotli);
    expect([code, document.rows, document.problem]).toEqual([0, 1, null]);
    expect(document.copy_problem).toMatch(/^column a is compressed with BROTLI/);
    expect(await text(brotli)).toContain('COPY does not read it: column a is compressed with BROTLI');
    write('codec/named.parquet.gz', await parquetOf('SELECT 1 AS a'));
    expect(await text(join(folder, 'codec'))).toMatch(
      /named\.parquet\.gz: COPY does not read it: its name ends/,
    );
  });

  test('that does not exist is wrong usage', async () => {
    await expect(inspect(join(folder, 'nowhere'))).rejects.toMatchObject({ name: 'UsageError' });
  });
});

describe('a directory', () => {
  test('is a table of its files, with those that differ from the first, are unreadable, or are hidden', async () => {
    write('lake/a.parquet', await parquetOf(`SELECT 1::BIGINT AS id, 'x' AS name, 1.5::DOUBLE AS fare`));
    write(
      'lake/b.parquet',
      await parquetOf(`SELECT 1.5::DOUBLE AS fare, 1::BIGINT AS id, 'x' AS name FROM range(3)`),
    );
    write('lake/c.parquet', await parquetOf(`SELECT 1::INTEGER AS id, 'x' AS name, true AS extra`));
    write('lake/deep/d.parquet', await parquetOf(`SELECT 2::BIGINT AS id, 'x' AS name, 1.5::DOUBLE AS fare`));
    write('lake/deep/e.parquet', '');
    write('lake/_SUCCESS', '');
    const { code, document } = await inspect<FilesDocument>(join(folder, 'lake'));
    expect(code).toBe(1);
    expect(
      document.files.map((file) => [file.path.slice(folder.length), file.kind, file.rows, file.columns]),
    ).toEqual([
      ['/lake/a.parquet', 'parquet', 1, 3],
      ['/lake/b.parquet', 'parquet', 3, 3],
      ['/lake/c.parquet', 'parquet', 1, 3],
      ['/lake/deep/d.parquet', 'parquet', 1, 3],
      ['/lake/deep/e.parquet', 'unreadable', null, null],
    ]);
    expect(document.files.map(({ differences }) => differences)).toEqual([
      null,
      { missing: [], extra: [], moved: ['fare'], other_type: [] },
      {
        missing: ['fare'],
        extra: ['extra'],
        moved: [],
        other_type: [{ name: 'id', found: 'INT32 INT_32', expected: 'INT64 INT_64' }],
      },
      null,
      null,
    ]);
    expect(document.total).toMatchObject({
      files: 5,
      rows: 6,
      unreadable: 1,
      different: 2,
      mismatched: 0,
      hidden: 1,
    });

    const shown = await text(join(folder, 'lake'));
    expect(shown).toMatch(/^a\.parquet +\S+ \S+ +1 +3 +DuckDB/m);
    expect(shown).toContain('b.parquet: differs from the first file: moved: fare');
    expect(shown).toContain('deep/e.parquet: not readable: it is empty');
    expect(shown).toMatch(
      /5 files, 6 rows, .*; 1 not readable; 2 with other columns than the first; 1 hidden and left out/,
    );
  });

  test('in the hours of a dataset names the files without its columns', async () => {
    const lake = `mixed/${HOUR}`;
    write(`${lake}/a.parquet`, await parquetOf(tripsSelect([trip])));
    write(
      `${lake}/b.parquet`,
      await parquetOf(`SELECT * EXCLUDE (updated_at) FROM (${tripsSelect([trip])})`),
    );
    const { code, document } = await inspect<FilesDocument>(join(folder, 'mixed'));
    expect(code).toBe(0);
    expect(document.total).toMatchObject({ different: 1, mismatched: 1 });
    expect(document.files[1]?.dataset?.text).toBe(
      'does not have the columns of dataset trips: missing: updated_at',
    );
  });

  test('without files is wrong usage', async () => {
    mkdirSync(join(folder, 'void'));
    await expect(inspect(join(folder, 'void'))).rejects.toMatchObject({ name: 'UsageError' });
  });
});

describe('refused events', () => {
  const line = (event: string) =>
    JSON.stringify({
      errorCode: 'Lambda.FunctionError',
      errorMessage: 'It said no.',
      rawData: Buffer.from(event).toString('base64'),
    });

  test('are decoded, with their reasons', async () => {
    const path = write(
      'errors/trips/processing-failed/one',
      `${line('{"trip_id": "a"}')}\n${line('nonsense')}\n${line('{}')}\n`,
    );
    const { code, document } = await inspect<RefusedDocument>(path);
    expect(code).toBe(0);
    expect(document).toMatchObject({ kind: 'refused-events', dataset: 'trips', unreadable: 0 });
    expect(document.events.map(({ event, column }) => [event, column])).toEqual([
      ['{"trip_id": "a"}', 'pickup_datetime'],
      ['nonsense', null],
      ['{}', 'trip_id'],
    ]);
    const shown = await text(path, { rows: 2 });
    expect(shown).toContain('3 events that Firehose kept');
    expect(shown).toMatch(/reason +pickup_datetime is missing/);
    expect(shown).toMatch(/error +Lambda\.FunctionError: It said no\./);
    expect(shown).toContain('… and 1 event more');
  });

  test('come one a line with --events, but those that no text can hold', async () => {
    const notUtf8 = JSON.stringify({ rawData: Buffer.from([0x7b, 0xff, 0x7d]).toString('base64') });
    const path = write(
      'errors/trips/processing-failed/three',
      `${line('{"a":\r\n1.50}{"b":"\ufffd\u009b"}')}\n${line('{"c":"a\nb"}')}\n${line('no JSON')}\n${line('\u001b[2J')}\n${notUtf8}\n`,
    );
    const captured = new CapturedOutput(false);
    const inspection = { target: path, rows: 5, events: true };
    expect(await runInspect({ datasets }, captured.output, inspection)).toBe(1);
    expect(captured.stdout).toBe('{"a": 1.50}\n{"b":"\ufffd\\u009b"}\nno JSON\n');
    expect(captured.stderr).toContain('3 events or lines cannot be printed unchanged');
    await expect(
      runInspect({ datasets }, captured.output, { ...inspection, target: write('other', 'x') }),
    ).rejects.toThrow('--events is for objects under an error prefix');
  });

  test('with an unreadable line are an error', async () => {
    const path = write('errors/trips/processing-failed/two', `${line('{}')}\ncut o`);
    const { code, document } = await inspect<RefusedDocument>(path);
    expect(code).toBe(1);
    expect(document).toMatchObject({ unreadable: 1 });
    expect(document.events).toHaveLength(1);
  });

  describe('in many objects', () => {
    const HOUR = Date.UTC(2026, 10, 23, 8);
    const kept = (events: string, minute: number, code = 'Lambda.ProcessingFailedStatus') =>
      JSON.stringify({
        errorCode: code,
        errorMessage: 'no',
        arrivalTimestamp: HOUR + minute * 60_000,
        rawData: Buffer.from(events).toString('base64'),
      });
    const good = (id: string) =>
      JSON.stringify({ trip_id: id, pickup_datetime: '2026-11-23T08:00:00Z', updated_at: 0 });
    const late = (id: string) => `{"trip_id": "${id}", "pickup_datetime": "yesterday"}`;
    const folderOf = (name: string) => `${name}/errors/trips/processing-failed/year=2026/month=11/day=23`;

    test('are added up by reason, with first and last arrival, objects and examples', async () => {
      const place = folderOf('sums');
      for (const n of [0, 1, 2])
        write(
          `${place}/hour=0${n}/object-${n}`,
          [
            kept('{}', 10 + n),
            kept(late(`late-${n}`), 20 + n),
            kept(`${good(`g${n}`)}${late('a')}`, 30),
          ].join('\n'),
        );
      write(`${place}/hour=03/throttled`, kept(good('x'), 59, 'Lambda.InvokeLimitExceeded'));
      const path = join(folder, place);
      const { code, document } = await inspect<RefusedPrefixDocument>(path, { rows: 3 });
      expect(code).toBe(0);
      expect(document.total).toMatchObject({ objects: 4, records: 10, events: 13, unreadable: 0 });
      expect(
        document.reasons.map((each) => [
          each.reason,
          each.accepted,
          each.events,
          each.objects,
          each.first,
          each.last,
        ]),
      ).toEqual([
        [expect.stringMatching(/^pickup_datetime is not a timestamp/), false, 6, 3, at(20), at(30)],
        ['trip_id is missing', false, 3, 3, at(10), at(12)],
        ['Lambda.ProcessingFailedStatus', true, 3, 3, at(30), at(30)],
        ['Lambda.InvokeLimitExceeded', true, 1, 1, at(59), at(59)],
      ]);
      // An example is never the same event again.
      expect(document.reasons[0]?.examples.map(({ event, line }) => [line, event])).toEqual([
        [2, late('late-0')],
        [3, late('a')],
        [2, late('late-1')],
      ]);
      expect(document.reasons[0]?.examples[0]).toMatchObject({
        path: `${path}/hour=00/object-0`,
        arrived: at(20),
        why: expect.stringMatching(/^pickup_datetime: "yesterday" is not a timestamp/) as string,
      });
    });
    const at = (minute: number) => new Date(HOUR + minute * 60_000).toISOString();

    test('take few lines of at most 80 characters, however many objects and events there are', async () => {
      const place = folderOf('many');
      for (let n = 0; n < 120; n += 1)
        write(
          `${place}/hour=08/object-${n}`,
          [kept(late(`trip-${n}-${'x'.repeat(200)}`), 1), kept('{}', 2), kept(`nonsense ${n}`, 3)].join('\n'),
        );
      const lines = (await text(join(folder, place), { width: 80 })).trimEnd().split('\n');
      expect(lines.length).toBeLessThan(30);
      expect(lines[1]).toBe('360 events in 120 objects (81.5 KiB) that Firehose kept and did not deliver');
      // The path stands alone on its line.
      expect(lines.slice(1).filter((line) => line.length > 80)).toEqual([]);
      expect(lines.join('\n')).toMatch(/^not JSON +120 +120 +refused$/m);
    });

    test('are read whether they are compressed or not; what is no error object is named, and the rest counts', async () => {
      const place = folderOf('mixed-errors');
      write(`${place}/hour=08/a`, kept('{}', 1));
      write(`${place}/hour=08/b.gz`, gzipSync(`${kept('{}', 1)}\n${kept('{}', 1)}\n`));
      write(`${place}/hour=08/c.gz`, gzipSync(kept('{}', 1).repeat(50)).subarray(0, 90));
      write(`${place}/hour=08/d`, await parquetOf('SELECT 1 AS a'));
      write(`${place}/hour=08/e`, 'some text\nthat is none of it\n');
      write(`${place}/hour=08/f`, '');
      const { code, document } = await inspect<RefusedPrefixDocument>(join(folder, place));
      expect(code).toBe(1);
      expect(document.total).toMatchObject({ objects: 6, records: 3, events: 3, unreadable_objects: 3 });
      expect(
        document.objects.map(({ path, problem }) => [path.at(path.endsWith('.gz') ? -4 : -1), problem]),
      ).toEqual([
        ['a', null],
        ['b', null],
        ['c', 'its gzip data is damaged: unexpected end of file'],
        ['d', 'it is a Parquet file'],
        ['e', 'none of its lines is an error record of Firehose'],
        ['f', null],
      ]);
      expect(await text(join(folder, place))).toContain('hour=08/d: not readable: it is a Parquet file');
    });

    test('come one a line with --events', async () => {
      const place = folderOf('lines');
      write(`${place}/hour=08/a`, `${kept(`${good('a')}${late('b')}`, 1)}\n`);
      write(`${place}/hour=09/b`, `${kept('{}', 1)}\n`);
      const captured = new CapturedOutput(false);
      const inspection = { target: join(folder, place), events: true };
      expect(await runInspect({ datasets }, captured.output, inspection)).toBe(0);
      expect(captured.stdout).toBe(`${good('a')}\n${late('b')}\n{}\n`);
    });

    test('control no terminal', async () => {
      const place = folderOf('hostile');
      write(`${place}/hour=08/a\u001b[2J`, kept('{"trip_id":"\u001b[31m', 1, 'code\u001b[2J\nFix: rm'));
      write(`${place}/hour=08/b`, kept(good('a'), 1, 'code\u001b[2J\nFix: rm'));
      const shown = await text(join(folder, place));
      // eslint-disable-next-line no-control-regex
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
      expect(shown).not.toMatch(/^Fix/m);
    });
  });
});
