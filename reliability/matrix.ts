/**
 * Runs every fault at every task of the compiled state machine, through the packaged state machine on the local twin.
 * `npm run matrix -- --write`
 */
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../cli/shared/output';
import type { MatrixOptions } from './matrix/run';
import { runCommand, seedOption, wholeNumber, workersOption } from './shared/command';

const command = new Command('matrix')
  .description('Runs every fault at every task of the state machine, and checks the whole outcome of each.')
  .option(
    '--only <expression>',
    'cells whose "state / group: fault" matches this regular expression',
    expression,
  )
  .option('--sample <count>', 'this number of cells, drawn by the seed', wholeNumber(1))
  .option('--once', 'every fault at one task, drawn by the seed')
  .addOption(seedOption())
  .addOption(workersOption())
  .option('--write', 'write docs/fault-matrix.md, of all cells');

function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

runCommand<MatrixOptions>(command, async (options) => {
  const { only, sample, once, write } = options;
  if (write && (once || (only ?? sample) !== undefined))
    throw new UsageError('--write needs all cells: leave out --only, --sample and --once.');
  // Loaded only here, because it takes a second, which wrong usage need not wait for.
  const { runMatrix } = await import('./matrix/run');
  return runMatrix(options);
});
