import { CommanderError, InvalidArgumentError, type Command } from 'commander';

/** Reads an option's whole number. What is none, or out of range, is refused with InvalidArgumentError. */
export function wholeNumber(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > greatest)
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${greatest}.`);
    return value;
  };
}

const GREATEST = 999_999_999;
export const natural = wholeNumber(0, GREATEST);
export const atLeastOne = wholeNumber(1, GREATEST);

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
