import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArrivingLine } from '../../../cli/trips/arrival';
import { readEventsFile } from '../../../cli/trips/events-file';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const folder = temporaryFolder('sluice-events-');
afterAll(() => rmSync(folder, { recursive: true }));

async function linesOf(content: string | Buffer, longest = 1_000): Promise<ArrivingLine[]> {
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, content);
  const lines: ArrivingLine[] = [];
  for await (const line of readEventsFile(file, { longest, arrival: '2026-11-23T08' })) lines.push(line);
  return lines;
}

const texts = (lines: ArrivingLine[]) =>
  lines.map(({ line, data }) => [line, data && Buffer.from(data).toString('latin1')]);

test('each line is an unchanged event; blank lines are skipped; the last line needs no line break', async () => {
  const lines = await linesOf('{"a": 1}\n\n  \t\r\nnot JSON at all\r\n{"b": 2}');
  expect(texts(lines)).toEqual([
    [1, '{"a": 1}'],
    [4, 'not JSON at all'],
    [5, '{"b": 2}'],
  ]);
  expect(lines.map(({ arrival }) => arrival)).toEqual(Array(3).fill('2026-11-23T08'));
});

test('bytes that are not UTF-8 are kept; only the byte order mark at the start of the file is removed', async () => {
  const lines = await linesOf(
    Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d, 0x0a, 0xff, 0xfe, 0x0a, 0xef, 0xbb, 0xbf, 0x31]),
  );
  expect(texts(lines)).toEqual([
    [1, '{}'],
    [2, '\xff\xfe'],
    [3, '\xef\xbb\xbf1'],
  ]);
});

test('an empty file has no events', async () => {
  expect(await linesOf('')).toEqual([]);
  expect(await linesOf('\n\n')).toEqual([]);
});

test('a line that is too long yields only its number and length; a line at the limit is whole', async () => {
  const lines = await linesOf(
    `${'x'.repeat(10)}\n${'y'.repeat(11)}\n${'z'.repeat(10)}\r\n${'w'.repeat(5_000)}\nlast`,
    10,
  );
  expect(lines.map(({ line, bytes, data }) => [line, bytes, data?.length])).toEqual([
    [1, 10, 10],
    [2, 11, undefined],
    [3, 10, 10],
    [4, 5_000, undefined],
    [5, 4, 4],
  ]);
});

test('lines that are longer than a chunk are joined', async () => {
  const long = JSON.stringify({ text: 'é'.repeat(100_000) });
  const lines = await linesOf(`${long}\n${long}\n`, 1_000_000);
  expect(lines.map(({ data }) => Buffer.from(data ?? []).toString('utf8'))).toEqual([long, long]);
});
