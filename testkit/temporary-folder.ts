import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a folder that goes with the whole test run where there is one, so that a process that was killed leaves nothing. */
export function temporaryFolder(prefix: string): string {
  return mkdtempSync(join(process.env.SLUICE_TEST_DIRECTORY ?? tmpdir(), prefix));
}
