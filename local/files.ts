import { existsSync, fstatSync, ftruncateSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a file whole or not at all: the rename makes it visible, so a killed process leaves the old file or the new one. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/**
 * Appends text whole or not at all: what a full disk has taken of it is taken back.
 * @param file opened for appending.
 */
export function appendWhole(file: number, text: string): void {
  const { size } = fstatSync(file);
  try {
    writeFileSync(file, text);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

/** @returns undefined if the file does not exist. */
export function readIfPresent(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** The values of a file with one JSON text a line. A line that a killed process cut off is skipped. */
export function parseJsonLines(text: string): unknown[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}
