import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { copyInputs, fingerprintInputs } from './package-inputs';
import { runServerless } from './run-serverless';

export interface PackageOptions {
  /** Folder of `serverless.yml` and `node_modules`. */
  readonly serviceDirectory: string;
  /** Folder that the packaged service replaces. */
  readonly packageDirectory: string;
  readonly stage: string;
  /** Values of `${param:…}`. */
  readonly params?: Readonly<Record<string, string>>;
  /** Variables for `${env:…}`. The tool sees none of this process's own but PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told what takes its time. */
  readonly onProgress?: (text: string) => void;
}

/** In the package directory: what was packaged. It is there only once packaging was done. */
const FINGERPRINT = 'fingerprint';

/**
 * Packages a service with `serverless package`, in a copy of its own: serverless-esbuild builds in `.esbuild/` beside
 * the sources and removes it at the end, so two at once in one folder would take each other's builds away. The finished
 * package is moved into place whole; a run that is interrupted leaves nothing that could be taken for one.
 * @throws PackagingFailed
 */
export async function packageService(options: PackageOptions): Promise<void> {
  const { stage, params = {}, environment = {}, onProgress } = options;
  const serviceDirectory = resolve(options.serviceDirectory);
  const packageDirectory = resolve(options.packageDirectory);
  await mkdir(dirname(packageDirectory), { recursive: true });
  await sweep(packageDirectory);
  const work = await mkdtemp(`${packageDirectory}${workSuffix(process.pid)}`);
  try {
    const service = join(work, 'service');
    const finished = join(work, 'package');
    const temporary = join(work, 'temporary');
    await mkdir(temporary);
    await copyInputs(serviceDirectory, service);
    await symlink(join(serviceDirectory, 'node_modules'), join(service, 'node_modules'), 'junction');
    onProgress?.('Packaging the service');
    const values = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
    await runServerless(
      service,
      ['package', '--package', finished, '--stage', stage, ...values],
      environment,
      temporary,
    );
    await writeFile(join(finished, FINGERPRINT), fingerprintInputs(service, { stage, params, environment }));
    await replace(packageDirectory, finished, join(work, 'old'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Packages a service unless the package directory holds what these sources and settings make.
 * @returns whether it packaged
 * @throws PackagingFailed
 */
export async function packageIfChanged(options: PackageOptions): Promise<boolean> {
  const { serviceDirectory, packageDirectory, stage, params = {}, environment = {} } = options;
  const fingerprint = fingerprintInputs(serviceDirectory, { stage, params, environment });
  if (readFingerprint(packageDirectory) === fingerprint) return false;
  await packageService(options);
  return true;
}

function readFingerprint(packageDirectory: string): string | undefined {
  const path = join(packageDirectory, FINGERPRINT);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Puts a folder in the place of another. Of two processes that do so at once, one is the last. */
async function replace(target: string, source: string, old: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    if (existsSync(target)) await rename(target, `${old}-${attempt}`).catch(ignore(['ENOENT']));
    try {
      await rename(source, target);
      return;
    } catch (error) {
      // Another process put its own there in between.
      if (attempt === 10 || !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) throw error;
    }
  }
}

function workSuffix(processId: number): string {
  return `.work-${processId}-`;
}

/** Removes what interrupted runs left beside the package directory. */
async function sweep(packageDirectory: string): Promise<void> {
  const parent = dirname(packageDirectory);
  const prefix = basename(packageDirectory);
  for (const name of readdirSync(parent)) {
    const processId = name.startsWith(prefix)
      ? /^\.work-(\d+)-/.exec(name.slice(prefix.length))?.[1]
      : undefined;
    if (processId === undefined || isAlive(Number(processId))) continue;
    // A tool whose parent was killed may still be writing there: the next run tries again.
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

function ignore(codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(codeOf(error))) throw error;
  };
}
