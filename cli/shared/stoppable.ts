import type { Work } from '../run';
import type { Connection } from './connection';
import type { Interruption } from './interruption';
import type { Output } from './output';

/** Work that a signal ends where it can, and that says itself how far it has come. */
export function stoppable(
  run: (connection: Connection, output: Output, signal: AbortSignal) => Promise<number>,
  texts: Pick<Interruption, 'message' | 'giveUp'>,
): Pick<Work<Connection>, 'run' | 'interruption'> {
  const stop = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  return {
    run: (connection, output) => {
      const result = run(connection, output, stop.signal);
      running = result.catch(() => {});
      return result;
    },
    interruption: {
      ...texts,
      stop: async () => {
        stop.abort();
        await running;
      },
    },
  };
}
