import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { RECORD_BYTES } from '../../cli/delivery/batches';
import { runInspect } from '../../cli/inspect';
import { readFirstRows } from '../../cli/inspect/first-rows';
import type { FileDocument } from '../../cli/inspect/inspect-file';
import type { FilesDocument } from '../../cli/inspect/inspect-files';
import type { RefusedDocument } from '../../cli/inspect/inspect-refused';
import type { RefusedPrefixDocument } from '../../cli/inspect/inspect-refused-prefix';
import { s3Target } from '../../cli/inspect/s3-target';
import { runStream, type StreamDocument } from '../../cli/stream';
import { STANDARD_INPUT, type StreamOptions } from '../../cli/stream/usage';
import { CapturedOutput } from '../../testkit/captured-output';
import { parquetOf } from '../../testkit/parquet';
import { temporaryFolder } from '../../testkit/temporary-folder';
import { TestTwin } from '../../testkit/test-twin';

const folder = temporaryFolder('sluice-stream-test-');
let twin: TestTwin;
beforeAll(async () => {
  twin = await TestTwin.shared();
});
afterAll(async () => {
  await twin.remove();
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function stream(file: string, options: Partial<StreamOptions> = {}) {
  const captured = new CapturedOutput(true);
  const code = await runStream(twin.connection, captured.output, { file, ...options });
  return { code, document: captured.document<StreamDocument>(), stderr: captured.stderr };
}

async function inspect<Document>(key: string): Promise<{ code: number; document: Document }> {
  const captured = new CapturedOutput(true);
  const target = `s3://${twin.connection.bucket}/${key}`;
  const code = await runInspect(twin.connection, captured.output, { target, rows: 10 });
  return { code, document: captured.document<Document>() };
}

const event = (id: string, more: object = {}) =>
  JSON.stringify({
    trip_id: id,
    pickup_datetime: '2026-11-23T08:15:00Z',
    updated_at: '2026-11-23T08:40:00Z',
    ...more,
  });

test('events become Parquet in the hour of arrival; refused events are kept unchanged and explained', async () => {
  const lines = [event('a', { total_amount: 12.3 }), '', 'no JSON', event('b'), '{"trip_id": "c"}'];
  const { code, document } = await stream(write('events.ndjson', lines.join('\n')), { at: '2026-11-23T08' });

  expect(code).toBe(0);
  expect(document).toMatchObject({ records: 4, batches: 1, refused: 2, oversize: [] });
  expect(document.objects).toEqual([
    {
      key: expect.stringMatching(/^trips\/year=2026\/month=11\/day=23\/hour=08\/.*\.parquet$/) as string,
      records: 2,
    },
  ]);
  expect(document.error_objects).toEqual([
    { key: expect.stringMatching(/processing-failed.*hour=08/) as string, records: 2 },
  ]);

  const written = await inspect<FileDocument>(document.objects[0]?.key ?? '');
  expect(written.document).toMatchObject({
    rows: 2,
    dataset: { name: 'trips', matches: true },
    problem: null,
  });
  expect(written.document.first_rows?.map(([id, , pickup, , , , total]) => [id, pickup, total])).toEqual([
    ['a', '2026-11-23 08:15:00', '12.30'],
    ['b', '2026-11-23 08:15:00', null],
  ]);

  const refused = await inspect<RefusedDocument>(document.error_objects[0]?.key ?? '');
  expect(refused.code).toBe(0);
  expect(refused.document.events.map((each) => [each.event, each.reason])).toEqual([
    ['no JSON', expect.stringMatching(/^not JSON/)],
    ['{"trip_id": "c"}', 'pickup_datetime is missing'],
  ]);
});

test('several events in one line are loaded, and one that is wrong keeps the whole line', async () => {
  const lines = [
    `${event('a')}${event('b')}`,
    `${event('c')} ${event('d')}`,
    `${event('e')}{"trip_id":"f"}`,
    `[${event('g')},${event('h')}]`,
  ];
  const { document } = await stream(write('aggregated.ndjson', lines.join('\n')), { at: '2026-11-23T10' });
  expect(document).toMatchObject({ records: 4, refused: 2 });
  const written = await inspect<FileDocument>(document.objects[0]?.key ?? '');
  expect(written.document.first_rows?.map(([id]) => id)).toEqual(['a', 'b', 'c', 'd']);
  const refused = await inspect<RefusedDocument>(document.error_objects[0]?.key ?? '');
  expect(refused.document.events.map((each) => [each.event, each.reason])).toEqual([
    [lines[2], 'event 2 of 2 in the record: pickup_datetime is missing'],
    [lines[3], 'not a JSON object but an array: send its members one after the other'],
  ]);
});

test('the events of a refused line can be sent again one by one, and the good ones are loaded', async () => {
  const lines = [`${event('i')}{"trip_id":"j"} ${event('k')}`, event('l'), '{"trip_id":\t"m"}'];
  const { document } = await stream(write('kept.ndjson', lines.join('\n')), { at: '2026-11-23T12' });
  expect(document).toMatchObject({ records: 3, refused: 2 });
  const captured = new CapturedOutput(false);
  const target = `s3://${twin.connection.bucket}/${document.error_objects[0]?.key}`;
  const options = { target, rows: 10, events: true };
  expect(await runInspect(twin.connection, captured.output, options)).toBe(0);
  expect(captured.stdout.trimEnd().split('\n')).toEqual([
    event('i'),
    '{"trip_id":"j"}',
    event('k'),
    '{"trip_id": "m"}',
  ]);
  const again = await stream(write('again.ndjson', captured.stdout), { at: '2026-11-23T13' });
  expect(again.document).toMatchObject({ records: 4, refused: 2 });
  const written = await inspect<FileDocument>(again.document.objects[0]?.key ?? '');
  expect(written.document.first_rows?.map(([id]) => id)).toEqual(['i', 'k']);
});

test('attributes without a column are named and counted, and events without them are not', async () => {
  const lines = [event('a', { Tip: 1, note: 'x' }), event('b', { Tip: 2 }), event('c')];
  const { code, document, stderr } = await stream(write('surplus.ndjson', lines.join('\n')), {
    at: '2026-11-23T11',
  });
  expect(code).toBe(0);
  expect(document.unknown_attributes).toEqual([
    { name: 'Tip', events: 2 },
    { name: 'note', events: 1 },
  ]);
  expect(stderr).toMatch(
    /2 attributes without a column in datasets\/trips\.yml[^]* {2}Tip: 2 events\n {2}note: 1 event\n/,
  );
});

test('a line that is too large for Firehose is named, the others are sent, and the exit code is 1', async () => {
  const large = event('large', { padding: 'x'.repeat(RECORD_BYTES) });
  const { code, document, stderr } = await stream(
    write('large.ndjson', [event('x'), large, event('y')].join('\n')),
    {
      at: '2026-11-23T09',
    },
  );
  expect(code).toBe(1);
  expect(document).toMatchObject({ records: 2, oversize: [{ line: 2, bytes: large.length }] });
  expect(document.objects.map(({ records }) => records)).toEqual([2]);
  expect(stderr).toMatch(/1 line not sent.*\n {2}line 2: \d+ bytes/);
});

test('many events take many batches, and each arrives once', async () => {
  const ids = Array.from({ length: 2_345 }, (_, index) => `many-${index}`);
  const { document } = await stream(write('many.ndjson', ids.map((id) => event(id)).join('\n')), {
    at: '2026-11-23T10',
  });
  expect(document).toMatchObject({ records: 2_345, batches: 5, refused: 0 });
  expect(document.objects.reduce((sum, { records }) => sum + records, 0)).toBe(2_345);
});

const TAXI = `SELECT 2::BIGINT AS "VendorID", pickup AS tpep_pickup_datetime, pickup + INTERVAL 20 MINUTES AS tpep_dropoff_datetime,
  1.0::DOUBLE AS passenger_count, 2.5::DOUBLE AS trip_distance, 166 AS "PULocationID", 143 AS "DOLocationID", 20.25::DOUBLE AS total_amount
  FROM (VALUES (TIMESTAMP '2025-02-01 07:10:00'), (TIMESTAMP '2025-02-01 08:10:00'), (TIMESTAMP '2025-02-01 08:20:00')) AS trips(pickup)`;

test('a trip file is recognized by its content; its trips arrive in the hours of their pickups', async () => {
  const { code, document } = await stream(write('trips-without-extension', await parquetOf(TAXI)));
  expect(code).toBe(0);
  expect(
    document.objects.map(({ key, records }) => [
      /day=(\d+)\/hour=(\d+)/.exec(key)?.slice(1).join(' '),
      records,
    ]),
  ).toEqual([
    ['01 07', 1],
    ['01 08', 2],
  ]);
  expect(document).toMatchObject({ records: 3, refused: 0 });
});

test('--at sets the hour of a trip file’s events too', async () => {
  const { document } = await stream(write('taxi.parquet', await parquetOf(TAXI)), { at: '2026-11-23T12' });
  expect(document.objects).toMatchObject([
    { key: expect.stringContaining('day=23/hour=12') as string, records: 3 },
  ]);
});

test('the text is a table of the objects, and the command that explains refused events', async () => {
  const captured = new CapturedOutput(false);
  const file = write('shown.ndjson', `${event('shown')}\nnonsense\n`);
  expect(await runStream(twin.connection, captured.output, { file, at: '2026-11-23T13' })).toBe(0);
  expect(captured.stdout).toMatch(/2 events sent to .*, 1 Parquet object written to s3:\/\//);
  expect(captured.stdout).toMatch(/^trips\/year=2026\S+ +1/m);
  expect(captured.stdout).toMatch(/^errors\/trips\/processing-failed\S+ +1 +refused/m);
  expect(captured.stdout).toMatch(/sluice inspect 's3:\/\/[^']*processing-failed[^']*'/);
});

test('wrong usage says what to write instead, and sends nothing', async () => {
  const good = write('good.ndjson', event('good'));
  const refused = (file: string, options: Partial<StreamOptions> = {}) => stream(file, options);
  await expect(refused(good, { at: '2026-11-23' })).rejects.toMatchObject({ name: 'UsageError' });
  await expect(refused(good, { at: '2026-02-30T08' })).rejects.toThrow(/is not an hour/);
  await expect(refused(join(folder, 'nowhere'))).rejects.toThrow(/There is no file/);
  await expect(refused(folder)).rejects.toMatchObject({ name: 'UsageError' });
  await expect(refused(good, { dataset: 'nope' })).rejects.toMatchObject({ name: 'InvalidInput' });
  await expect(refused(write('other.parquet', await parquetOf('SELECT 1 AS a')))).rejects.toThrow(
    /is no TLC yellow or green taxi file/,
  );
});

test('an empty file sends nothing and is no error', async () => {
  const { code, document } = await stream(write('empty.ndjson', ''));
  expect(code).toBe(0);
  expect(document).toMatchObject({ records: 0, batches: 0, objects: [], refused: 0 });
});

describe('standard input', () => {
  async function piped(input: Readable, options: Partial<StreamOptions> = {}, signal?: AbortSignal) {
    const captured = new CapturedOutput(true);
    const surroundings = { input, ...(signal ? { signal } : {}) };
    const code = await runStream(
      twin.connection,
      captured.output,
      { file: STANDARD_INPUT, ...options },
      surroundings,
    );
    return { code, document: captured.document<StreamDocument>(), stderr: captured.stderr };
  }
  const pipe = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

  test('is read as lines, wherever its chunks end', async () => {
    const [line, other] = [event('piped-é'), event('piped-2')];
    const bytes = Buffer.from(`${line}\n${other}\n`);
    const middle = bytes.indexOf(0xc3) + 1;
    const input = Readable.from([bytes.subarray(0, middle), bytes.subarray(middle)]);
    const { code, document } = await piped(input, { at: '2026-11-23T15' });
    expect(code).toBe(0);
    expect(document).toMatchObject({ records: 2, refused: 0, objects: [{ records: 2 }] });
    expect(document.objects[0]?.key).toContain('hour=15');
  });

  test('takes the events of an error prefix as inspect prints them', async () => {
    const sent = await stream(write('again-piped.ndjson', `${event('p')}{"trip_id":"q"}\n`), {
      at: '2026-11-23T16',
    });
    const captured = new CapturedOutput(false);
    const target = `s3://${twin.connection.bucket}/${sent.document.error_objects[0]?.key.replace(/[^/]+$/, '')}`;
    await runInspect(twin.connection, captured.output, { target, events: true });
    const { document } = await piped(pipe(captured.stdout), { at: '2026-11-23T17' });
    expect(document).toMatchObject({ records: 2, refused: 1, objects: [{ records: 1 }] });
  });

  test('that is empty says so', async () => {
    const { code, document, stderr } = await piped(pipe());
    expect([code, document.records]).toEqual([0, 0]);
    expect(stderr).toContain('Standard input has no events: nothing was sent.');
  });

  test('that ends within an event says so, and the event is kept', async () => {
    const { code, document, stderr } = await piped(pipe(`${event('whole')}\n${event('cut').slice(0, 40)}`), {
      at: '2026-11-23T18',
    });
    expect(code).toBe(0);
    expect(document).toMatchObject({ records: 2, refused: 1 });
    expect(stderr).toContain('Line 2, the last one, has no line break and is no whole event');
    expect((await piped(pipe(event('no-line-break')))).stderr).not.toContain('no line break');
  });

  test('may be no Parquet file, and nothing of it is sent', async () => {
    const input = Readable.from([await parquetOf(TAXI)]);
    await expect(piped(input)).rejects.toThrow('A Parquet file cannot be read from standard input');
  });

  test('that fails is an error', async () => {
    const input = new PassThrough();
    input.write(`${event('before')}\n`);
    const sending = piped(input);
    input.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' }));
    await expect(sending).rejects.toThrow('read EIO');
  });

  test('that stays open is sent while it waits, and ends with an interruption', async () => {
    const input = new PassThrough();
    const stop = new AbortController();
    const arrived = new Promise<void>((resolve) =>
      twin.twin.faults.observe(({ operation }) => {
        if (operation === 'PutRecordBatch') resolve();
      }),
    );
    const sending = piped(input, { at: '2026-11-23T19' }, stop.signal);
    input.write(`${event('waiting')}\n`);
    await arrived;
    twin.twin.faults.observe(undefined);
    input.write(`${event('later')}\n`);
    stop.abort();
    const { document, stderr } = await sending;
    expect(document.records).toBeGreaterThanOrEqual(1);
    expect(stderr).toContain('Interrupted before the end');
    expect(input.destroyed).toBe(true);
  });
});

test('a busy Firehose gets the records again', async () => {
  twin.twin.faults.set([
    {
      service: 'firehose',
      operation: 'PutRecordBatch',
      times: 4,
      fault: { type: 'error', code: 'ServiceUnavailableException', status: 503 },
    },
  ]);
  const { document } = await stream(write('retried.ndjson', event('retried')), { at: '2026-11-23T14' });
  twin.twin.faults.clear();
  expect(document).toMatchObject({ records: 1, objects: [{ records: 1 }] });
});

describe('inspect on the lake', () => {
  test('reads two ranges of each file under a prefix, and no whole file', async () => {
    const ranges = new Map<string, (string | undefined)[]>();
    twin.connection.s3.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          const { Key, Range } = args.input as { Key?: string; Range?: string };
          if (commandName === 'GetObjectCommand')
            ranges.set(Key ?? '', [...(ranges.get(Key ?? '') ?? []), Range]);
          return next(args);
        },
      { step: 'initialize', name: 'recordRanges' },
    );
    const { code, document } = await inspect<FilesDocument>('trips/');
    twin.connection.s3.middlewareStack.remove('recordRanges');

    expect(code).toBe(0);
    expect(document.total).toMatchObject({ unreadable: 0, different: 0, mismatched: 0 });
    expect(document.files.length).toBeGreaterThan(3);
    expect(ranges.size).toBe(document.files.length);
    for (const [key, each] of ranges) {
      const size = document.files.find(({ path }) => path.endsWith(key))?.size ?? 0;
      expect(each).toEqual([
        `bytes=${size - 8}-${size - 1}`,
        expect.stringMatching(new RegExp(`^bytes=[1-9]\\d*-${size - 1}$`)),
      ]);
    }
  });

  test('treats the start of a key as a prefix', async () => {
    const { document } = await inspect<FilesDocument>('trips/year=2025');
    expect(document.path).toBe(`s3://${twin.connection.bucket}/trips/`);
    expect(document.files).toHaveLength(2);
  });

  test('adds the reasons of refused events up over their objects', async () => {
    const { code, document } = await inspect<RefusedPrefixDocument>('errors/');
    expect(code).toBe(0);
    expect(document.kind).toBe('refused-prefix');
    const { total, objects, reasons } = document;
    expect(total.objects).toBe(objects.length);
    expect(objects.length).toBeGreaterThan(2);
    expect(reasons.reduce((sum, { events }) => sum + events, 0)).toBe(total.events);
    expect(objects.reduce((sum, { records }) => sum + records, 0)).toBe(total.records);
    const missing = reasons.find(({ reason }) => reason === 'pickup_datetime is missing');
    expect(missing).toMatchObject({ dataset: 'trips', column: 'pickup_datetime', accepted: false });
    expect(missing?.objects).toBeGreaterThan(1);
  });

  test('marks refused events in a listing of other files, with one remark for all', async () => {
    const { document } = await inspect<FilesDocument>('');
    expect(new Set(document.files.map(({ kind }) => kind))).toEqual(new Set(['refused-events', 'parquet']));
    const captured = new CapturedOutput(false);
    const target = `s3://${twin.connection.bucket}/`;
    await runInspect(twin.connection, captured.output, { target });
    expect(captured.stdout.match(/refused events/g)).toHaveLength(1);
    expect(captured.stdout).toMatch(
      /^\d files of refused events: inspect s3:\S+\/errors\/trips\/\S* to see why$/m,
    );
  });

  test('an hour without refused events is good news, and a prefix that no dataset has is wrong usage', async () => {
    const { code, document } = await inspect<RefusedPrefixDocument>(
      'errors/trips/processing-failed/year=1999/',
    );
    expect([code, document.total.objects]).toEqual([0, 0]);
    await expect(inspect('errors/nowhere/')).rejects.toThrow(/There is no object at/);
  });

  test('keeps no copy of an object, even of an unreadable one', async () => {
    await twin.put('unreadable.parquet', 'no Parquet at all');
    const target = await s3Target(twin.connection.s3, `s3://${twin.connection.bucket}/unreadable.parquet`);
    if (target.kind !== 'file') throw new Error('one object is a file');
    let copy = '';
    const reading = target.file.withLocalCopy(async (path) => {
      copy = path;
      expect(readFileSync(path, 'utf8')).toBe('no Parquet at all');
      return readFirstRows(path, 1);
    });
    await expect(reading).rejects.toMatchObject({ name: 'UnreadableFile' });
    expect(existsSync(dirname(copy))).toBe(false);
  });

  test('names a missing object or bucket', async () => {
    await expect(inspect('nowhere/at-all')).rejects.toMatchObject({ name: 'UsageError' });
    const captured = new CapturedOutput(true);
    const target = (text: string) => runInspect(twin.connection, captured.output, { target: text, rows: 1 });
    await expect(target('s3://no-such-bucket/key')).rejects.toThrow('There is no bucket no-such-bucket.');
    await expect(target('s3://')).rejects.toThrow(/names no bucket/);
  });
});
