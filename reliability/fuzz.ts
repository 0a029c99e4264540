/**
 * Sends random bad input of every kind through the loader and the twin. Each case must be accepted whole or refused by
 * a name. `npm run fuzz -- --cases 1000 --seed 7`
 */
import { Command, Option } from 'commander';
import { Output, UsageError } from '../cli/shared/output';
import { runFuzz } from './fuzz/run';
import { closingLine, summary, totalsOf, troubles } from './fuzz/summary';
import { TARGET_NAMES } from './fuzz/target-names';
import { exitCodeOf, runCommand, seedOption, wholeNumber, workersOption } from './shared/command';
import { Progress } from './shared/progress';

interface Options {
  readonly cases: number;
  readonly seed: number;
  readonly only?: string;
  readonly path?: string;
  readonly workers: number;
}

const command = new Command('fuzz')
  .description(
    'Sends random bad input through the loader and the twin: they must accept it whole or refuse it by name.',
  )
  .option('--cases <count>', 'total number of cases', wholeNumber(1), 1_000)
  .addOption(seedOption())
  .addOption(new Option('--only <target>', 'one target, which gets all cases').choices(TARGET_NAMES))
  .option('--path <path>', 'repeat one case of a target, by the path that the command printed')
  .addOption(workersOption());

runCommand<Options>(command, async (options) => {
  if (options.path !== undefined && options.only === undefined)
    throw new UsageError('--path needs one target: name it with --only.');
  const { seed } = options;
  const started = Date.now();
  const output = new Output(false);
  const progress = new Progress('Starting the twins');
  const results = await runFuzz(options, (text, trouble) => progress.count(text, trouble));
  progress.end();
  output.say(summary(results));
  for (const result of results) for (const text of troubles(result, seed)) output.say(`\n${text}`);
  output.say(`\n${closingLine(results, seed, (Date.now() - started) / 1_000)}`);
  return exitCodeOf(totalsOf(results));
});
