import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '../service-error';
import { send } from './answers';
import type { AwsJsonService } from './aws-json-service';
import type { Exchange, Protocol } from './exchange';
import { parseJson, readText } from './request-body';
import type { RequestContext } from './request-context';
import { toJson } from './to-json';

type ContentType = AwsJsonService['contentType'];

/** AWS JSON: `X-Amz-Target: <service>.<operation>`. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export class AwsJsonProtocol implements Protocol {
  private readonly services: ReadonlyMap<string, AwsJsonService>;

  constructor(
    services: readonly AwsJsonService[],
    private readonly largestBytes: number,
  ) {
    this.services = new Map(services.map((service) => [service.target, service]));
  }

  recognises(request: IncomingMessage): boolean {
    return request.headers['x-amz-target'] !== undefined;
  }

  async read(request: IncomingMessage): Promise<Exchange> {
    const [target = '', operation = '', ...rest] = String(request.headers['x-amz-target']).split('.');
    const service = this.services.get(target);
    if (service === undefined || operation === '' || rest.length > 0 || request.method !== 'POST') {
      const targets = [...this.services.keys()].join(', ');
      throw new ServiceError(
        'UnknownOperationException',
        `No service for ${request.method} with X-Amz-Target "${String(request.headers['x-amz-target'])}"; the twin has ${targets}`,
      );
    }
    const input = parseJson(await readText(request, this.largestBytes));
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new ServiceError('SerializationException', 'Start of structure or map found where not expected.');
    }
    const { contentType } = service;
    return {
      service: service.name,
      operation,
      subject: service.subject?.(operation, input) ?? JSON.stringify(input),
      input,
      async carryOut(response, call, changed) {
        const context: RequestContext = { headers: headersOf(request), ...call };
        const output = await service.call(operation, changed ?? input, context);
        send(response, 200, headers(contentType), toJson(output ?? {}));
      },
      refuse: (error, response) => answerError(error, contentType, response),
    };
  }

  refuse(error: ServiceError, request: IncomingMessage, response: ServerResponse): void {
    const target = String(request.headers['x-amz-target']).split('.')[0]!;
    answerError(error, this.services.get(target)?.contentType ?? 'application/x-amz-json-1.1', response);
  }
}

function answerError(error: ServiceError, contentType: ContentType, response: ServerResponse): void {
  const body = JSON.stringify({ __type: error.code, message: error.message, ...error.details });
  send(response, error.status, { ...headers(contentType), 'x-amzn-ErrorType': error.code }, body);
}

function headers(contentType: ContentType): Record<string, string> {
  return { 'Content-Type': contentType, 'x-amzn-RequestId': randomUUID() };
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  const entries = Object.entries(request.headers);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
