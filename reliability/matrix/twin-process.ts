/** A twin in its own process, which can be killed as by `kill -9`; this is the body of that process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TwinDescription } from '../../local/description';
import { killProcess } from '../../local/http/faulty';
import { startTwin, type TwinOptions } from '../../local/twin';
import type { Kill } from './faults';
import { heldBack } from './holds';
import { belongsTo, type Row, type Task } from './tasks';

export type TwinOrder = Pick<
  TwinOptions,
  | 'serviceDirectory'
  | 'packagesDirectory'
  | 'stateDirectory'
  | 'speed'
  | 'longestPollSeconds'
  | 'longestInvocationSeconds'
>;

/** The call of a row at which the process kills itself. */
export interface KillOrder extends Kill, Row {
  /** The tasks whose first statement outlasts an invocation. */
  readonly outlasting: readonly Task[];
}

/** `disarmed` means that no kill will happen. A process that is being killed does not answer. */
export type TwinAnswer = { readonly ready: TwinDescription } | 'armed' | 'disarmed';
export type TwinRequest = KillOrder | 'disarm' | 'end';

async function serve(order: TwinOrder): Promise<void> {
  const twin = await startTwin(order);
  const answer = (message: TwinAnswer) => process.send?.(message);
  let isReached = false;
  process.on('message', (message: TwinRequest) => {
    if (message === 'end') {
      void twin.close().then(() => process.exit(0));
    } else if (message === 'disarm') {
      if (isReached) return;
      twin.faults.observe(undefined);
      answer('disarmed');
    } else {
      const { service, operation, nth, afterMs } = message;
      const isOfRow = belongsTo(message);
      const holds = heldBack(message.outlasting);
      let seen = 0;
      twin.faults.observe((call) => {
        if (isOfRow(call) && call.service === service && call.operation === operation) seen += 1;
        if (seen >= nth && !isReached) {
          isReached = true;
          if (afterMs === 0) killProcess();
          void sleep(afterMs).then(killProcess);
        }
        return holds.on(call);
      });
      answer('armed');
    }
  });
  answer({ ready: twin.description });
}

// A process without its parent must end itself.
process.on('disconnect', () => process.exit(1));
if (process.argv[2]) void serve(JSON.parse(process.argv[2]) as TwinOrder);
