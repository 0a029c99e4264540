import { strToU8, zipSync } from 'fflate';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackCode } from '../../../local/stack/unpack-code';
import { temporaryFolder } from '../../../testkit/temporary-folder';

let directory: string;

beforeEach(() => {
  directory = temporaryFolder('unpack-');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const zip = (files: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));

test('code is unpacked once for each content', async () => {
  const code = join(directory, 'code');
  const first = await unpackCode(zip({ 'functions/f.js': 'one', 'sql/a.sql': 'SELECT 1' }), code);
  const second = await unpackCode(zip({ 'functions/f.js': 'two' }), code);
  const [again, atOnce] = await Promise.all(
    [1, 2].map(() => unpackCode(zip({ 'functions/f.js': 'two' }), code)),
  );
  expect(readFileSync(join(first, 'functions/f.js'), 'utf8')).toBe('one');
  expect(readFileSync(join(first, 'sql/a.sql'), 'utf8')).toBe('SELECT 1');
  expect(readFileSync(join(second, 'functions/f.js'), 'utf8')).toBe('two');
  expect([again, atOnce]).toEqual([second, second]);
  expect(readdirSync(code)).toHaveLength(2);
});

test('two processes that unpack the same code at the same time share a folder', async () => {
  const code = join(directory, 'code');
  const paths = await Promise.all([1, 2, 3].map(() => unpackCode(zip({ 'f.js': 'x' }), code)));
  expect(new Set(paths).size).toBe(1);
  expect(readFileSync(join(paths[0]!, 'f.js'), 'utf8')).toBe('x');
  expect(readdirSync(code)).toHaveLength(1);
});

test.each(['../evil.js', 'a/../../../evil.js', '/tmp/evil.js', 'a\\..\\evil.js'])(
  'a file named %s is refused',
  async (name) => {
    const code = join(directory, 'code');
    await expect(unpackCode(zip({ 'a.js': 'x', [name]: 'evil' }), code)).rejects.toThrow(
      'outside its folder',
    );
    expect(readdirSync(directory).filter((entry) => entry !== 'code')).toEqual([]);
    expect(readdirSync(code)).toEqual([]);
  },
);

test('code that is too large for Lambda is refused before it is unpacked', async () => {
  const code = Buffer.from(zip({ 'a.js': 'x' }));
  // The size in the archive's directory: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12
  const entry = code.indexOf('PK\x01\x02', 0, 'latin1');
  code.writeUInt32LE(262_144_001, entry + 24);
  await expect(unpackCode(code, directory)).rejects.toThrow(
    'Unzipped size must be smaller than 262144000 bytes',
  );
});
