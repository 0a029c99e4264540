import { constants } from 'node:os';
import type { Output } from './output';

/** What a signal does to a work that does not simply go on where it runs. */
export interface Interruption {
  /** Says what becomes of the work. */
  readonly message: string;
  /** Ends the work, and waits until nothing of it is left. */
  stop(): Promise<void>;
}

/** Ctrl-C, kill, and a closed terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs something that a signal ends. The first signal prints the message, waits for `before` and ends the process.
 * @param message says what becomes of the work that was started.
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
  // Not once(): the handler of a spinner kills the process if it is the only handler left.
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    return await run();
  } catch (error) {
    // An error of interrupted work is no failure: the process ends as soon as everything has stopped.
    if (stopping) return await new Promise<never>(() => {});
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }
}
