import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { UsageError } from '../shared/output';

/** The person said no. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

/** Whether somebody can be asked. */
export const isTerminal = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/**
 * Refuses to work on a stage without a yes.
 * @throws UsageError without a terminal and without --yes
 */
export function checkConsent(options: {
  readonly stage?: string;
  readonly yes?: boolean;
  readonly plan?: boolean;
}) {
  if (options.stage === undefined || options.yes || options.plan || isTerminal()) return;
  throw new UsageError(
    `certify makes things in stage ${options.stage} and costs money, and there is no terminal to ask on. Read npx sluice certify --plan, then add --yes.`,
  );
}

/**
 * Asks on the terminal, on stderr: stdout may hold a document. The end of the input, and Ctrl-C, are a no.
 * @param signal ends the question with a no.
 */
export async function askPerson(
  question: string,
  signal?: AbortSignal,
  input: Readable = process.stdin,
  output: Writable = process.stderr,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  try {
    const ended = once(terminal, 'close').then(() => '');
    const asked = terminal.question(`${question} [y/N] `, signal ? { signal } : {}).catch(() => '');
    return /^y(es)?$/i.test((await Promise.race([asked, ended])).trim());
  } finally {
    terminal.close();
  }
}
