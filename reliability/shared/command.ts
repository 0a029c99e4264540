import { CommanderError, InvalidArgumentError, Option, type Command } from 'commander';
import { availableParallelism } from 'node:os';
import { UsageError } from '../../cli/shared/output';

/**
 * The exit codes of every tool. The first three are those of the `sluice` command. If something could not be carried
 * out, that says nothing about Sluice: it is not wrong, but the run is not green.
 */
export const EXIT = { right: 0, wrong: 1, usage: 2, notCarriedOut: 3 } as const;

/** The number of things that a tool carries out, by how they end. */
export interface Tally {
  readonly right: number;
  readonly wrong: number;
  readonly notCarriedOut: number;
}

export function exitCodeOf({ wrong, notCarriedOut }: Pick<Tally, 'wrong' | 'notCarriedOut'>): number {
  if (wrong > 0) return EXIT.wrong;
  return notCarriedOut > 0 ? EXIT.notCarriedOut : EXIT.right;
}

/** The line that a tool prints last: `fuzz: 12 cases, 11 accepted, …, 4 s`. */
export function closingLine(
  tool: string,
  counts: readonly (readonly [count: number, what: string])[],
  seconds: number,
  seed?: number,
): string {
  const parts = counts.map(([count, what]) => `${count} ${what}`);
  return `${tool}: ${[...parts, ...(seed === undefined ? [] : [`seed ${seed}`]), `${Math.round(seconds)} s`].join(', ')}`;
}

/** Reads an option's whole number. @throws InvalidArgumentError if the text is not a whole number, or out of range */
export function wholeNumber(least: number, greatest = 999_999_999): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > greatest)
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${greatest}.`);
    return value;
  };
}

export function seedOption(): Option {
  return new Option('--seed <number>', 'the same seed gives the same cases')
    .argParser(wholeNumber(0))
    .default(1);
}

/** The number of worker processes. */
export function workersOption(): Option {
  return new Option('--workers <count>', 'processes that work at the same time')
    .argParser(wholeNumber(1, 64))
    .default(Math.min(availableParallelism(), 8), 'one for each core');
}

/**
 * Reads the command line and runs a tool. The process ends with the exit code that the tool returns.
 * @param run runs the tool; throws UsageError for options that exclude each other
 */
export function runCommand<Options extends object>(
  command: Command,
  run: (options: Options) => Promise<number>,
): void {
  // cli/sluice.cjs explains why.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  process.env.TZ = 'UTC';
  void exitCode(command, run).then((code) => (process.exitCode = code));
}

async function exitCode<Options extends object>(
  command: Command,
  run: (options: Options) => Promise<number>,
): Promise<number> {
  try {
    command
      .allowExcessArguments(false)
      .showHelpAfterError('(--help explains the usage)')
      .exitOverride()
      .parse();
    return await run(command.opts<Options>());
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.right : EXIT.usage;
    const isUsage = error instanceof UsageError;
    const text = isUsage ? error.message : String((error as Error).stack ?? error);
    process.stderr.write(`error: ${text}\n`);
    return isUsage ? EXIT.usage : EXIT.notCarriedOut;
  }
}
