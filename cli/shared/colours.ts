import { createColors } from 'picocolors';

/**
 * Whether to colour text: on a terminal that does not forbid it (https://no-color.org), or if FORCE_COLOR asks for it.
 * The rule of picocolors does not fit: it also colours what a CI job writes into a pipe or a file.
 */
export function wantsColours(
  stream: { readonly isTTY?: boolean } = process.stdout,
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== '0';
  return stream.isTTY === true && environment.TERM !== 'dumb';
}

export const colours = createColors(wantsColours());
