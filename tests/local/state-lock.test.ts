import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lockDirectory } from '../../local/state-lock';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const DEAD = 2 ** 22 + 1;

test('is taken once, released, and taken over from a dead process', async () => {
  const unlock = lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(
    expect.objectContaining({ name: 'StateDirectoryInUse' }) as Error,
  );
  await unlock();
  writeFileSync(join(directory, 'lock'), `${DEAD}\n`);
  await lockDirectory(directory)();
  expect(readdirSync(directory)).toEqual([]);
});

test('one of several processes takes over a dead process’s lock', async () => {
  const script = `
    const { lockDirectory } = require(${JSON.stringify(resolve(__dirname, '../../local/state-lock.ts'))});
    const at = Number(process.argv[2]);
    while (Date.now() < at);
    try { lockDirectory(process.argv[1]); process.stdout.write('taken'); setTimeout(() => {}, 1500); }
    catch (error) { process.stdout.write(error.name); setTimeout(() => {}, 1500); }
  `;
  for (let round = 0; round < 2; round += 1) {
    writeFileSync(join(directory, 'lock'), `${DEAD}\n`);
    const at = String(Date.now() + 1_500);
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', script, directory, at], {
          cwd: resolve(__dirname, '../..'),
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        await once(child, 'close');
        return output;
      }),
    );
    expect(answers.sort()).toEqual([...Array<string>(3).fill('StateDirectoryInUse'), 'taken']);
  }
});
