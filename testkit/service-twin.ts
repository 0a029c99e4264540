import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceCopy } from './service-copy';
import { TestTwin } from './test-twin';

/** A twin of a service with dataset files of its own, packaged where nobody else does. */
export class ServiceTwin {
  private constructor(
    readonly service: ServiceCopy,
    readonly twin: TestTwin,
    readonly packageDirectory: string,
  ) {}

  /** @param datasets as {@link ServiceCopy.make} takes them. */
  static async start(datasets: Readonly<Record<string, string>>): Promise<ServiceTwin> {
    const service = await ServiceCopy.make(datasets);
    const packageDirectory = mkdtempSync(join(tmpdir(), 'sluice-package-'));
    const twin = await TestTwin.start({ serviceDirectory: service.directory, packageDirectory });
    return new ServiceTwin(service, twin, packageDirectory);
  }

  async remove(): Promise<void> {
    await this.twin.remove();
    this.service.remove();
    rmSync(this.packageDirectory, { recursive: true, force: true });
  }
}
