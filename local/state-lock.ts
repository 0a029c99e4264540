import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Directories that this very process holds: a lock with its own number and not among them is one of a process before. */
const held = new Set<string>();

/**
 * Takes a state directory for this process alone: DuckDB and the journals have one writer.
 * The lock of a process that was killed is taken over.
 * @returns a function that gives it back.
 * @throws Error StateDirectoryInUse
 */
export function lockDirectory(directory: string): () => Promise<void> {
  const file = join(directory, 'lock');
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      held.add(file);
      return () => {
        held.delete(file);
        rmSync(file, { force: true });
        return Promise.resolve();
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(file, 'utf8'));
    if (attempt > 0 || (holder === process.pid ? held.has(file) : isAlive(holder))) {
      throw Object.assign(
        new Error(
          `${directory} is in use by process ${holder}. If that is a sluice command, wait for it or stop it; otherwise delete ${file}. Another --state-dir works beside it.`,
        ),
        { name: 'StateDirectoryInUse' },
      );
    }
    rmSync(file, { force: true });
  }
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
