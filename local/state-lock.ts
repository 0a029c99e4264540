import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './is-alive';
import { startOfProcess } from './process-start';
import { TwinError } from './twin-error';

/** Another process has locked the directory. */
export class StateDirectoryInUse extends TwinError {
  constructor(
    directory: string,
    /** The id of that process. */
    readonly holder: number,
  ) {
    super(
      'StateDirectoryInUse',
      `${directory} is in use by process ${holder}.\nFix: Wait until that command has ended, or use another --state-dir. To run several commands at once, keep a twin running for them: npx sluice local`,
    );
  }
}

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
  writeFileSync(own, `${process.pid} ${startOfProcess(process.pid)}\n`);
  try {
    while (!succeeds(() => linkSync(own, file), 'EEXIST')) {
      const holder = holderOf(file);
      if (holder === undefined) continue;
      if (isHeld(file, holder)) throw new StateDirectoryInUse(directory, holder.id);
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
function takeAway(file: string, holder: Holder, aside: string): void {
  if (!succeeds(() => renameSync(file, aside), 'ENOENT')) return;
  if (holderOf(aside)?.text !== holder.text) succeeds(() => linkSync(aside, file), 'EEXIST');
  rmSync(aside, { force: true });
}

interface Holder {
  readonly text: string;
  readonly id: number;
  /** When the process started, see {@link startOfProcess}; empty: the lock does not say. */
  readonly start: string;
}

function holderOf(file: string): Holder | undefined {
  let text = '';
  if (!succeeds(() => (text = readFileSync(file, 'utf8')), 'ENOENT')) return undefined;
  const [id, ...start] = text.trim().split(' ');
  return { text, id: Number(id), start: start.join(' ') };
}

/** A process that has ended leaves its lock. Another process may have its id since. */
function isHeld(file: string, { id, start }: Holder): boolean {
  if (id === process.pid) return held.has(file);
  return isAlive(id) && (start === '' || start === startOfProcess(id));
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
