import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { TwinError } from './twin-error';

/**
 * Makes a state directory, with those above it, where it is not there.
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
      `${directory} cannot hold the twin's state (${code === 'ENOTDIR' || code === 'EEXIST' ? 'a file stands where a directory is needed' : message}).\nFix: Name a directory that you may write to with --state-dir.`,
    );
  }
}

/** One by one: mkdir's own `recursive` never returns where a file system answers ENOENT whatever is there (/proc). */
function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(directory) !== directory) makeDirectory(dirname(directory));
  mkdirSync(directory);
}
