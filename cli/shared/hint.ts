import { oneLine } from '../../core/one-line';
import type { CommonOptions } from '../run';

/** Where the local twin keeps its state if nobody says it: see main.ts. */
const STATE_DIRECTORY = '.sluice';

/** The options that a further command needs, to work on the same dataset and deployment: ` --stage dev`. */
export function connectionFlags({ dataset, stage, region, stateDir }: Partial<CommonOptions>): string {
  const flags: [string, string | undefined][] = [
    ['dataset', dataset],
    ['stage', stage],
    ['region', region],
    ['state-dir', stateDir === STATE_DIRECTORY ? undefined : stateDir],
  ];
  return flags
    .filter((flag): flag is [string, string] => flag[1] !== undefined)
    .map(([name, value]) => ` --${name} ${shellWord(value)}`)
    .join('');
}

/** A word as a shell takes it. Control characters are escaped, so that no text controls the terminal. */
export function shellWord(word: string): string {
  return /^[\w./:@=+,-]+$/.test(word) ? word : `'${oneLine(word).replaceAll("'", `'\\''`)}'`;
}
