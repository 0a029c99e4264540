import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LakeFileSource } from '../../../cli/inspect/lake-file';
import { openObjects, UnreadableObject } from '../../../cli/refused/open-objects';

const RECORD = JSON.stringify({ rawData: 'e30=' });
/** The folders of the copies that were made. */
let copies: string[] = [];
beforeEach(() => (copies = []));

/** An object whose copies are counted. */
function object(name: string, content: string | Buffer | Error): LakeFileSource {
  return {
    ...{ name: `s3://lake/${name}`, key: name, size: 0 },
    read: () => Promise.reject(new Error('nobody reads a part')),
    withLocalCopy: () => Promise.reject(new Error('nobody asks for it')),
    localCopy: () => {
      if (content instanceof Error) return Promise.reject(content);
      const folder = mkdtempSync(join(tmpdir(), 'sluice-open-'));
      copies.push(folder);
      writeFileSync(join(folder, 'object'), content);
      return Promise.resolve({
        path: join(folder, 'object'),
        remove: () => rm(folder, { recursive: true }),
      });
    },
  };
}

async function linesOf(file: LakeFileSource): Promise<[number, boolean][]> {
  const lines: [number, boolean][] = [];
  for await (const opened of openObjects([file]))
    for await (const { line, record } of opened.lines()) lines.push([line, record !== undefined]);
  return lines;
}

test('objects come in their order, few are fetched ahead, and no copy stays', async () => {
  const files = Array.from({ length: 12 }, (_, index) => object(`o${index}`, `${RECORD}\n`));
  const names: string[] = [];
  for await (const { file } of openObjects(files)) {
    names.push(file.key);
    expect(copies.filter((each) => existsSync(each)).length).toBeLessThanOrEqual(4);
  }
  expect(names).toEqual(files.map(({ key }) => key));
  expect(copies).toHaveLength(12);
  expect(copies.filter((each) => existsSync(each))).toEqual([]);
});

test.each(['ends early', 'fails'])('no copy stays if the reading %s', async (how) => {
  const files = Array.from({ length: 12 }, (_, index) => object(`o${index}`, `${RECORD}\n`));
  const reading = async () => {
    for await (const { file } of openObjects(files)) {
      if (file.key !== 'o2') continue;
      if (how === 'fails') throw new Error('enough');
      break;
    }
  };
  await reading().catch(() => undefined);
  expect(copies.length).toBeGreaterThan(2);
  expect(copies.filter((each) => existsSync(each))).toEqual([]);
});

test('lines are counted as they are, and what is no error record is known by its line', async () => {
  // U+2028 ends a line for some readers.
  const odd = `{"rawData":"e30=","errorMessage":"a\u2028b"}`;
  expect(await linesOf(object('odd', `${RECORD}\n\n${odd}\r\nnothing\n${RECORD}`))).toEqual([
    [1, true],
    [3, true],
    [4, false],
    [5, true],
  ]);
  expect(await linesOf(object('zip', gzipSync(`${RECORD}\n${RECORD}`)))).toHaveLength(2);
  expect(await linesOf(object('empty', ''))).toEqual([]);
});

test.each<[string, string | Buffer | Error, RegExp]>([
  ['Parquet', 'PAR1....PAR1', /Parquet/],
  ['text', 'a\nb\n', /none of its lines/],
  ['a damaged gzip file', gzipSync(RECORD.repeat(1_000)).subarray(0, 40), /gzip data is damaged/],
  ['no gzip file at all', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5]), /gzip data is damaged/],
  ['an object that is gone', Object.assign(new Error(), { name: 'NoSuchKey' }), /was deleted/],
  ['an object that changed', Object.assign(new Error(), { name: 'PreconditionFailed' }), /was overwritten/],
  ['an archived object', Object.assign(new Error(), { name: 'InvalidObjectState' }), /is archived/],
])('%s is named', async (_, content, why) => {
  const reading = linesOf(object('bad', content));
  await expect(reading).rejects.toThrow(UnreadableObject);
  await expect(reading).rejects.toThrow(why);
});

test('an error that is none of the object’s own stays what it is', async () => {
  const denied = Object.assign(new Error('no'), { name: 'AccessDenied' });
  await expect(linesOf(object('denied', denied))).rejects.toBe(denied);
});
