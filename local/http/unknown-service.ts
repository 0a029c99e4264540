import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import { send } from './answers';
import type { Protocol } from './exchange';
import { renderQueryError } from './query-form';
import { credentialOf } from './signature';

/** The names in signatures that differ from the twin's names. */
const SIGNING_NAMES: Readonly<Partial<Record<ServiceName, string>>> = {
  'step-functions': 'states',
  cloudwatch: 'monitoring',
};

/**
 * Refuses requests for services that the twin does not have, by the name that the client signed for. Their protocols may
 * be those of other services: a REST request of Lambda looks like one of S3.
 */
export class UnknownService implements Protocol {
  private readonly known: readonly string[];

  constructor(names: readonly ServiceName[]) {
    this.known = names.map((name) => SIGNING_NAMES[name] ?? name);
  }

  recognises(request: IncomingMessage): boolean {
    const signedFor = credentialOf(request)?.service;
    return signedFor !== undefined && !this.known.includes(signedFor);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async read(request: IncomingMessage): Promise<never> {
    throw new ServiceError(
      'UnknownOperationException',
      `The twin has no service "${credentialOf(request)?.service}", only ${this.known.join(', ')}`,
    );
  }

  /** In the form of the protocol that the request seems to have. */
  refuse(error: ServiceError, request: IncomingMessage, response: ServerResponse): void {
    const requestId = randomUUID();
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const body = isForm
      ? renderQueryError({ namespace: '', version: '' }, error, requestId)
      : JSON.stringify({ __type: error.code, message: error.message });
    const headers = {
      'Content-Type': isForm ? 'text/xml' : 'application/json',
      'x-amzn-RequestId': requestId,
      'x-amzn-ErrorType': error.code,
    };
    send(response, error.status, headers, body);
  }
}
