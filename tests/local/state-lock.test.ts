import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { startOfProcess } from '../../local/process-start';
import { lockDirectory } from '../../local/state-lock';
import { ROOT } from '../../testkit/root';
import { temporaryFolder } from '../../testkit/temporary-folder';

let directory: string;
beforeEach(() => {
  directory = temporaryFolder('sluice-lock-');
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
    process.stdin.once('data', (at) => {
      while (Date.now() < Number(at));
      try { lockDirectory(process.argv[1]); console.log('taken'); } catch (error) { console.log(error.name); }
    });
    process.stdin.once('end', () => process.exit());
    console.log('ready');
  `;
  for (let round = 0; round < 2; round += 1) {
    writeFileSync(join(directory, 'lock'), `${DEAD}\n`);
    const children = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', script, directory], {
        cwd: ROOT,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      return { child, said: createInterface(child.stdout)[Symbol.asyncIterator]() };
    });
    const next = () => Promise.all(children.map(async ({ said }) => String((await said.next()).value)));
    expect(await next()).toEqual(Array(4).fill('ready'));
    const at = String(Date.now() + 100);
    for (const { child } of children) child.stdin.write(at);
    const answers = await next();
    // Whoever has it holds it until all have tried.
    const closed = children.map(({ child }) => once(child, 'close'));
    for (const { child } of children) child.stdin.end();
    await Promise.all(closed);
    expect(answers.sort()).toEqual([...Array<string>(3).fill('StateDirectoryInUse'), 'taken']);
  }
});

test('a process that has the id of a dead holder does not hold its lock', async () => {
  // This one runs, and started at another time than the lock says.
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    writeFileSync(join(directory, 'lock'), `${other.pid} another-boot 1\n`);
    const isKnown = startOfProcess(process.pid) !== '';
    if (isKnown) await lockDirectory(directory)();
    writeFileSync(join(directory, 'lock'), `${other.pid} ${startOfProcess(other.pid ?? 0)}\n`);
    expect(() => lockDirectory(directory)).toThrow(`is in use by process ${other.pid}.`);
  } finally {
    other.kill();
  }
});
