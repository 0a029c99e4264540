import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ROOT } from '../../testkit/root';
import { temporaryFolder } from '../../testkit/temporary-folder';
import { NotCarriedOut } from '../shared/serve-items';
import type { NamedTest } from './mutation';

/** What a copy does not need: it has the installed packages of the checkout, and packages the service for itself. */
const LEFT_OUT = ['node_modules', '.git', '.sluice', '.serverless', 'coverage'];
/** A test that takes so long hangs. */
const TEST_MILLISECONDS = 5 * 60_000;

/** How a test ended: `failure` is the first line of its error. */
export type Ending = { readonly name: string; readonly failure?: string };

/** A copy of the checkout, in which tests run with other texts of some files. */
export class CheckoutCopy {
  private constructor(private readonly directory: string) {}

  static async make(): Promise<CheckoutCopy> {
    const directory = temporaryFolder('sluice-mutations-');
    const left = new Set(LEFT_OUT);
    const filter = (path: string) => !left.has(relative(ROOT, path));
    await cp(ROOT, directory, { recursive: true, filter });
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction');
    const config = join(directory, 'jest.config.cjs');
    writeFileSync(join(directory, 'jest.pure.cjs'), withoutTwin(config));
    return new CheckoutCopy(directory);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /**
   * Runs tests with these texts, and restores the files.
   * @param texts by path. @returns for each test how it ended; with several tests of the same name, the first that failed.
   * @throws NotCarriedOut if one of the tests does not exist or does not run
   */
  async run(texts: ReadonlyMap<string, string>, tests: readonly NamedTest[]): Promise<readonly Ending[]> {
    try {
      for (const [path, text] of texts) writeFileSync(join(this.directory, path), text);
      return await this.jest(tests);
    } finally {
      for (const path of texts.keys())
        writeFileSync(join(this.directory, path), readFileSync(join(ROOT, path)));
    }
  }

  private async jest(tests: readonly NamedTest[]): Promise<readonly Ending[]> {
    const report = join(this.directory, 'jest-report.json');
    rmSync(report, { force: true });
    const files = [...new Set(tests.map(({ file }) => file))];
    const names = [...new Set(tests.map(({ test }) => test.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))];
    const child = spawn(
      process.execPath,
      [
        join(this.directory, 'node_modules/jest/bin/jest.js'),
        ...['--config', files.every(isPure) ? 'jest.pure.cjs' : 'jest.config.cjs'],
        ...['--runTestsByPath', ...files, '--testNamePattern', names.join('|')],
        ...['--json', '--outputFile', report, '--silent', '--watchman=false', '--runInBand'],
        ...['--testTimeout', String(TEST_MILLISECONDS)],
      ],
      { cwd: this.directory, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let errors = '';
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    await once(child, 'close');
    return endingsOf(readReport(report, errors), tests);
  }
}

/** Tests of core/ need no twin, so the service is not packaged for them. */
export const isPure = (file: string): boolean => file.startsWith('tests/core/');

const withoutTwin = (config: string): string =>
  `const { globalSetup, globalTeardown, testEnvironment, ...rest } = require(${JSON.stringify(config)});\nmodule.exports = rest;\n`;

/** What this module reads of Jest's report (--json). */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function readReport(path: string, errors: string): Report {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    throw new NotCarriedOut(`Jest ended without a report: ${errors.slice(-2_000)}`);
  }
}

function endingsOf({ testResults }: Report, tests: readonly NamedTest[]): readonly Ending[] {
  return tests.map(({ file, test }) => {
    const found = testResults.find(({ name }) => name.endsWith(`/${file}`));
    const ran = (found?.assertionResults ?? []).filter(
      ({ fullName, status }) => fullName.includes(test) && ['passed', 'failed'].includes(status),
    );
    const [first] = ran;
    if (!first)
      throw new NotCarriedOut(
        `${file} has no test "${test}" that runs. ${(found?.message ?? '').slice(0, 2_000)}`,
      );
    const failed = ran.find(({ status }) => status === 'failed');
    if (!failed) return { name: firstLine(first.fullName) };
    return { name: firstLine(failed.fullName), failure: firstLine(failed.failureMessages[0] ?? '') };
  });
}

// eslint-disable-next-line no-control-regex -- Jest colours its messages.
const firstLine = (message: string): string => message.replace(/\u001b\[\d+m/g, '').split('\n', 1)[0] ?? '';
