import { mkdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { copyInputs, fingerprintInputs } from './package-inputs';
import { PackageStore } from './package-store';
import { runServerless } from './run-serverless';

export interface PackageOptions {
  /** The folder that holds `serverless.yml` and `node_modules`. */
  readonly serviceDirectory: string;
  /** The folder that keeps packages. Default: the service's `.sluice/packages`. */
  readonly packagesDirectory?: string;
  readonly stage: string;
  /** Values of `${param:…}`. */
  readonly params?: Readonly<Record<string, string>>;
  /** Variables for `${env:…}`. Of this process's variables, packaging sees only PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with a text at the start of each slow part. */
  readonly onProgress?: (text: string) => void;
}

/** The folder in which the packaging tools cache compiled code. */
export const TOOL_CACHE = 'tool-cache';

/** Packagings in progress in this process, by folder. */
const underWay = new Map<string, Promise<string>>();

/**
 * Returns the package of a service, and runs `serverless package` if it does not exist yet. A package's name is
 * derived from its sources and settings, so equal ones share a package.
 * @returns the package folder
 * @throws PackagingFailed
 */
export async function packageService(options: PackageOptions): Promise<string> {
  const { serviceDirectory, stage, params = {}, environment = {}, onProgress } = options;
  const directory = resolve(options.packagesDirectory ?? join(serviceDirectory, '.sluice', 'packages'));
  const store = new PackageStore(directory);
  const key = fingerprintInputs(serviceDirectory, { stage, params, environment });
  const found = store.find(key);
  if (found !== undefined) return found;

  const folder = join(directory, key);
  let packaging = underWay.get(folder);
  if (packaging === undefined) {
    packaging = packageOnce({ ...options, packagesDirectory: directory }, store, key, onProgress).finally(
      () => underWay.delete(folder),
    );
    underWay.set(folder, packaging);
  }
  return packaging;
}

async function packageOnce(
  options: PackageOptions & { readonly packagesDirectory: string },
  store: PackageStore,
  key: string,
  onProgress: (text: string) => void = () => {},
): Promise<string> {
  await store.sweep();
  const others = await store.awaitOther(key, (processId) =>
    onProgress(`Waiting for process ${processId}, which packages the service`),
  );
  if (others !== undefined) return others;

  const started = performance.now();
  const work = await store.startWork(key);
  try {
    onProgress('Packaging the service');
    const folder = await packageIn(work, options, store);
    onProgress(`Packaged the service in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Packages a copy of the service. serverless-esbuild builds in `.esbuild/` beside the sources and removes it at the
 * end, so two packagings in one folder would delete each other's builds.
 */
async function packageIn(
  work: string,
  options: PackageOptions & { readonly packagesDirectory: string },
  store: PackageStore,
): Promise<string> {
  const { stage, params = {}, environment = {} } = options;
  const serviceDirectory = resolve(options.serviceDirectory);
  const service = join(work, 'service');
  const finished = join(work, 'package');
  await copyInputs(serviceDirectory, service);
  await symlink(join(serviceDirectory, 'node_modules'), join(service, 'node_modules'), 'junction');
  const directories = {
    temporary: join(work, 'temporary'),
    cache: join(options.packagesDirectory, TOOL_CACHE),
  };
  await mkdir(directories.temporary);
  const values = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
  const args = ['package', '--package', finished, '--stage', stage, ...values];
  await runServerless(service, args, environment, directories);
  // Fingerprints the copy, not what an editor has saved meanwhile.
  return store.add(fingerprintInputs(service, { stage, params, environment }), finished);
}
