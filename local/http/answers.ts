import type { ServerResponse } from 'node:http';

/** Sends a whole answer with its length. Closes the connection if the answer has already begun. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy(); // a half-sent answer cannot be taken back
    return;
  }
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
