import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a JSON file whole or not at all: the rename is what makes it visible. */
export function writeRecord(path: string, record: object): void {
  writeFileSync(`${path}.new`, JSON.stringify(record));
  renameSync(`${path}.new`, path);
}

/** @returns undefined where there is no such file. */
export function readRecord<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
