import { readIfPresent, writeWhole } from '../files';

/** Writes a JSON file whole or not at all. */
export function writeRecord(path: string, record: object): void {
  writeWhole(path, JSON.stringify(record));
}

/** @returns undefined if the file does not exist. */
export function readRecord<T>(path: string): T | undefined {
  const text = readIfPresent(path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
