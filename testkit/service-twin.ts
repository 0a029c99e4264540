import type { TwinOptions } from '../local/twin';
import { ServiceCopy } from './service-copy';
import { TestTwin } from './test-twin';

/** A twin of a service that has its own dataset files. */
export class ServiceTwin {
  private constructor(
    readonly service: ServiceCopy,
    readonly twin: TestTwin,
  ) {}

  /** @param datasets, parameters as {@link ServiceCopy.make} takes them. @param options of the twin. */
  static async start(
    datasets: Readonly<Record<string, string>>,
    parameters?: Readonly<Record<string, string>>,
    options: Partial<TwinOptions> = {},
  ): Promise<ServiceTwin> {
    const service = await ServiceCopy.make(datasets, parameters);
    const twin = await TestTwin.start({ ...options, serviceDirectory: service.directory });
    return new ServiceTwin(service, twin);
  }

  async remove(): Promise<void> {
    await this.twin.remove();
    this.service.remove();
  }
}
