import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Creates a folder. In a test run it lies in the folder of that run, which is removed even if a process is killed.
 */
export function temporaryFolder(prefix: string): string {
  return mkdtempSync(join(process.env.SLUICE_TEST_DIRECTORY ?? tmpdir(), prefix));
}
