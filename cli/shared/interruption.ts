import { constants } from 'node:os';
import type { Output } from './output';

/** What a signal does to a work that does not simply go on where it runs. */
export interface Interruption {
  /** Says what becomes of the work. */
  readonly message: string;
  /** Ends the work, and waits until nothing of it is left. */
  stop(): Promise<void>;
  /** What a second signal prints before it ends the process at once. Default: a second signal changes nothing. */
  readonly giveUp?: () => string;
}

/** npx passes on the Ctrl-C that the terminal has sent to the process already: that is no second one. */
const SAME_SIGNAL_MILLISECONDS = 1_000;

/** Ctrl-C, kill, and a closed terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs something that a signal ends. The first signal prints the message, waits for `stop` and ends the process.
 */
export async function interruptible<Result>(
  output: Output,
  interruption: Interruption,
  run: () => Promise<Result>,
): Promise<Result> {
  let since: number | undefined;
  const interrupted = (signal: NodeJS.Signals) => {
    const exit = () => process.exit(128 + constants.signals[signal]);
    if (since === undefined) {
      since = performance.now();
      output.note(`\n${interruption.message}`);
      void interruption.stop().finally(exit);
    } else if (interruption.giveUp && performance.now() - since > SAME_SIGNAL_MILLISECONDS) {
      output.note(`\n${interruption.giveUp()}`);
      exit();
    }
  };
  // Not once(): the handler of a spinner kills the process if it is the only handler left.
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    return await run();
  } catch (error) {
    // An error of interrupted work is no failure: the process ends as soon as everything has stopped.
    if (since !== undefined) return await new Promise<never>(() => {});
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }
}
