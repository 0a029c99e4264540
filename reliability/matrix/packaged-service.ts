import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageIfChanged, readStack } from '../../local/stack';
import { ServiceCopy } from '../../testkit/service-copy';

const ROOT = resolve(__dirname, '../..');

/** The service as it is deployed, and where. */
export interface PackagedService {
  readonly serviceDirectory: string;
  readonly packageDirectory: string;
}

/** Where the service is packaged to be kept for the next run. */
export const PACKAGE_DIRECTORY = join(ROOT, '.sluice', 'matrix-package');

/**
 * Packages a copy of the service, changed in two settings only: one partition after the other, so that the order of
 * merges is known, and the least time that a statement may take, so that one that never finishes is waited for no longer.
 * @param change for tests: alters the copy before it is packaged
 */
export async function packageService(
  packageDirectory = PACKAGE_DIRECTORY,
  change: (directory: string) => void = () => {},
): Promise<{ readonly service: PackagedService; readonly definition: string; remove(): void }> {
  const trips = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8').replace(
    /^ {2}max_concurrency: .*$/m,
    '  max_concurrency: 1\n  statement_timeout_minutes: 1',
  );
  const copy = await ServiceCopy.make({ 'trips.yml': trips });
  change(copy.directory);
  const service = { serviceDirectory: copy.directory, packageDirectory };
  await packageIfChanged({ ...service, stage: 'local' });
  return { service, definition: definitionIn(packageDirectory), remove: () => copy.remove() };
}

/** The compiled state machine of a package, as JSON text. */
export function definitionIn(packageDirectory: string): string {
  const settings = { region: 'us-east-1', accountId: '000000000000', stackName: 'sluice-local' };
  const [machine] = readStack(packageDirectory, settings).stateMachines;
  if (!machine) throw new Error(`There is no state machine in ${packageDirectory}`);
  return machine.definition;
}

/** A package directory that nobody else uses. */
export function temporaryPackage(): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-package-'));
  return {
    directory: join(directory, 'package'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
