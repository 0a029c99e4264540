/**
 * Bad input of every kind, made by chance, through the loader and the twin: a case is taken whole, or refused by a name.
 * `npm run fuzz -- --cases 1000 --seed 7`
 */
import { Command, Option } from 'commander';
import { Output } from '../cli/shared/output';
import { startSpinner } from '../cli/shared/spinner';
import { runFuzz } from './fuzz/run';
import { closingLine, summary, wrongText } from './fuzz/summary';
import { TARGET_NAMES } from './fuzz/target-names';
import { exitCodeOf, wholeNumber } from './shared/options';

/** Exit codes, as the `sluice` command has them: nothing is wrong; a case is; the command was used wrongly. */
const EXIT = { done: 0, wrong: 1, usage: 2 } as const;

interface Options {
  readonly cases: number;
  readonly seed: number;
  readonly only?: string;
  readonly path?: string;
}

const program = new Command('fuzz')
  .description('Bad input by chance through the loader and the twin: taken whole, or refused by name.')
  .addOption(new Option('--cases <n>', 'cases in all').argParser(wholeNumber(1, 10_000_000)).default(1_000))
  .addOption(
    new Option('--seed <n>', 'left out: another for every run').argParser(wholeNumber(0, 2 ** 31 - 1)),
  )
  .addOption(new Option('--only <target>', 'one target, which then gets all cases').choices(TARGET_NAMES))
  .addOption(new Option('--path <path>', 'one case of a target again, as the command printed it'))
  .showHelpAfterError('(add --help for how it is used)');

async function main(): Promise<number> {
  const ended = exitCodeOf(program);
  if (ended !== undefined) return ended;
  const options = program.opts<Options>();
  if (options.path !== undefined && options.only === undefined) {
    process.stderr.write('fuzz: --path is of one target: name it with --only.\n');
    return EXIT.usage;
  }
  const started = Date.now();
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const output = new Output(false);
  const spinner = startSpinner(output, 'starting the twin');
  const results = await runFuzz({ ...options, seed }, (text) => spinner?.show(text));
  spinner?.stop();
  output.say(summary(results));
  for (const result of results) if (result.wrong) output.say(`\n${wrongText(result, result.wrong, seed)}`);
  output.say(`\n${closingLine(results, seed, (Date.now() - started) / 1_000)}`);
  return results.some((result) => result.wrong) ? EXIT.wrong : EXIT.done;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`fuzz: ${String((error as Error).stack ?? error)}\n`);
    process.exitCode = EXIT.wrong;
  },
);
