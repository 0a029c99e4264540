import type { CallingState } from '../faults/calling-state';
import type { ServiceName } from '../service-name';

/** The services that a state machine calls directly, for example `arn:aws:states:::sns:publish`. */
export interface Integrations {
  /** @throws ServiceError as the service would. */
  call(service: ServiceName, operation: string, input: unknown, caller?: CallingState): Promise<unknown>;
}
