import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A response that discards everything written to it, for calls whose answer a fault drops. */
export function discardedResponse(request: IncomingMessage): ServerResponse {
  const nowhere = new Duplex({
    // Never full: only a server's own socket would emit the drain that a full response waits for.
    writableHighWaterMark: Number.MAX_SAFE_INTEGER,
    read() {},
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const response = new ServerResponse(request);
  // A response only writes to its socket.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  response.assignSocket(nowhere as Socket);
  return response;
}
