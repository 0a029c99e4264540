import ora, { type Ora } from 'ora';
import { wantsColours } from './colours';
import type { Output } from './output';

/** Shows the current work on one line of the terminal. */
export interface Spinner {
  show(text: string): void;
  /** Removes the line, so that other text can be written. */
  stop(): void;
}

/** @returns undefined if the output cannot be redrawn. */
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

/** Shortens a text to one line: ora 8.2.0 removes too many lines after a text that wraps. */
function fitted(text: string): string {
  const width = process.stdout.columns - 6;
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
