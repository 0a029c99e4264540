import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultError } from '../faults/fault-error';
import type { FaultInjector } from '../faults/fault-injector';
import { discardedResponse } from './discarded-response';
import type { CallContext, Exchange } from './exchange';

/** Ends the process at once, as `kill -9` does: nothing is flushed, nothing is closed. */
export function killProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Carries an exchange out, or lets it go wrong as the fault that is due says. */
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
      request.resume(); // a client that is still sending reads no answer
      return;
    case 'drop':
      if (fault.when === 'after')
        await exchange.carryOut(discardedResponse(request), context).catch(ignoreRefusal);
      request.socket.destroy();
      return;
    case 'crash':
      killProcess();
      return;
    default:
      throw new Error(`A fault of type ${fault?.type} cannot happen at ${exchange.service} over HTTP`);
  }
  await exchange.carryOut(response, context);
}

/** The answer is lost whatever it is. */
function ignoreRefusal(): void {}
