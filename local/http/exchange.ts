import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from './request-context';
import type { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';

/** Who calls, and how long he waits. */
export type CallContext = Omit<RequestContext, 'headers'>;

/** One call to a service over HTTP, read far enough to know what it asks for. */
export interface Exchange {
  readonly service: ServiceName;
  readonly operation: string;
  /** What fault rules match on besides. */
  readonly subject: string;
  /** Its members; of S3 `bucket`, `key` and `prefix`. What it needs to be allowed is told from them. */
  readonly input: unknown;
  /** Does the work and answers. Rejects with a `ServiceError` where the service refuses. */
  carryOut(response: ServerResponse, context: CallContext): Promise<void>;
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
