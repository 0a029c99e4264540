import { unzipSync } from 'fflate';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyInputs } from '../local/stack/package-inputs';
import { packageCheckout } from './packages';
import { ROOT } from './root';
import { temporaryFolder } from './temporary-folder';

/**
 * A copy of the service in a temporary folder, with dataset files of its own. Instead of the functions' sources it holds
 * their bundles from the checkout's package: to change a function's code, change the bundle.
 */
export class ServiceCopy {
  private constructor(readonly directory: string) {}

  /**
   * @param datasets dataset files to add or replace, by name: `{ 'readings.yml': '…' }`.
   * @param parameters those of every stage, as serverless.yml has them under `params`.
   */
  static async make(
    datasets: Readonly<Record<string, string>>,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<ServiceCopy> {
    const directory = temporaryFolder('sluice-service-');
    await copyInputs(ROOT, directory);
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction');
    useBundles(directory, await packageCheckout());
    for (const [file, text] of Object.entries(datasets))
      writeFileSync(join(directory, 'datasets', file), text);
    const configuration = join(directory, 'serverless.yml');
    const given = `params:\n  default: ${JSON.stringify(parameters)}\n`;
    writeFileSync(
      configuration,
      readFileSync(configuration, 'utf8').replace('params:\n  default: {}\n', () => given),
    );
    return new ServiceCopy(directory);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/**
 * Replaces the source of each function by its bundle from a package of the same sources. Bundling ten functions again
 * takes more than half of the time of a packaging.
 */
function useBundles(directory: string, packageDirectory: string): void {
  for (const name of readdirSync(packageDirectory).filter((each) => each.endsWith('.zip'))) {
    const isBundle = (path: string) => /^functions\/.*\.js$/.test(path);
    const files = unzipSync(readFileSync(join(packageDirectory, name)), {
      filter: (file) => isBundle(file.name),
    });
    for (const [path, bundle] of Object.entries(files)) {
      rmSync(join(directory, path.replace(/\.js$/, '.ts')));
      writeFileSync(join(directory, path), bundle);
    }
  }
}
