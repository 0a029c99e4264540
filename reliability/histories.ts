/**
 * Random histories of an hourly lake through the packaged state machine; after each the target has to be what an oracle
 * makes of the files alone. `npm run histories -- --runs N --seed S`
 */
import { Command } from 'commander';
import { checkHistories } from './histories/check-histories';
import { ProvingGround } from './histories/proving-ground';
import { storyOf } from './histories/story';
import { VARIANTS } from './histories/variants';
import { atLeastOne, exitCodeOf, natural } from './shared/options';

// See cli/sluice.cjs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** A history that went wrong is made simpler for so long, in milliseconds. */
const SIMPLIFY_FOR = 120_000;
const PROGRESS_EVERY = 50;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
}

const command = new Command('histories')
  .description('Carry out random histories, and compare each target with an oracle.')
  .option('--runs <N>', 'how many histories', atLeastOne, 100)
  .option('--seed <S>', 'of the random numbers', natural, Math.floor(Date.now() % 1_000_000_000))
  .option('--path <PATH>', 'as a wrong history was printed with: that one alone')
  .allowExcessArguments(false);

async function main(): Promise<number> {
  const ended = exitCodeOf(command);
  if (ended !== undefined) return ended;
  const { seed, path, ...options } = command.opts<Options>();
  const runs = path === undefined ? options.runs : 1;
  const started = Date.now();
  const ground = await ProvingGround.open();
  try {
    const { right, wrong } = await checkHistories(ground, {
      runs,
      seed,
      path,
      simplifyFor: SIMPLIFY_FOR,
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
