import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError, type ServiceName } from '../services';
import { send } from './answers';
import type { Exchange, Protocol } from './exchange';
import { readText } from './request-body';

/** A service that speaks the AWS Query protocol (SNS): a form in, XML out. */
export interface AwsQueryService {
  readonly name: ServiceName;
  /** @throws ServiceError */
  parse(body: string): { readonly operation: string; readonly input: unknown };
  /** @throws ServiceError */
  call(operation: string, input: unknown): Promise<unknown>;
  render(operation: string, result: unknown, requestId: string): string;
  renderError(error: ServiceError, requestId: string): string;
}

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export class AwsQueryProtocol implements Protocol {
  readonly #service: AwsQueryService;
  readonly #largestBytes: number;

  constructor(service: AwsQueryService, largestBytes: number) {
    this.#service = service;
    this.#largestBytes = largestBytes;
  }

  recognises(request: IncomingMessage): boolean {
    const type = request.headers['content-type']?.split(';')[0]?.trim();
    return request.method === 'POST' && type === 'application/x-www-form-urlencoded';
  }

  async read(request: IncomingMessage): Promise<Exchange> {
    const service = this.#service;
    // A web page can post a form to any address without asking; an AWS client always signs.
    if (request.headers.authorization === undefined) {
      throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    }
    const { operation, input } = service.parse(await readText(request, this.#largestBytes));
    return {
      service: service.name,
      operation,
      subject: JSON.stringify(input),
      async carryOut(response) {
        const result = await service.call(operation, input);
        const requestId = randomUUID();
        send(response, 200, headers(requestId), service.render(operation, result, requestId));
      },
      refuse: (error, response) => this.#answerError(error, response),
    };
  }

  refuse(error: ServiceError, _request: IncomingMessage, response: ServerResponse): void {
    this.#answerError(error, response);
  }

  #answerError(error: ServiceError, response: ServerResponse): void {
    const requestId = randomUUID();
    send(response, error.status, headers(requestId), this.#service.renderError(error, requestId));
  }
}

function headers(requestId: string): Record<string, string> {
  return { 'Content-Type': 'text/xml', 'x-amzn-RequestId': requestId };
}
