import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root';

/** The options of each subcommand, and those of all subcommands, as cli/main.ts declares them. */
const [PREAMBLE = '', ...DECLARATIONS] = readFileSync(join(ROOT, 'cli/main.ts'), 'utf8').split(
  /^command\('/m,
);
const optionsIn = (source: string) =>
  [...source.matchAll(/(?:\.option\(|new Option\()\s*'(--[a-z-]+)/g)].map(([, option = '']) => option);
export const OPTIONS_OF_ALL = optionsIn(PREAMBLE);
export const COMMANDS = new Map(
  DECLARATIONS.map((source) => [/^\w+/.exec(source)?.[0] ?? '', [...optionsIn(source), ...OPTIONS_OF_ALL]]),
);

/** A use of the command in a text. */
interface Use {
  readonly subcommand: string;
  readonly options: readonly string[];
}

/** The uses of the command in a page: in code, as `sluice <subcommand> …` or through npm. */
export function usesOfCommand(text: string): readonly Use[] {
  const code = [...text.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].flatMap(([, block, span]) =>
    (block ?? span ?? '').split('\n'),
  );
  return code.flatMap((line) => {
    const use = /(?:^|\s)(?:npx |npm run )?sluice (?:-- )?([a-z]+)(.*)|npm run (demo) -- (.*)/.exec(line);
    if (!use) return [];
    const [, name, rest, demo, demoRest] = use;
    const options = (rest ?? demoRest ?? '').replace(/ #.*/, '').match(/--[a-z-]+/g) ?? [];
    return [{ subcommand: name ?? demo ?? '', options }];
  });
}

/** Subcommands that the pages name and the command does not have yet. Delete a name when its subcommand is there. */
const NOT_THERE_YET = ['logs'];

/** What of these the command does not have: subcommands, and options of subcommands. */
export function unknownUses(uses: readonly Use[]): readonly string[] {
  return uses.flatMap(({ subcommand, options }) => {
    const known = COMMANDS.get(subcommand);
    if (!known) return NOT_THERE_YET.includes(subcommand) ? [] : [subcommand];
    return options.filter((option) => !known.includes(option)).map((option) => `${subcommand} ${option}`);
  });
}
