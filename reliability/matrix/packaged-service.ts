import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageService as packageSources, readStack } from '../../local/stack';
import { PACKAGES_DIRECTORY } from '../../testkit/packages';
import { ROOT } from '../../testkit/root';
import { ServiceCopy } from '../../testkit/service-copy';

/** The service as it is deployed, and its folders. */
export interface PackagedService {
  readonly serviceDirectory: string;
  readonly packagesDirectory: string;
}

/**
 * Packages a copy of the service with two changed settings. Partitions load one after the other, so that the order of
 * the merges is known. A statement's time limit is the least possible, so that a statement that never finishes does
 * not hold up the matrix.
 * @param change for tests: alters the copy before it is packaged
 */
export async function packageService(
  change: (directory: string) => void = () => {},
): Promise<{ readonly service: PackagedService; readonly definition: string; remove(): void }> {
  const trips = readFileSync(join(ROOT, 'datasets/trips.yml'), 'utf8').replace(
    /^ {2}max_concurrency: .*$/m,
    '  max_concurrency: 1\n  statement_timeout_minutes: 1',
  );
  const copy = await ServiceCopy.make({ 'trips.yml': trips });
  change(copy.directory);
  const service = { serviceDirectory: copy.directory, packagesDirectory: PACKAGES_DIRECTORY };
  const packageDirectory = await packageSources({ ...service, stage: 'local' });
  return { service, definition: definitionIn(packageDirectory), remove: () => copy.remove() };
}

/** The compiled state machine of a package, as JSON text. */
export function definitionIn(packageDirectory: string): string {
  const settings = { region: 'us-east-1', accountId: '000000000000', stackName: 'sluice-local' };
  const [machine] = readStack(packageDirectory, settings).stateMachines;
  if (!machine) throw new Error(`There is no state machine in ${packageDirectory}`);
  return machine.definition;
}
