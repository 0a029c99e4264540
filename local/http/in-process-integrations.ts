import { setTimeout as sleep } from 'node:timers/promises';
import type { CallingState } from '../faults/calling-state';
import { faultError } from '../faults/fault-error';
import type { FaultInjector } from '../faults/fault-injector';
import type { Meter } from '../metering/meter';
import { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import type { Integrations } from '../step-functions/integrations';
import { killProcess } from './faulty';

/** A service that can be called without HTTP. */
export interface CallableService {
  readonly name: ServiceName;
  /** @throws ServiceError */
  call(operation: string, input: unknown): Promise<unknown>;
}

/**
 * Calls from one service to another inside the twin, with the same faults as calls over HTTP. A dropped connection
 * surfaces as the SDK's `SdkClientException`.
 */
export class InProcessIntegrations implements Integrations {
  private readonly services: ReadonlyMap<ServiceName, CallableService>;

  constructor(
    services: readonly CallableService[],
    private readonly faults: FaultInjector,
    private readonly meter?: Meter,
  ) {
    this.services = new Map(services.map((service) => [service.name, service]));
  }

  async call(name: ServiceName, operation: string, input: unknown, caller?: CallingState): Promise<unknown> {
    const service = this.services.get(name);
    if (service === undefined) {
      throw new ServiceError('UnknownOperationException', `The twin has no integration with ${name}`);
    }
    const fault = await this.faults.take(name, operation, JSON.stringify(input), caller);
    switch (fault?.type) {
      case undefined:
        break;
      case 'delay':
        await sleep(fault.ms);
        break;
      case 'error':
        throw faultError(fault);
      case 'drop':
        if (fault.when === 'after') await this.carryOut(service, operation, input);
        throw connectionLost();
      case 'crash':
        killProcess();
        throw connectionLost();
      default:
        throw new Error(`A fault of type ${fault?.type} cannot happen at ${name}`);
    }
    return this.carryOut(service, operation, input);
  }

  private carryOut(service: CallableService, operation: string, input: unknown): Promise<unknown> {
    this.meter?.request(service.name, operation);
    return service.call(operation, input);
  }
}

function connectionLost(): ServiceError {
  return new ServiceError('SdkClientException', 'Unable to execute HTTP request: Connection reset', 500);
}
