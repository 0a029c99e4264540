import { join } from 'node:path';
import { packageService } from '../local/stack';
import { ROOT } from './root';

/** The folder in which every test keeps packages, also those of service copies, so that each is packaged only once. */
export const PACKAGES_DIRECTORY = join(ROOT, '.sluice', 'packages');

/** Packages the checkout as a twin deploys it. @returns the package folder */
export function packageCheckout(onProgress?: (text: string) => void): Promise<string> {
  return packageService({
    serviceDirectory: ROOT,
    packagesDirectory: PACKAGES_DIRECTORY,
    stage: 'local',
    onProgress,
  });
}
