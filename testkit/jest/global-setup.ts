import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../local/is-alive';
import { packageCheckout } from '../packages';

const PREFIX = 'sluice-tests-';

/** Packages the service once, before any test needs it, and creates a folder that is removed with the test run. */
export default async function setUp(): Promise<void> {
  await packageCheckout((text) => process.stderr.write(`${text}\n`));
  removeLeftovers();
  process.env.SLUICE_TEST_DIRECTORY = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** Removes the folders of test runs that were interrupted: Jest does not tear them down. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const processId = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (processId !== undefined && !isAlive(Number(processId))) remove(join(tmpdir(), name));
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // The folder of another user, or one that another test run removes now.
  }
}
