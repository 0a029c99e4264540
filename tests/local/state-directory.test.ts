import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeStateDirectory } from '../../local/state-directory';
import { temporaryFolder } from '../../testkit/temporary-folder';

let directory: string;
beforeEach(() => {
  directory = temporaryFolder('sluice-state-');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('creates missing directories and keeps existing ones', () => {
  const path = join(directory, 'a/b/c');
  makeStateDirectory(path);
  makeStateDirectory(path);
  expect(existsSync(path)).toBe(true);
});

test.each([
  ['is a file', 'file', /file/],
  ['is under a file', 'file/state', /a file is in the way/],
])('a state directory that %s is refused with a named error and a fix', (_, path, reason) => {
  writeFileSync(join(directory, 'file'), '');
  const make = () => makeStateDirectory(join(directory, path));
  expect(make).toThrow(expect.objectContaining({ name: 'StateDirectoryUnusable' }) as Error);
  expect(make).toThrow(reason);
  expect(make).toThrow(/--state-dir/);
});

// The file system of processes answers ENOENT to every mkdir.
(existsSync('/proc/self') ? test : test.skip)('where no directory can be made it ends, and says so', () => {
  expect(() => makeStateDirectory('/proc/sluice/state')).toThrow(/cannot hold the twin's state/);
});
