import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './is-alive';
import { TwinError } from './twin-error';

/** Locks that this process holds. Another lock with this process's id belongs to an earlier process. */
const held = new Set<string>();

/**
 * Locks a state directory for this process: DuckDB and the journals allow one writer.
 * The lock of a killed process is taken over. If several processes try at the same time, one succeeds.
 * @returns a function that releases the lock.
 * @throws Error StateDirectoryInUse
 */
export function lockDirectory(directory: string): () => Promise<void> {
  const file = join(directory, 'lock');
  // The lock is written whole before it is linked: an empty one would look like a dead process's.
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

/** Removes a dead process's lock. Only one process wins the rename. If it took a newer lock, it puts that back. */
function takeAway(file: string, holder: number, aside: string): void {
  if (!succeeds(() => renameSync(file, aside), 'ENOENT')) return;
  if (holderOf(aside) !== holder) succeeds(() => linkSync(aside, file), 'EEXIST');
  rmSync(aside, { force: true });
}

function holderOf(file: string): number | undefined {
  let text = '';
  return succeeds(() => (text = readFileSync(file, 'utf8')), 'ENOENT') ? Number(text) : undefined;
}

/** @returns whether the call succeeded; false for the one expected error. */
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
    `${directory} is in use by process ${holder}. If that is a sluice command, wait for it or stop it; otherwise delete ${file}. Or use another --state-dir.`,
  );
}
