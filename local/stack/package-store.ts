import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../is-alive';

/** The number of packages to keep: the most recently used ones. */
const KEPT = 20;
/** Longer than any packaging takes. After this time the process id belongs to another process. */
const LONGEST_WAIT_MS = 6 * 60 * 1000;
const BETWEEN_LOOKS_MS = 100;
/** The names of folders that are being removed begin so. */
const REMOVED = 'removed-';

/** Every package holds this file. A folder without it is not a package. */
const COMPLETE = 'serverless-state.json';

/**
 * Packages in folders named by the key of their sources and settings. A package is stored whole or not at all, and its
 * files never change. Several processes may share a store.
 */
export class PackageStore {
  constructor(private readonly directory: string) {
    mkdirSync(directory, { recursive: true });
  }

  /** @returns the folder of an existing package, which now counts as used. */
  find(key: string): string | undefined {
    const folder = join(this.directory, key);
    if (!existsSync(join(folder, COMPLETE))) return undefined;
    const now = new Date();
    try {
      utimesSync(folder, now, now);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      // Somebody else's package can be used, but not marked as used.
      if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))) throw error;
    }
    return folder;
  }

  /** Creates a folder for an unfinished package. Its name shows other processes who is working on it. */
  startWork(key: string): Promise<string> {
    return mkdtemp(join(this.directory, `${key}.work-${process.pid}-`));
  }

  /**
   * Waits while another process works on a package.
   * @param onWait called once with that process's id.
   * @returns the folder of the package; undefined if no process works on it, or if that process has failed.
   */
  async awaitOther(key: string, onWait: (processId: number) => void): Promise<string | undefined> {
    const latest = performance.now() + LONGEST_WAIT_MS;
    for (let told = false; performance.now() < latest; told = true) {
      const found = this.find(key);
      if (found !== undefined) return found;
      const worker = this.works().find((work) => work.key === key && isAlive(work.processId));
      if (worker === undefined || worker.processId === process.pid) break;
      if (!told) onWait(worker.processId);
      await sleep(BETWEEN_LOOKS_MS);
    }
    return this.find(key);
  }

  /** Moves a finished folder into the store. If another process was first, its identical package stays. */
  async add(key: string, finished: string): Promise<string> {
    const folder = join(this.directory, key);
    try {
      await rename(finished, folder);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error)) || !existsSync(folder)) throw error;
      if (this.find(key) === undefined) {
        // What is there is not a package.
        await this.remove(key);
        await rename(finished, folder);
      }
    }
    return folder;
  }

  /** Removes leftovers of interrupted runs, and the least recently used packages. */
  async sweep(): Promise<void> {
    const works = this.works();
    const interrupted = works.filter(({ processId }) => !isAlive(processId)).map(({ name }) => name);
    const packages = readdirSync(this.directory)
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .map((name) => ({ name, used: lastUse(join(this.directory, name)) }))
      .sort((left, right) => right.used - left.used)
      .map(({ name }) => name);
    const removed = readdirSync(this.directory).filter((name) => name.startsWith(REMOVED));
    for (const name of [...interrupted, ...packages.slice(KEPT), ...removed]) {
      // A tool whose parent was killed may still write there. The next run tries again.
      await this.remove(name).catch(() => {});
    }
  }

  /** Renames the folder first, so that no other process takes a part of it for the whole. */
  private async remove(name: string): Promise<void> {
    const removed = name.startsWith(REMOVED) ? name : `${REMOVED}${randomUUID()}`;
    if (removed !== name) await rename(join(this.directory, name), join(this.directory, removed));
    await rm(join(this.directory, removed), { recursive: true, force: true, maxRetries: 3 });
  }

  private works(): readonly { name: string; key: string; processId: number }[] {
    return readdirSync(this.directory).flatMap((name) => {
      const [, key = '', processId] = /^(.+)\.work-(\d+)-/.exec(name) ?? [];
      return processId === undefined ? [] : [{ name, key, processId: Number(processId) }];
    });
  }
}

function lastUse(folder: string): number {
  // Another process may have removed it meanwhile.
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
