import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';

/** All files that packaging may read, besides installed packages. */
const INPUTS = [
  'serverless.yml',
  'functions',
  'service',
  'core',
  'sql',
  'statemachines',
  'datasets',
  'resources',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
] as const;

/** What npm has installed. After a change of the lockfile it is out of date until the next `npm ci`. */
const INSTALLED = 'node_modules/.package-lock.json';

/**
 * Copies the inputs. An editor that saves meanwhile then cannot change what is packaged after its fingerprint is
 * taken. And if packaging reads a file that is not an input, it fails, rather than produce a stale package.
 */
export async function copyInputs(from: string, to: string): Promise<void> {
  for (const name of INPUTS) {
    if (existsSync(join(from, name)))
      await cp(join(from, name), join(to, name), { recursive: true, dereference: true });
  }
}

/** SHA-256 of the names and contents of the inputs in a directory, and of everything else that decides the outcome. */
export function fingerprintInputs(directory: string, settings: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const path of [...INPUTS, INSTALLED].flatMap((name) => filesOf(directory, name))) {
    const content = createHash('sha256')
      .update(readFileSync(join(directory, path)))
      .digest('hex');
    hash.update(`\n${JSON.stringify(path)} ${content}`);
  }
  return hash.digest('hex');
}

/** Files at or below a path, ordered by name. */
function filesOf(directory: string, path: string): readonly string[] {
  if (!existsSync(join(directory, path))) return [];
  try {
    const names = readdirSync(join(directory, path)).sort();
    return names.flatMap((name) => filesOf(directory, `${path}/${name}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}
