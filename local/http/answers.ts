import type { ServerResponse } from 'node:http';

/** Sends a whole answer with its length. Does nothing where the connection is gone or the answer has begun. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy(); // half an answer cannot be taken back, only broken off
    return;
  }
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
