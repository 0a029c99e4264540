import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { TwinError } from './twin-error';

/**
 * Creates a state directory and its parents if they are missing.
 * @throws Error StateDirectoryUnusable
 */
export function makeStateDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new TwinError(
      'StateDirectoryUnusable',
      `${directory} cannot hold the twin's state (${code === 'ENOTDIR' || code === 'EEXIST' ? 'a file is in the way' : message}).\nFix: Pass a directory that you may write to with --state-dir.`,
    );
  }
}

/** Creates the directories one by one: `recursive` never returns on a file system that always answers ENOENT (/proc). */
function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(directory) !== directory) makeDirectory(dirname(directory));
  mkdirSync(directory);
}
