import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TwinError } from './twin-error';

/** Directories that this very process holds: a lock with its own number and not among them is one of a process before. */
const held = new Set<string>();

/**
 * Takes a state directory for this process alone: DuckDB and the journals have one writer.
 * The lock of a process that was killed is taken over, by one of those that try at once.
 * @returns a function that gives it back.
 * @throws Error StateDirectoryInUse
 */
export function lockDirectory(directory: string): () => Promise<void> {
  const file = join(directory, 'lock');
  // Written whole before it is seen: a lock that is empty for a moment would look like one of nobody.
  const own = join(directory, `lock.${randomUUID()}`);
  writeFileSync(own, `${process.pid}\n`);
  try {
    while (!succeeds(() => linkSync(own, file), 'EEXIST')) {
      const holder = holderOf(file);
      if (holder === undefined) continue;
      if (holder === process.pid ? held.has(file) : isAlive(holder)) throw inUse(directory, file, holder);
      takeAway(file, holder, `${own}.stale`);
    }
  } finally {
    rmSync(own, { force: true });
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
    return Promise.resolve();
  };
}

/** Removes a dead process's lock. A rename has one winner; where it won a lock that is newer, it puts that back. */
function takeAway(file: string, holder: number, aside: string): void {
  if (!succeeds(() => renameSync(file, aside), 'ENOENT')) return;
  if (holderOf(aside) !== holder) succeeds(() => linkSync(aside, file), 'EEXIST');
  rmSync(aside, { force: true });
}

function holderOf(file: string): number | undefined {
  let text = '';
  return succeeds(() => (text = readFileSync(file, 'utf8')), 'ENOENT') ? Number(text) : undefined;
}

/** @returns whether it succeeded; false for the one error that is expected of it. */
function succeeds(run: () => unknown, expected: string): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === expected) return false;
    throw error;
  }
}

function inUse(directory: string, file: string, holder: number): Error {
  return new TwinError(
    'StateDirectoryInUse',
    `${directory} is in use by process ${holder}. If that is a sluice command, wait for it or stop it; otherwise delete ${file}. Another --state-dir works beside it.`,
  );
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
