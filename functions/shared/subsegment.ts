import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

/** What is known of a part of a trace when it ends. Source: AWS X-Ray Developer Guide, "AWS X-Ray segment documents". */
export interface Ended {
  /** The caller is to blame. */
  readonly error?: boolean;
  /** The service, or the function itself, is to blame. */
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly cause?: { readonly exceptions: readonly Thrown[] };
  readonly http?: object;
  readonly aws?: object;
}

interface Thrown {
  readonly id: string;
  readonly type: string;
  readonly message: string;
}

export interface Subsegment {
  readonly id: string;
  /** Sends it to the daemon. It is not traced if the invocation ends before. */
  end(ended: Ended): void;
}

/**
 * Begins a part of the invocation's trace.
 * @param parent the id of the part to which it belongs. Default: the invocation.
 * @param namespace `aws` for a call of an AWS service.
 * @returns undefined if Lambda does not trace this invocation, or nothing does, outside of Lambda.
 */
export function beginSubsegment(name: string, parent?: string, namespace?: 'aws'): Subsegment | undefined {
  const { _X_AMZN_TRACE_ID: header = '', AWS_XRAY_DAEMON_ADDRESS: daemon } = process.env;
  const trace = new Map(header.split(';').map((member) => member.split('=', 2) as [string, string]));
  if (daemon === undefined || trace.get('Sampled') !== '1') return undefined;
  const begun = {
    ...{ name, namespace, id: newId(), type: 'subsegment', start_time: Date.now() / 1_000 },
    ...{ trace_id: trace.get('Root'), parent_id: parent ?? trace.get('Parent') },
  };
  return {
    id: begun.id,
    end: (ended) => send(daemon, { ...begun, ...ended, end_time: Date.now() / 1_000 }),
  };
}

/** The log has the whole error. A document must fit into a packet. */
const MESSAGE_LENGTH = 1_000;

/** @param thrown whatever a call threw. */
export function causeOf(thrown: unknown): Ended['cause'] {
  const { name, message }: { name: string; message: unknown } =
    thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    exceptions: [{ id: newId(), type: name, message: String(message).slice(0, MESSAGE_LENGTH) }],
  };
}

const newId = (): string => randomBytes(8).toString('hex');

let socket: Socket | undefined;

/** Sends a document, and does not wait: no load fails for its trace, or is slower. */
function send(daemon: string, document: object): void {
  socket ??= createSocket('udp4')
    .on('error', () => {})
    .unref();
  const { host, port } = addressOf(daemon);
  try {
    socket.send(`${HEADER}\n${JSON.stringify(document)}`, port, host, () => {});
  } catch {
    // The address is none: Lambda sets it, but whoever deploys may, too.
  }
}

/** `host:port`, or `tcp:host:port udp:host:port`, as the X-Ray SDK takes it. */
function addressOf(daemon: string): { readonly host: string | undefined; readonly port: number } {
  const address = /udp:(\S+)/.exec(daemon)?.[1] ?? daemon;
  const [host, port] = address.split(':');
  return { host, port: Number(port) };
}

const HEADER = '{"format":"json","version":1}';
