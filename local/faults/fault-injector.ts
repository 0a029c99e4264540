import type { ServiceName } from '../service-name';
import type { CallingState } from './calling-state';
import type { Fault } from './fault-rule';

/** A call that may fail, as fault rules see it. */
export interface Call {
  readonly service: ServiceName;
  readonly operation: string;
  readonly subject: string;
  readonly caller?: CallingState;
}

export interface FaultInjector {
  /** Counts the call against every rule and returns the first fault that is due. */
  take(
    service: ServiceName,
    operation: string,
    subject: string,
    caller?: CallingState,
  ): Fault | undefined | Promise<Fault | undefined>;
}
