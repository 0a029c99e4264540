import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultError } from '../faults/fault-error';
import type { FaultInjector } from '../faults/fault-injector';
import type { Fault } from '../faults/fault-rule';
import { discardedResponse } from './discarded-response';
import type { CallContext, Exchange } from './exchange';

/** Ends the process at once, as `kill -9` does: without flushing or closing anything. */
export function killProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Runs an exchange, or makes it fail as the due fault says. */
export async function carryOut(
  exchange: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
  context: CallContext,
  faults: FaultInjector,
): Promise<void> {
  const { service, operation, subject } = exchange;
  const fault = await faults.take(service, operation, subject, context.caller);
  switch (fault?.type) {
    case undefined:
      break;
    case 'delay':
      await sleep(fault.ms, undefined, { signal: context.signal });
      break;
    case 'error':
      exchange.refuse(faultError(fault), response);
      request.resume(); // a client that is still sending does not read the answer
      return;
    case 'drop':
      if (fault.when === 'after')
        await exchange.carryOut(discardedResponse(request), context).catch(ignoreRefusal);
      request.socket.destroy();
      return;
    case 'crash':
      killProcess();
      return;
    case 'rewrite':
      await exchange.carryOut(response, context, rewritten(exchange.input, fault));
      return;
    default:
      throw new Error(`A fault of type ${fault?.type} cannot happen at ${exchange.service} over HTTP`);
  }
  await exchange.carryOut(response, context);
}

/** A request with other texts. */
function rewritten(value: unknown, fault: Extract<Fault, { type: 'rewrite' }>): unknown {
  if (typeof value === 'string') return value.replace(new RegExp(fault.find, 'g'), fault.put);
  if (Array.isArray(value)) return value.map((each) => rewritten(each, fault));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rewritten(each, fault)]));
}

/** The answer is dropped, also if it is an error. */
function ignoreRefusal(): void {}
