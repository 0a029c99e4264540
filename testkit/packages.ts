import { join, resolve } from 'node:path';
import { packageService } from '../local/stack';

/** The checkout. */
export const ROOT = resolve(__dirname, '..');

/** Where every test keeps packages, of copies of the service too: what was packaged once is there for all. */
export const PACKAGES_DIRECTORY = join(ROOT, '.sluice', 'packages');

/** The service as it stands in the checkout, packaged as a twin deploys it. @returns the folder of the package */
export function packageCheckout(onProgress?: (text: string) => void): Promise<string> {
  return packageService({
    serviceDirectory: ROOT,
    packagesDirectory: PACKAGES_DIRECTORY,
    stage: 'local',
    onProgress,
  });
}
