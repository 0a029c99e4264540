import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceError } from '../service-error';
import type { CallContext, Exchange, Protocol } from './exchange';

/** What the server needs from S3, which gets every request that no other protocol recognises. */
export interface S3Handler {
  /** Runs a request and answers it, including errors. Reads the body itself. */
  handle(request: IncomingMessage, response: ServerResponse, context: CallContext): Promise<void>;
  /** The operation in a request's first line and headers. @throws ServiceError if the twin does not have it */
  operationOf(request: IncomingMessage): {
    readonly operation: string;
    readonly subject: string;
    readonly input: { readonly bucket: string; readonly key: string; readonly prefix: string };
  };
  /** Sends an error in S3's XML form. */
  answerError(request: IncomingMessage, response: ServerResponse, error: ServiceError): void;
}

/** S3's REST protocol. The handler streams bodies, so this class does not read them. */
export class S3Protocol implements Protocol {
  constructor(private readonly handler: S3Handler) {}

  recognises(): boolean {
    return true;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async read(request: IncomingMessage): Promise<Exchange> {
    const handler = this.handler;
    return {
      service: 's3',
      ...handler.operationOf(request),
      carryOut: (response, context) => handler.handle(request, response, context),
      refuse: (error, response) => handler.answerError(request, response, error),
    };
  }

  refuse(error: ServiceError, request: IncomingMessage, response: ServerResponse): void {
    this.handler.answerError(request, response, error);
  }
}
