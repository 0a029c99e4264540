import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import type { RequestContext } from './request-context';

/** Who makes a call, and a signal that is aborted when the client disconnects. */
export type CallContext = Omit<RequestContext, 'headers'>;

/** One HTTP call to a service, read far enough to know its operation. */
export interface Exchange {
  readonly service: ServiceName;
  readonly operation: string;
  /** The text that fault rules match besides service and operation. */
  readonly subject: string;
  /** The call's members; for S3 `bucket`, `key` and `prefix`. Authorization reads them. */
  readonly input: unknown;
  /**
   * Does the work and answers. Rejects with a `ServiceError` if the service refuses.
   * @param input AWS JSON: what a fault makes of the call's members.
   */
  carryOut(response: ServerResponse, context: CallContext, input?: unknown): Promise<void>;
  /** Answers with an error in the service's own form. */
  refuse(error: ServiceError, response: ServerResponse): void;
}

/** Recognises and reads the calls of one protocol. */
export interface Protocol {
  recognises(request: IncomingMessage): boolean;
  /** @throws ServiceError for a request it cannot read; `refuse` sends it */
  read(request: IncomingMessage): Promise<Exchange>;
  refuse(error: ServiceError, request: IncomingMessage, response: ServerResponse): void;
}
