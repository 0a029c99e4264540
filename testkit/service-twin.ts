import { ServiceCopy } from './service-copy';
import { TestTwin } from './test-twin';

/** A twin of a service that has its own dataset files. */
export class ServiceTwin {
  private constructor(
    readonly service: ServiceCopy,
    readonly twin: TestTwin,
  ) {}

  /** @param datasets as {@link ServiceCopy.make} takes them. */
  static async start(datasets: Readonly<Record<string, string>>): Promise<ServiceTwin> {
    const service = await ServiceCopy.make(datasets);
    const twin = await TestTwin.start({ serviceDirectory: service.directory });
    return new ServiceTwin(service, twin);
  }

  async remove(): Promise<void> {
    await this.twin.remove();
    this.service.remove();
  }
}
