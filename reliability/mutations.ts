/**
 * Makes deliberate mistakes in the sources, one at a time, and checks that a named test or the histories find each of
 * them. Without a mistake, the same tests and histories pass. `npm run mutations -- --runs 100 --seed 1`
 */
import { Command } from 'commander';
import fc from 'fast-check';
import { Output } from '../cli/shared/output';
import { renderTable } from '../cli/shared/table';
import { searchByHistories } from './mutations/by-histories';
import { isTested, searchByTests } from './mutations/by-tests';
import { mutatedTexts } from './mutations/mutation';
import { MUTATIONS } from './mutations/mutations';
import type { Tried } from './mutations/tried';
import {
  closingLine,
  exitCodeOf,
  runCommand,
  seedOption,
  wholeNumber,
  workersOption,
} from './shared/command';
import { Progress } from './shared/progress';

interface Options {
  readonly runs: number;
  readonly sample?: number;
  readonly only: string;
  readonly seed: number;
  readonly workers: number;
}

const command = new Command('mutations')
  .description('Makes deliberate mistakes in the sources, and finds each by a test or by random histories.')
  .option('--runs <count>', 'histories within which a mistake must be found', wholeNumber(1), 100)
  .option('--sample <count>', 'only so many of the mistakes that tests find, by the seed', wholeNumber(0))
  .option('--only <text>', 'only mistakes whose name or file holds this text', '')
  .addOption(seedOption())
  .addOption(workersOption());

runCommand<Options>(command, async (options) => {
  const started = Date.now();
  const { seed } = options;
  // All mutations are checked first, so that one that does not apply is found at once and not after minutes.
  MUTATIONS.forEach(mutatedTexts);
  const chosen = MUTATIONS.filter(({ name, changes }) =>
    [name, ...changes.map(({ file }) => file)].some((text) => text.includes(options.only)),
  );
  const tested = chosen.filter(isTested);
  const sample = fc.sample(fc.shuffledSubarray(tested, { minLength: tested.length }), { seed, numRuns: 1 });
  const byTests = options.sample === undefined ? tested : (sample[0] ?? []).slice(0, options.sample);
  const byHistories = chosen.filter(({ by }) => by === 'histories');

  const output = new Output(false);
  const progress = new Progress('Starting', byTests.length + byHistories.length);
  const onTried = ({ mutation, ending, text }: Tried) => progress.count(mutation.name, `${ending}: ${text}`);
  const searches = [
    await searchByTests(byTests, options, onTried),
    await searchByHistories(byHistories, options, onTried),
  ];
  progress.end();

  const tried = searches.flatMap((search) => search.tried);
  const order = new Map(MUTATIONS.map((mutation, index) => [mutation, index]));
  const place = ({ mutation }: Tried) => order.get(mutation) ?? 0;
  output.say(
    renderTable(
      ['file', 'mistake', 'outcome'],
      [
        ...tried
          .toSorted((left, right) => place(left) - place(right))
          .map(({ mutation, ending, text }) => [
            [...new Set(mutation.changes.map(({ file }) => file))].join(', '),
            mutation.name,
            `${ending}: ${text}`,
          ]),
        ...searches.map(({ unmutated: { right, total } }, index) => [
          '',
          'none',
          `${right} of ${total} ${index === 0 ? 'tests' : 'histories'} right`,
        ]),
      ],
      { lengths: [60, 100, 160], width: Infinity },
    ),
  );
  const unmutated = searches.map((search) => search.unmutated);
  const wrong = unmutated.flatMap((each) => each.wrong);
  for (const each of wrong) output.say(`\nWithout a mistake:\n${each}`);
  const failed = tried.filter(({ ending }) => ending === 'not carried out');
  const notRun = unmutated.flatMap((each) => each.notCarriedOut);
  for (const reason of [...failed.map(({ mutation, text }) => `${mutation.name}: ${text}`), ...notRun])
    output.say(`not carried out: ${reason}`);

  const survived = tried.filter(({ ending }) => ending === 'survived').length;
  output.say(
    closingLine(
      'mutations',
      [
        [tried.length, 'made'],
        [tried.filter(({ ending }) => ending === 'caught').length, 'caught'],
        [survived, 'survived'],
        [failed.length, 'not carried out'],
      ],
      (Date.now() - started) / 1_000,
      seed,
    ),
  );
  return exitCodeOf({ wrong: survived + wrong.length, notCarriedOut: failed.length + notRun.length });
});
