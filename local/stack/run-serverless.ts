import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { devNull, userInfo } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** `serverless package` failed. The message contains its output. */
export class PackagingFailed extends Error {
  override readonly name = 'PackagingFailed';
}

/** Packaging takes a few seconds; a busy machine may need a minute. */
const LONGEST_MS = 5 * 60 * 1000;
/** How long the tool may keep running after it has reported an error. */
const AFTER_ERROR_MS = 1_000;

/**
 * Runs the project's own `serverless`, without credentials and without the network.
 * @param directories folders of the caller:
 *   `temporary`, which the caller removes: serverless-esbuild 1.57.2 leaves a folder for each function there.
 *   `cache`, which the caller keeps for the next run: compiling the schema of serverless.yml and our own TypeScript takes
 *   half of the time.
 * @throws PackagingFailed
 */
export async function runServerless(
  serviceDirectory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  { temporary, cache }: { readonly temporary: string; readonly cache: string },
): Promise<void> {
  keepCompiledTypeScript(temporary, join(cache, 'tsx'));
  const tool = join(serviceDirectory, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const child = spawn(process.execPath, [tool, ...args], {
    cwd: serviceDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: serviceDirectory,
      TMPDIR: temporary,
      TEMP: temporary,
      TMP: temporary,
      SLS_SCHEMA_CACHE_BASE_DIR: cache,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
      SLS_NOTIFICATIONS_MODE: 'off',
      SLS_TELEMETRY_DISABLED: '1',
      NO_COLOR: '1',
      ...environment,
    },
  });
  let output = '';
  let reason: string | undefined;
  const kill = (why: string) => {
    reason = why;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(() => kill(`no end after ${LONGEST_MS / 1000} s`), LONGEST_MS);
  const read = (chunk: Buffer) => {
    output += chunk.toString();
    // osls 4.3.1 with serverless-esbuild reports a failed build and then never ends, because esbuild's process keeps
    // running. "Environment:" starts the last lines of every error report.
    if (reason === undefined && /^Environment: /m.test(stripVTControlCharacters(output))) {
      reason = 'it reported an error';
      clearTimeout(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), AFTER_ERROR_MS);
    }
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0 && reason === undefined) return;
    const text = stripVTControlCharacters(output).trim();
    throw new PackagingFailed(`serverless package failed (${reason ?? `exit status ${code}`}):\n${text}`);
  } finally {
    clearTimeout(timer);
    process.removeListener('exit', stop);
  }
}

/** tsx 4.23 keeps compiled code in `tsx-<user>` of the temporary folder. */
function keepCompiledTypeScript(temporary: string, kept: string): void {
  mkdirSync(kept, { recursive: true });
  const folder = join(temporary, `tsx-${process.geteuid?.() ?? userInfo().username}`);
  try {
    symlinkSync(kept, folder, 'junction');
  } catch (error) {
    // The link exists if the caller runs the tool again with the same folder.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
