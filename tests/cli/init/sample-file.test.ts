import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { openSample } from '../../../cli/init/sample-file';
import { parquetOf } from '../../../testkit/parquet';
import { temporaryFolder } from '../../../testkit/temporary-folder';
import { sampleOf } from './sampled';

const folder = temporaryFolder('sluice-sample-');
afterAll(() => rmSync(folder, { recursive: true }));

const LINES = '{"id":1}\n{"id":2}\n';
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => ({}),
    (error: unknown) => error,
  );

test.each<[string, string | Buffer]>([
  ['lines', LINES],
  ['lines that end as in Windows', LINES.replaceAll('\n', '\r\n')],
  ['a byte order mark', `\ufeff${LINES}`],
  ['blank lines', `\n${LINES}  \n\n`],
  ['no line break at the end', LINES.trimEnd()],
  ['several events in a line', '{"id":1} {"id":2}'],
  ['gzip', gzipSync(LINES)],
  [
    'several members of gzip, as logrotate and Firehose write them',
    Buffer.concat([gzipSync('{"id":1}\n'), gzipSync('{"id":2}\n')]),
  ],
])('events are read from %s', async (_, text) => {
  const sample = await sampleOf(text);
  expect(sample).toMatchObject({ rows: 2, refused: { count: 0 } });
  expect(sample.columns.map(({ name, present }) => [name, present])).toEqual([['id', 2]]);
});

test('a source that comes byte by byte is read as one that comes at once', async () => {
  const bytes = [...gzipSync(LINES)].map((byte) => Buffer.from([byte]));
  const opened = await openSample('-', Readable.from(bytes));
  const chunks: Buffer[] = [];
  if (opened.format === 'events') for await (const chunk of opened.chunks) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe(LINES);
});

test('lines that are no events are counted, and the first are named by line', async () => {
  const lines = ['nonsense', '{"id":1}', '[{"id":2}]', '{"id":3}{"id":', '7', '"x', '{', '{"id":4}'];
  const { rows, refused } = await sampleOf([...lines, ...Array<string>(5).fill('{"id":5}')].join('\n'));
  expect([rows, refused.count]).toEqual([7, 6]);
  expect(refused.first).toEqual([
    { line: 1, reason: expect.stringMatching(/^not JSON: Unexpected character/) as string },
    { line: 3, reason: expect.stringMatching(/^not a JSON object but an array/) as string },
    { line: 4, reason: expect.stringMatching(/^event 2 of 2 in the record: not JSON/) as string },
    { line: 5, reason: 'not a JSON object but 7' },
    { line: 6, reason: expect.stringMatching(/^not JSON: Unexpected end-of-input/) as string },
  ]);
});

test('a line that Firehose takes no record of is not an event', async () => {
  const { rows, refused } = await sampleOf(`${LINES}{"id":"${'x'.repeat(1_024_000)}"}\n`);
  expect(rows).toBe(2);
  expect(refused.first).toEqual([
    { line: 3, reason: '1,024,009 bytes long, and Firehose takes records of up to 1,024,000' },
  ]);
});

test.each<[string, string | Buffer, string, RegExp]>([
  [
    'nothing',
    '',
    'EmptySample',
    /^standard input has no events: it is empty\. Write one JSON object a line\.$/,
  ],
  ['blank lines', '\n \n', 'EmptySample', /has no events/],
  [
    'a list over several lines',
    '[\n  {"id": 1},\n  {"id": 2}\n]\n',
    'NotEvents',
    /^3 lines of standard input are no events, and only 1 is one\. Line 1: not a JSON object but an array[^]*jq -c/,
  ],
  [
    'bytes that are not UTF-8',
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    'NotEvents',
    /Line 1: not JSON: it is not UTF-8/,
  ],
  ['UTF-16', Buffer.from(`\ufeff${LINES}`, 'utf16le'), 'UnreadableSample', /is UTF-16.*iconv/],
  [
    'gzip that is cut off',
    gzipSync(LINES).subarray(0, 20),
    'UnreadableSample',
    /cannot be read: unexpected end of file/,
  ],
  [
    'gzip with something behind it',
    Buffer.concat([gzipSync(LINES).subarray(0, -8), Buffer.alloc(8)]),
    'UnreadableSample',
    /cannot be read: incorrect data check/,
  ],
])('%s is an error by name', async (_, text, name, message) => {
  expect(await failure(sampleOf(text))).toMatchObject({
    name,
    message: expect.stringMatching(message) as string,
  });
});

test('a file is recognized by its content, not by its name', async () => {
  const parquet = join(folder, 'a.json');
  writeFileSync(parquet, await parquetOf('SELECT 1 AS a'));
  expect(await openSample(parquet)).toMatchObject({ format: 'parquet', name: parquet });
  const events = join(folder, 'a.parquet');
  writeFileSync(events, LINES);
  expect(await openSample(events)).toMatchObject({ format: 'events', name: events });
});

test.each([
  [join(folder, 'nowhere'), /^There is no file/],
  [folder, /is a directory: name one file in it/],
  ['s3://bucket/key', /aws s3 cp 's3:\/\/bucket\/key' \./],
])('wrong usage says what to write instead: %s', async (path, message) => {
  expect(await failure(openSample(path))).toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(message) as string,
  });
});

test('Parquet cannot come from a pipe', async () => {
  expect(await failure(openSample('-', Readable.from([Buffer.from('PAR1')])))).toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(/^Parquet cannot be read from a pipe/) as string,
  });
});
