import { createColors } from 'picocolors';

/**
 * Whether text is coloured: where a person looks at a terminal that wants it (https://no-color.org), or asked for with
 * FORCE_COLOR. Not picocolors' own rule, which also colours what a CI job writes into a pipe or a file.
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
