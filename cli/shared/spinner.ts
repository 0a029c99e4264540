import ora, { type Ora } from 'ora';
import { wantsColours } from './colours';
import type { Output } from './output';

/** What is being done now, on one line of the terminal. */
export interface Spinner {
  show(text: string): void;
  /** Takes the line away, for other text to be written. */
  stop(): void;
}

/** @returns undefined where nothing can be drawn over. */
export function startSpinner(output: Output, text: string): Spinner | undefined {
  if (!output.live) return undefined;
  const spinner: Ora = ora({
    text: fitted(text),
    stream: process.stdout,
    discardStdin: false,
    ...(wantsColours() ? {} : { color: false }),
  }).start();
  return {
    show(next) {
      spinner.text = fitted(next);
      if (!spinner.isSpinning) spinner.start();
    },
    stop: () => {
      spinner.stop();
    },
  };
}

/** A text that wraps is counted wrongly when it is taken away (ora 8.2.0), and what stood above it goes too. */
function fitted(text: string): string {
  const width = process.stdout.columns - 6;
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
