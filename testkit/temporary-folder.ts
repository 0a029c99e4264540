import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Creates a folder inside the folder of the test run, if there is one, so that a killed process leaves nothing behind.
 */
export function temporaryFolder(prefix: string): string {
  return mkdtempSync(join(process.env.SLUICE_TEST_DIRECTORY ?? tmpdir(), prefix));
}
