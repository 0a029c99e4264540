import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageCheckout } from '../packages';

/** Packages the service once, before any test needs it, and creates a folder that is removed with the test run. */
export default async function setUp(): Promise<void> {
  await packageCheckout((text) => process.stderr.write(`${text}\n`));
  process.env.SLUICE_TEST_DIRECTORY = mkdtempSync(join(tmpdir(), 'sluice-tests-'));
}
