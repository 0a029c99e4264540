/** A twin in a process of its own, that can be killed as `kill -9` does; the body of that process. */
import { startTwin, type TwinOptions } from '../../local/twin';
import type { TwinDescription } from '../../local/description';
import { setTimeout as sleep } from 'node:timers/promises';
import { killProcess } from '../../local/http/faulty';
import { isOf } from './recording';
import type { Task } from './tasks';

export type TwinOrder = Pick<
  TwinOptions,
  'serviceDirectory' | 'packagesDirectory' | 'stateDirectory' | 'speed' | 'longestPollSeconds'
>;

/** When the process is to end: so long after the task's n-th call has arrived. */
export interface KillOrder {
  readonly task: Task;
  readonly call: number;
  readonly afterMs: number;
}

export type TwinAnswer = { readonly ready: TwinDescription } | { readonly armed: true };

async function serve(order: TwinOrder): Promise<void> {
  const twin = await startTwin(order);
  const answer = (message: TwinAnswer) => process.send?.(message);
  process.on('message', (message) => {
    if (message === 'end') {
      void twin.close().then(() => process.exit(0));
      return;
    }
    const { task, call: nth, afterMs } = message as KillOrder;
    let seen = 0;
    twin.faults.observe((call) => {
      if (!isOf(task, call)) return;
      seen += 1;
      if (seen !== nth) return;
      if (afterMs === 0) killProcess();
      void sleep(afterMs).then(killProcess);
    });
    answer({ armed: true });
  });
  answer({ ready: twin.description });
}

// Without its parent nobody would end it.
process.on('disconnect', () => process.exit(1));
if (process.argv[2]) void serve(JSON.parse(process.argv[2]) as TwinOrder);
