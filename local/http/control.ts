import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '../service-error';
import { send } from './answers';
import { parseJson, readText } from './request-body';

/** Path of the control surface: faults, deliveries, notifications. No AWS API uses this path. */
export const CONTROL_PREFIX = '/_sluice/';

/**
 * Handles one control route. The result is sent as JSON; undefined is sent as 204.
 * @param input the JSON body; for GET and DELETE the query parameters.
 * @throws ServiceError sent as `{ code, message }` with its status.
 */
export type ControlHandler = (input: unknown, signal: AbortSignal) => unknown;

/** By method and path: `{ 'POST /_sluice/faults': … }`. */
export type ControlRoutes = Readonly<Record<string, ControlHandler>>;

const LARGEST_BYTES = 1024 * 1024;

export async function answerControl(
  routes: ControlRoutes,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  try {
    const answer = await handlerOf(routes, request)(await inputOf(request), signal);
    if (answer === undefined) response.writeHead(204).end();
    else sendJson(response, 200, answer);
  } catch (error) {
    if (error instanceof ServiceError) {
      sendJson(response, error.status, { code: error.code, message: error.message, ...error.details });
    } else {
      sendJson(response, 500, { code: 'InternalFailure', message: String(error) });
    }
  }
}

function handlerOf(routes: ControlRoutes, request: IncomingMessage): ControlHandler {
  const route = `${request.method} ${pathOf(request)}`;
  if (Object.hasOwn(routes, route)) return routes[route]!;
  const known = Object.keys(routes).join(', ');
  throw new ServiceError('NotFound', `No route ${route}. Routes: ${known}`, 404);
}

async function inputOf(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'DELETE') {
    return Object.fromEntries(new URL(request.url ?? '', 'http://127.0.0.1').searchParams);
  }
  // JSON only: a web page of another site can send the other types without a CORS preflight.
  if (request.headers['content-type']?.split(';')[0]?.trim() !== 'application/json') {
    throw new ServiceError('UnsupportedMediaType', 'Send application/json', 415);
  }
  return parseJson(await readText(request, LARGEST_BYTES));
}

export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0]!;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, { 'Content-Type': 'application/json' }, `${JSON.stringify(body)}\n`);
}
