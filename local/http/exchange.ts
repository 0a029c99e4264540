import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallingState, ServiceError, ServiceName } from '../services';

/** One call to a service over HTTP, read far enough to know what it asks for. */
export interface Exchange {
  readonly service: ServiceName;
  readonly operation: string;
  /** What fault rules match on besides. */
  readonly subject: string;
  /** Does the work and answers. Rejects with a `ServiceError` where the service refuses. */
  carryOut(response: ServerResponse, signal: AbortSignal, caller?: CallingState): Promise<void>;
  /** Answers with an error in the service's own form. */
  refuse(error: ServiceError, response: ServerResponse): void;
}

/** Recognises the calls of one protocol, and reads them. */
export interface Protocol {
  recognises(request: IncomingMessage): boolean;
  /** @throws ServiceError what it cannot read, which `refuse` then answers with */
  read(request: IncomingMessage): Promise<Exchange>;
  refuse(error: ServiceError, request: IncomingMessage, response: ServerResponse): void;
}
