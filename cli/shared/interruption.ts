import { constants } from 'node:os';
import type { Output } from './output';

/** Ctrl-C, kill, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does something that one of the signals ends, once: after what is to be done then.
 * @param message for people, who would else not know what became of what they started.
 */
export async function interruptible<Result>(
  output: Output,
  message: string,
  run: () => Promise<Result>,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<Result> {
  let stopping = false;
  const interrupted = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    output.note(`\n${message}`);
    void before().finally(() => process.exit(128 + constants.signals[signal]));
  };
  // Not once(): a spinner's own handler kills the process where it finds itself the last one left.
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    return await run();
  } catch (error) {
    // What was cut off is no failure of its own: the process ends once all has stopped.
    if (stopping) return await new Promise<never>(() => {});
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }
}
