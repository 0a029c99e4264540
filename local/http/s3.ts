import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceError } from '../service-error';
import type { CallContext, Exchange, Protocol } from './exchange';

/** What the server needs of S3: everything that is no other service's is a call of S3. */
export interface S3Handler {
  /** Carries a request out and answers it, errors too. Reads the body itself. */
  handle(request: IncomingMessage, response: ServerResponse, context: CallContext): Promise<void>;
  /** What a request asks for, from its first line and headers. @throws ServiceError for no operation of the twin's */
  operationOf(request: IncomingMessage): {
    readonly operation: string;
    readonly subject: string;
    readonly input: { readonly bucket: string; readonly key: string; readonly prefix: string };
  };
  /** Answers with an error as S3 writes it. */
  answerError(request: IncomingMessage, response: ServerResponse, error: ServiceError): void;
}

/** S3's REST protocol. Bodies are streamed, so nothing of them is read here. */
export class S3Protocol implements Protocol {
  constructor(private readonly handler: S3Handler) {}

  recognises(): boolean {
    return true;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a refusal has to be a rejection
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
