import { CommanderError, InvalidArgumentError, type Command } from 'commander';

/** @throws InvalidArgumentError */
export function natural(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.');
  return Number(text);
}

/** @throws InvalidArgumentError */
export function atLeastOne(text: string): number {
  if (natural(text) === 0) throw new InvalidArgumentError('It has to be at least 1.');
  return Number(text);
}

/** The exit code with which a command ends that was not understood. */
const WRONG_USAGE = 2;

/**
 * Reads the command line; what is wrong with it, or the help that it asks for, has been printed then.
 * @returns the exit code with which to end at once; undefined where there is work to do
 */
export function exitCodeOf(command: Command): number | undefined {
  try {
    command.exitOverride().parse();
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : WRONG_USAGE;
  }
}
