import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyInputs } from '../local/stack/package-inputs';
import { ROOT } from './packages';
import { temporaryFolder } from './temporary-folder';

/** A copy of the service in a temporary folder, like a user's clone with their own dataset files. */
export class ServiceCopy {
  private constructor(readonly directory: string) {}

  /** @param datasets dataset files to add or replace, by name: `{ 'readings.yml': '…' }`. */
  static async make(datasets: Readonly<Record<string, string>>): Promise<ServiceCopy> {
    const directory = temporaryFolder('sluice-service-');
    await copyInputs(ROOT, directory);
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction');
    for (const [file, text] of Object.entries(datasets))
      writeFileSync(join(directory, 'datasets', file), text);
    return new ServiceCopy(directory);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
