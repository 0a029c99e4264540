import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import { send } from './answers';
import type { Exchange, Protocol } from './exchange';
import { parseJson, readText } from './request-body';
import { credentialOf } from './signature';

/** A service of the REST JSON protocol (EventBridge Scheduler): an operation is a method and a path. */
export interface RestJsonService {
  /** Clients sign their requests for this name, which distinguishes them from S3 requests. */
  readonly name: ServiceName;
  operationOf(method: string, path: string): string | undefined;
  /** @throws ServiceError */
  call(
    operation: string,
    path: string,
    query: Readonly<Record<string, string>>,
    body: unknown,
  ): Promise<unknown>;
}

/** https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export class RestJsonProtocol implements Protocol {
  constructor(
    private readonly services: readonly RestJsonService[],
    private readonly largestBytes: number,
  ) {}

  recognises(request: IncomingMessage): boolean {
    return this.serviceOf(request) !== undefined;
  }

  async read(request: IncomingMessage): Promise<Exchange> {
    const service = this.serviceOf(request)!;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    const operation = service.operationOf(request.method ?? '', pathname);
    if (operation === undefined) {
      throw new ServiceError(
        'UnknownOperationException',
        `The twin has no ${request.method} ${pathname}`,
        404,
      );
    }
    const text = await readText(request, this.largestBytes);
    const body = text === '' ? undefined : parseJson(text);
    return {
      service: service.name,
      operation,
      subject: pathname,
      input: body ?? {},
      async carryOut(response) {
        const output = await service.call(operation, pathname, Object.fromEntries(searchParams), body);
        send(response, 200, headers(), JSON.stringify(output ?? {}));
      },
      refuse: answerError,
    };
  }

  refuse(error: ServiceError, _request: IncomingMessage, response: ServerResponse): void {
    answerError(error, response);
  }

  private serviceOf(request: IncomingMessage): RestJsonService | undefined {
    const signedFor = credentialOf(request)?.service;
    return this.services.find(({ name }) => name === signedFor);
  }
}

function answerError(error: ServiceError, response: ServerResponse): void {
  const body = JSON.stringify({ Message: error.message });
  send(response, error.status, { ...headers(), 'x-amzn-ErrorType': error.code }, body);
}

function headers(): Record<string, string> {
  return { 'Content-Type': 'application/json', 'x-amzn-RequestId': randomUUID() };
}
