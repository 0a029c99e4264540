import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A response that takes everything and sends it nowhere, for work whose answer is to be lost. */
export function discardedResponse(request: IncomingMessage): ServerResponse {
  const nowhere = new Duplex({
    // Never full: it is a server's own socket that tells a response to go on, and this is none.
    writableHighWaterMark: Number.MAX_SAFE_INTEGER,
    read() {},
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const response = new ServerResponse(request);
  response.assignSocket(nowhere as Socket);
  return response;
}
