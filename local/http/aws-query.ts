import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../iam/principal';
import { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import { send } from './answers';
import type { Exchange, Protocol } from './exchange';
import { readText } from './request-body';
import { credentialOf } from './signature';

/** A service that speaks the AWS Query protocol (SNS, STS): a form in, XML out. */
export interface AwsQueryService {
  /** Clients sign their requests for this name. */
  readonly name: ServiceName;
  /** @throws ServiceError */
  parse(body: string): { readonly operation: string; readonly input: unknown };
  /** @throws ServiceError */
  call(operation: string, input: unknown, principal: Principal | undefined): Promise<unknown>;
  render(operation: string, result: unknown, requestId: string): string;
  renderError(error: ServiceError, requestId: string): string;
}

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export class AwsQueryProtocol implements Protocol {
  constructor(
    private readonly services: readonly AwsQueryService[],
    private readonly largestBytes: number,
  ) {}

  recognises(request: IncomingMessage): boolean {
    const type = request.headers['content-type']?.split(';')[0]?.trim();
    // Plain HTTP clients name this type for any body, also for one of a presigned request to S3.
    const isForS3 = credentialOf(request)?.service === 's3';
    return request.method === 'POST' && type === 'application/x-www-form-urlencoded' && !isForS3;
  }

  async read(request: IncomingMessage): Promise<Exchange> {
    // A web page can post a form to any address. An AWS client always signs its requests.
    if (request.headers.authorization === undefined) {
      throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    }
    const service = this.serviceOf(request);
    const { operation, input } = service.parse(await readText(request, this.largestBytes));
    return {
      service: service.name,
      operation,
      subject: JSON.stringify(input),
      input,
      async carryOut(response, { principal }) {
        const result = await service.call(operation, input, principal);
        const requestId = randomUUID();
        send(response, 200, headers(requestId), service.render(operation, result, requestId));
      },
      refuse: (error, response) => answerError(service, error, response),
    };
  }

  refuse(error: ServiceError, request: IncomingMessage, response: ServerResponse): void {
    answerError(this.serviceOf(request), error, response);
  }

  /** The form does not name its service. The signature does. */
  private serviceOf(request: IncomingMessage): AwsQueryService {
    const signedFor = credentialOf(request)?.service;
    return this.services.find(({ name }) => name === signedFor) ?? this.services[0]!;
  }
}

function answerError(service: AwsQueryService, error: ServiceError, response: ServerResponse): void {
  const requestId = randomUUID();
  send(response, error.status, headers(requestId), service.renderError(error, requestId));
}

function headers(requestId: string): Record<string, string> {
  return { 'Content-Type': 'text/xml', 'x-amzn-RequestId': requestId };
}
