import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDiskError, reportDisk } from '../disk';
import type { CallingState } from '../faults/calling-state';
import type { FaultInjector } from '../faults/fault-injector';
import type { Principal } from '../iam/principal';
import type { Meter } from '../metering/meter';
import { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import { TwinError } from '../twin-error';
import { send } from './answers';
import { AwsJsonProtocol } from './aws-json';
import type { AwsJsonService } from './aws-json-service';
import { AwsQueryProtocol, type AwsQueryService } from './aws-query';
import { bodyLength } from './body-length';
import { answerControl, CONTROL_PREFIX, pathOf, type ControlRoutes } from './control';
import type { Exchange, Protocol } from './exchange';
import { carryOut } from './faulty';
import { foreignTo } from './loopback';
import { RestJsonProtocol, type RestJsonService } from './rest-json';
import { S3Protocol, type S3Handler } from './s3';
import { credentialOf } from './signature';
import { UnknownService } from './unknown-service';

export interface Identity {
  principalOf(accessKeyId: string | undefined): Principal;
  /** @throws ServiceError if the caller is not allowed to make this call */
  authorize(principal: Principal, service: ServiceName, operation: string, input: unknown): void;
}

export interface TwinServerOptions {
  readonly json: readonly AwsJsonService[];
  readonly query: readonly AwsQueryService[];
  readonly rest?: readonly RestJsonService[];
  readonly s3: S3Handler;
  readonly faults: FaultInjector;
  /** The state that started the invocation which a request's X-Amzn-Trace-Id names. */
  readonly callerOf?: (traceId: string) => CallingState | undefined;
  /** Authenticates and authorizes callers. Default: every call is allowed. */
  readonly identity?: Identity;
  readonly control?: ControlRoutes;
  readonly meter?: Meter;
  /** Largest body of an AWS JSON or Query call, in bytes. Default 16 MiB. */
  readonly largestBodyBytes?: number;
  /** How long running calls may take to finish when the server closes, in milliseconds. Default 2,000. */
  readonly graceMs?: number;
  /** Called with exceptions that are not a service's answer: bugs in the twin. */
  readonly onUnexpected: (error: unknown) => void;
}

const HOST = '127.0.0.1';
/** Errors of the service itself that have another name than that of most services. */
const INTERNAL_ERRORS: Readonly<Partial<Record<ServiceName, string>>> = {
  'redshift-data': 'InternalServerException',
  sns: 'InternalErrorException',
};

/** The twin's one port on 127.0.0.1. Each request goes to the service whose protocol it speaks. */
export class TwinServer {
  private readonly protocols: readonly Protocol[];
  private readonly server: Server;
  /** The requests that are not answered yet, with what ends each. */
  private readonly open = new Map<ServerResponse, AbortController>();
  private isClosing = false;

  constructor(private readonly options: TwinServerOptions) {
    const largestBytes = options.largestBodyBytes ?? 16 * 1024 * 1024;
    const { json, query, rest = [] } = options;
    this.protocols = [
      new UnknownService([...[...json, ...query, ...rest].map(({ name }) => name), 's3']),
      new AwsJsonProtocol(json, largestBytes),
      new AwsQueryProtocol(query, largestBytes),
      new RestJsonProtocol(rest, largestBytes),
      new S3Protocol(options.s3),
    ];
    this.server = createServer((request, response) => void this.answer(request, response));
    // SDKs reuse connections. If the server closes one while a call is being sent, the client sees ECONNRESET.
    this.server.keepAliveTimeout = 10 * 60 * 1000;
  }

  /**
   * Starts to listen.
   * @param port 0 for a free one.
   * @returns the address for `AWS_ENDPOINT_URL`: `http://127.0.0.1:<port>`
   */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') {
          reject(error);
          return;
        }
        const inUse = new TwinError(
          'PortInUse',
          `Port ${port} of ${HOST} is in use by another process.\nFix: Stop that process, pass another --port, or omit --port to get a free one.`,
        );
        reject(inUse);
      });
      this.server.listen(port, HOST, resolve);
    });
    return this.endpoint;
  }

  /** Lets the process end although it listens and clients keep their connections. */
  unref(): void {
    this.server.unref();
    this.server.on('connection', (socket) => socket.unref());
  }

  /** `http://127.0.0.1:<port>`. @throws Error before the server listens */
  get endpoint(): string {
    const address = this.server.address() as AddressInfo | null;
    if (address === null) throw new Error('The twin is not listening yet');
    return `http://${HOST}:${address.port}`;
  }

  /** Refuses new calls, ends long polls, gives running calls `graceMs` to finish, then closes every connection. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.isClosing = true;
    for (const [response, ending] of this.open) endForClose(response, ending);
    this.server.closeIdleConnections();
    const timer = new AbortController();
    const grace = sleep(this.options.graceMs ?? 2_000, undefined, { signal: timer.signal }).catch(() => {});
    await Promise.race([closed, grace]);
    timer.abort();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const foreign = foreignTo(request);
    if (foreign !== undefined) {
      send(response, 403, { 'Content-Type': 'text/plain', Connection: 'close' }, `${foreign}\n`);
      return;
    }
    const signal = this.signalFor(response);
    if (pathOf(request).startsWith(CONTROL_PREFIX)) {
      await answerControl(this.options.control ?? {}, request, response, signal);
      return;
    }
    const protocol = this.protocols.find((candidate) => candidate.recognises(request))!;
    await this.exchange(protocol, request, response, signal);
  }

  /**
   * A signal that is aborted when the client disconnects or the twin closes. AbortSignal.any is no choice: a signal of the
   * server's whole life would keep one listener for every request.
   */
  private signalFor(response: ServerResponse): AbortSignal {
    const ending = new AbortController();
    this.open.set(response, ending);
    response.once('close', () => {
      this.open.delete(response);
      ending.abort(new DOMException('The client disconnected', 'AbortError'));
    });
    if (this.isClosing) endForClose(response, ending);
    return ending.signal;
  }

  private async exchange(
    protocol: Protocol,
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    let exchange: Exchange | undefined;
    try {
      exchange = await protocol.read(request);
      const { identity, faults, meter } = this.options;
      if (meter) meterRequest(meter, exchange, request, response);
      const principal = identity?.principalOf(credentialOf(request)?.accessKeyId);
      if (principal) identity?.authorize(principal, exchange.service, exchange.operation, exchange.input);
      const context = { signal, caller: this.callerOf(request), principal };
      await carryOut(exchange, request, response, context, faults);
    } catch (error) {
      if (response.destroyed) return; // the client has disconnected
      const answer = this.asServiceError(error, signal, exchange?.service);
      if (exchange === undefined) protocol.refuse(answer, request, response);
      else exchange.refuse(answer, response);
      request.resume();
    }
  }

  /** In Lambda every AWS client sends the invocation's trace id. AWS uses it to detect loops. */
  private callerOf({ headers }: IncomingMessage): CallingState | undefined {
    const traceId = headers['x-amzn-trace-id'];
    return typeof traceId === 'string' ? this.options.callerOf?.(traceId) : undefined;
  }

  private asServiceError(error: unknown, signal: AbortSignal, service?: ServiceName): ServiceError {
    if (error instanceof ServiceError) return error;
    if (signal.aborted) return new ServiceError('ServiceUnavailable', 'The twin is closing', 503);
    if (isDiskError(error)) reportDisk(error);
    else this.options.onUnexpected(error);
    const code = INTERNAL_ERRORS[service ?? 's3'] ?? 'InternalFailure';
    return new ServiceError(code, error instanceof Error ? error.message : String(error), 500);
  }
}

/**
 * Counts a request once it is answered. AWS bills no answer of 5xx; a lost answer counts, since its work was done.
 * Source: Amazon S3 User Guide, "Billing for Amazon S3 error responses".
 */
function meterRequest(
  meter: Meter,
  { service, operation }: Exchange,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): void {
  response.once('close', () => {
    const { statusCode } = response;
    if (statusCode >= 500) return;
    const bytes = Number(method === 'GET' ? response.getHeader('content-length') : bodyLength(headers));
    // A client may announce what it likes, and then be refused.
    const isSent = statusCode < 300 && Number.isSafeInteger(bytes) && bytes >= 0;
    meter.request(service, operation, isSent ? bytes : 0);
  });
}

function endForClose(response: ServerResponse, ending: AbortController): void {
  // A kept-alive connection would delay the server's close.
  response.shouldKeepAlive = false;
  ending.abort(new DOMException('The twin is closing', 'AbortError'));
}
