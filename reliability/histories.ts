/**
 * Runs random histories of an hourly lake through the packaged state machine. After each, the target must match what
 * an oracle computes from the files alone. `npm run histories -- --runs 1000 --seed 7`
 */
import { Command } from 'commander';
import { join } from 'node:path';
import { Output } from '../cli/shared/output';
import { firstNumbers } from './histories/check-histories';
import { VARIANTS } from './histories/variants';
import type { HistoriesItem, HistoriesResult } from './histories/worker';
import {
  closingLine,
  exitCodeOf,
  runCommand,
  seedOption,
  wholeNumber,
  workersOption,
} from './shared/command';
import { Progress } from './shared/progress';
import { carryOutAll } from './shared/workers';

const SIMPLIFY_MILLISECONDS = 120_000;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly only?: number;
  readonly workers: number;
}

const command = new Command('histories')
  .description('Runs random histories of a lake, and compares each target with an oracle.')
  .option('--runs <count>', 'total number of histories', wholeNumber(1), 100)
  .addOption(seedOption())
  .option('--only <number>', 'repeat one history, by the number that the command printed', wholeNumber(0))
  .addOption(workersOption());

runCommand<Options>(command, async ({ runs, seed, only, workers }) => {
  const started = Date.now();
  const numbers = only === undefined ? firstNumbers(runs) : [only];
  const output = new Output(false);
  const progress = new Progress('Starting the twins', numbers.length);
  const outcomes = await carryOutAll<null, HistoriesItem, HistoriesResult, number>(
    numbers.map((number) => ({ numbers: [number], seed, simplifyFor: SIMPLIFY_MILLISECONDS })),
    {
      module: join(__dirname, 'histories/worker.ts'),
      order: null,
      workers,
      onOutcome: (outcome) => {
        const wrong = 'result' in outcome ? outcome.result.wrong?.what : 'not carried out';
        progress.count(`history ${outcome.item.numbers.join()}`, wrong);
      },
    },
  );
  progress.end();
  const results = outcomes.flatMap((outcome) => ('result' in outcome ? [outcome.result] : []));
  const wrong = results.flatMap((result) => result.wrong ?? []);
  for (const { number, story, what, details } of wrong) {
    const again = `Again: npm run histories -- --seed ${seed} --only ${number}`;
    output.say(['', ...story, '', what, ...details, '', again, ''].join('\n'));
  }
  for (const outcome of outcomes) {
    if ('failure' in outcome)
      output.say(`not carried out: history ${outcome.item.numbers.join()}: ${outcome.failure.reason}`);
  }
  const tally = { wrong: wrong.length, notCarriedOut: outcomes.length - results.length };
  output.say(
    closingLine(
      'histories',
      [
        [outcomes.length, 'run'],
        [results.length - wrong.length, 'right'],
        [tally.wrong, 'wrong'],
        [tally.notCarriedOut, 'not carried out'],
        [results.reduce((loads, result) => loads + result.loads, 0), 'loads'],
        [VARIANTS.length, 'datasets'],
      ],
      (Date.now() - started) / 1_000,
      seed,
    ),
  );
  return exitCodeOf(tally);
});
