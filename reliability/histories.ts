/**
 * Random histories of an hourly lake through the packaged state machine; after each the target has to be what an oracle
 * makes of the files alone. `npm run histories -- --runs N --seed S`
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { checkHistories } from './histories/check-histories';
import { ProvingGround } from './histories/proving-ground';
import { storyOf } from './histories/story';
import { VARIANTS } from './histories/variants';

/** A history that went wrong is made simpler for so long, in milliseconds. */
const SHRINK_FOR = 120_000;
const PROGRESS_EVERY = 50;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
}

/** @throws InvalidArgumentError */
function natural(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.');
  return Number(text);
}

/** @throws InvalidArgumentError */
function atLeastOne(text: string): number {
  if (natural(text) === 0) throw new InvalidArgumentError('It has to be at least 1.');
  return Number(text);
}

const command = new Command('histories')
  .description('Carry out random histories, and compare each target with an oracle.')
  .option('--runs <N>', 'how many histories', atLeastOne, 100)
  .option('--seed <S>', 'of the random numbers', natural, Math.floor(Date.now() % 1_000_000_000))
  .option('--path <PATH>', 'as a wrong history was printed with: that one alone')
  .allowExcessArguments(false)
  .exitOverride();

async function main(): Promise<number> {
  try {
    command.parse();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  const { runs, seed, path } = command.opts<Options>();
  const started = Date.now();
  const ground = await ProvingGround.open();
  try {
    const { right, wrong } = await checkHistories(ground, {
      runs,
      seed,
      path,
      shrinkFor: SHRINK_FOR,
      onRight: (count) => {
        if (count % PROGRESS_EVERY === 0) console.log(`${count} of ${runs} right, ${ground.loads} loads`);
      },
      onWrong: () => console.log('A history came out wrong; looking for the simplest that does.'),
    });
    if (wrong) {
      console.log(
        ['', ...storyOf(wrong.history), '', wrong.outcome.what, ...wrong.outcome.details].join('\n'),
      );
      console.log(`\nTo see it again: npm run histories -- --seed ${seed} --path ${wrong.path}\n`);
    }
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(
      `histories: ${right + (wrong ? 1 : 0)} run, ${right} right, ${wrong ? 1 : 0} wrong, ${ground.loads} loads, ${VARIANTS.length} strategies, seed ${seed}, ${seconds} s`,
    );
    return wrong ? 1 : 0;
  } finally {
    await ground.close();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
