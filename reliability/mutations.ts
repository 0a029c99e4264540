/**
 * Makes deliberate mistakes in the merge's SQL, one at a time, and checks that the histories find each of them. With
 * the unchanged SQL, the same histories pass. `npm run mutations -- --runs 100 --seed 1`
 */
import { Command } from 'commander';
import { join } from 'node:path';
import { Output } from '../cli/shared/output';
import { renderTable } from '../cli/shared/table';
import { firstNumbers } from './histories/check-histories';
import type { HistoriesItem, HistoriesResult } from './histories/worker';
import { MERGE_SQL, mutatedMergeSql, MUTATIONS } from './mutations/mutations';
import {
  closingLine,
  exitCodeOf,
  runCommand,
  seedOption,
  wholeNumber,
  workersOption,
} from './shared/command';
import { Progress } from './shared/progress';
import { carryOutAll, type Outcome } from './shared/workers';

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly workers: number;
}

type Result = Outcome<HistoriesItem, HistoriesResult, number>;

const command = new Command('mutations')
  .description('Makes deliberate mistakes in the merge, and finds each by random histories.')
  .option('--runs <count>', 'histories within which each mistake must be found', wholeNumber(1), 100)
  .addOption(seedOption())
  .addOption(workersOption());

runCommand<Options>(command, async ({ runs, seed, workers }) => {
  const started = Date.now();
  // All mutations are checked first, so that one that does not apply is found at once and not after minutes.
  for (const { name } of MUTATIONS) mutatedMergeSql(name);
  const output = new Output(false);
  const progress = new Progress('Starting the twins', MUTATIONS.length);
  const carryOut = (items: readonly HistoriesItem[]) =>
    carryOutAll<null, HistoriesItem, HistoriesResult, number>(items, {
      module: join(__dirname, 'histories/worker.ts'),
      order: null,
      workers,
      onOutcome: (outcome) => progress.count(outcome.item.mutation ?? 'without a mistake', ending(outcome)),
    });
  const mutated = await carryOut(
    MUTATIONS.map(({ name }) => ({ mutation: name, numbers: firstNumbers(runs), seed, simplifyFor: 0 })),
  );
  const needed = Math.max(...mutated.map((outcome) => foundAfter(outcome) ?? 1));
  progress.expect(MUTATIONS.length + needed);
  const unmutated = await carryOut(
    firstNumbers(needed).map((number) => ({ numbers: [number], seed, simplifyFor: 0 })),
  );
  progress.end();

  const right = unmutated.filter((outcome) => 'result' in outcome && !outcome.result.wrong).length;
  output.say(
    renderTable(
      [`mistake in ${MERGE_SQL}`, 'outcome'],
      [
        ...mutated.map((outcome) => [outcome.item.mutation ?? '', ending(outcome) ?? '']),
        ['none', `${right} of ${needed} histories right`],
      ],
      { lengths: [100], width: Infinity },
    ),
  );
  for (const outcome of unmutated) {
    if ('result' in outcome && outcome.result.wrong) {
      const { story, what, details } = outcome.result.wrong;
      output.say(['', 'Without a mistake:', ...story, '', what, ...details].join('\n'));
    }
  }
  for (const outcome of [...mutated, ...unmutated])
    if ('failure' in outcome) output.say(`not carried out: ${outcome.failure.reason}`);

  const failures = (outcomes: readonly Result[]) => outcomes.filter((outcome) => 'failure' in outcome).length;
  const caught = mutated.filter((outcome) => foundAfter(outcome) !== undefined).length;
  const survived = mutated.length - caught - failures(mutated);
  const seconds = (Date.now() - started) / 1_000;
  output.say(
    closingLine(
      'mutations',
      [
        [mutated.length, 'made'],
        [caught, 'caught'],
        [survived, 'survived'],
        [failures(mutated), 'not carried out'],
      ],
      seconds,
      seed,
    ),
  );
  return exitCodeOf({
    wrong: survived + (unmutated.length - right - failures(unmutated)),
    notCarriedOut: failures(mutated) + failures(unmutated),
  });
});

/** The number of histories run until the mistake was found; undefined if none found it. */
function foundAfter(outcome: Result): number | undefined {
  return 'result' in outcome && outcome.result.wrong ? outcome.result.right + 1 : undefined;
}

function ending(outcome: Result): string | undefined {
  if ('failure' in outcome) return 'not carried out';
  const { right, wrong } = outcome.result;
  if (outcome.item.mutation === undefined) return wrong && `WRONG: ${wrong.what}`;
  return wrong ? `caught after ${right + 1} histories: ${wrong.what}` : `SURVIVED ${right} histories`;
}
