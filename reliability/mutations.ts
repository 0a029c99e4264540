/**
 * Makes deliberate mistakes in the merge's SQL, one at a time, and shows that the histories find each of them; with the
 * SQL as it is the same histories come out right. `npm run mutations -- --runs N --seed S`
 */
import Table from 'cli-table3';
import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkHistories } from './histories/check-histories';
import { MERGE_SQL, ProvingGround } from './histories/proving-ground';
import { storyLine, storyOf } from './histories/story';
import { MUTATIONS, mutate } from './mutations/mutations';
import { atLeastOne, exitCodeOf, natural } from './shared/options';

// See cli/sluice.cjs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** A history that found a mistake is made simpler for so long, in milliseconds. */
const SIMPLIFY_FOR = 30_000;

const command = new Command('mutations')
  .description('Make mistakes in the merge on purpose, and find each by random histories.')
  .option('--runs <N>', 'how many histories each has to be found in', atLeastOne, 100)
  .option('--seed <S>', 'of the random numbers', natural, 1)
  .allowExcessArguments(false);

interface Found {
  readonly name: string;
  /** The number of the history that found it; undefined: none did. */
  readonly after: number | undefined;
}

async function main(): Promise<number> {
  const ended = exitCodeOf(command);
  if (ended !== undefined) return ended;
  const { runs, seed } = command.opts<{ runs: number; seed: number }>();
  const sql = readFileSync(join(resolve(__dirname, '..'), MERGE_SQL), 'utf8');
  // All of them first: that one does not apply should not be found after minutes.
  const mutated = MUTATIONS.map((mutation) => ({ name: mutation.name, text: mutate(sql, mutation) }));
  const ground = await ProvingGround.open();
  try {
    const results: Found[] = [];
    for (const { name, text } of mutated) {
      ground.useMergeSql(text);
      const { right, wrong } = await checkHistories(ground, { runs, seed, simplifyFor: SIMPLIFY_FOR });
      results.push({ name, after: wrong && right + 1 });
      console.log(
        wrong ? `${name}: caught after ${right + 1} histories` : `${name}: SURVIVED ${right} histories`,
      );
      if (wrong) console.log(`  ${storyLine(wrong.history)}\n  ${wrong.outcome.what}`);
    }

    const needed = Math.max(...results.map(({ after }) => after ?? runs));
    ground.useMergeSql(sql);
    const unmutated = await checkHistories(ground, { runs: needed, seed, simplifyFor: SIMPLIFY_FOR });
    if (unmutated.wrong) {
      const { history, outcome } = unmutated.wrong;
      console.log(['', 'Without a mutation:', ...storyOf(history), outcome.message].join('\n'));
    }

    const table = new Table({
      head: ['mutation of sql/merge-into-target.sql', 'caught'],
      style: { head: [], border: [] },
    });
    for (const { name, after } of results)
      table.push([name, after === undefined ? 'SURVIVED' : `after ${after} histories`]);
    table.push([
      'none',
      unmutated.wrong ? `WRONG after ${unmutated.right + 1} histories` : `${unmutated.right} histories right`,
    ]);
    console.log(`\n${table.toString()}`);
    const survived = results.filter(({ after }) => after === undefined).length;
    console.log(
      `mutations: ${results.length} made, ${results.length - survived} caught, ${survived} survived`,
    );
    return survived > 0 || unmutated.wrong ? 1 : 0;
  } finally {
    await ground.close();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
