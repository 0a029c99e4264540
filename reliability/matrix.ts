/**
 * Every task of the compiled state machine × every fault, through the packaged state machine on the local twin.
 * `npm run matrix -- --help`. Exit codes: 0 all right, 1 a wrong outcome, 2 wrong usage.
 */
import { Command, InvalidArgumentError } from 'commander';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { colours } from '../cli/shared/colours';
import { Output } from '../cli/shared/output';
import { startSpinner } from '../cli/shared/spinner';
import { sampleOf, type Cell } from './matrix/cells';
import { Matrix } from './matrix/matrix';
import { packageService } from './matrix/packaged-service';
import type { Result } from './matrix/run-cell';
import { markdownPage, terminalTables } from './matrix/table';
import { atLeastOne, exitCodeOf } from './shared/options';

// See cli/sluice.cjs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.env.TZ = 'UTC';

interface Options {
  readonly only?: RegExp;
  readonly sample?: number;
  readonly seed: number;
  readonly twins: number;
  readonly keepGoing?: boolean;
  readonly write?: boolean;
}

const PAGE = join(resolve(__dirname, '..'), 'docs/fault-matrix.md');
const WIDTH = 100;
/** Where progress cannot be drawn over itself, every so many cells get a line. */
const NOTED_CELLS = 25;
const COMMAND = 'npm run matrix -- --write';

const program = new Command('matrix')
  .description('Runs every fault at every task of the state machine and checks the whole outcome of each.')
  .option(
    '--only <expression>',
    'only cells whose "state / group: fault" matches this regular expression',
    expression,
  )
  .option('--sample <count>', 'only so many cells, drawn by the seed', atLeastOne)
  .option('--seed <number>', 'of the sample and of the random moments', atLeastOne, 1)
  .option('--twins <count>', 'twins that run cells at the same time', atLeastOne, 3)
  .option('--keep-going', 'begin further cells after the first wrong outcome')
  .option('--write', 'write docs/fault-matrix.md, of all cells')
  .allowExcessArguments(false);

function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

async function run({ only, sample, seed, twins, keepGoing, write }: Options): Promise<number> {
  const started = performance.now();
  const output = new Output(false);
  const spinner = startSpinner(output, 'Packaging the service');
  const packaged = await packageService();
  let matrix: Matrix | undefined;
  try {
    spinner?.show('Recording what each task does');
    matrix = await Matrix.of(packaged.service, packaged.definition, seed);
    const matching = matrix.cells.filter(({ name }) => only?.test(name) ?? true);
    const chosen = applicable(matching);
    const cells = sample === undefined ? chosen : sampleOf(chosen, sample, seed);
    if (cells.length === 0) {
      spinner?.stop();
      output.note(`error: no cell that applies matches ${String(only)}`);
      return 2;
    }
    let done = 0;
    const results = await matrix.run(cells, { twins, keepGoing }, ({ cell, problems }) => {
      done += 1;
      const mark = problems.length > 0 ? colours.red('✖') : colours.green('✔');
      const line = `${done} of ${cells.length} cells ${mark} ${cell.name}`;
      if (spinner) spinner.show(line);
      else if (problems.length > 0 || done % NOTED_CELLS === 0) output.note(line);
    });
    spinner?.stop();
    output.say(terminalTables(matrix.cells, results, WIDTH));
    output.say();
    const wrong = results.filter(({ problems }) => problems.length > 0);
    for (const result of wrong) output.say(explained(result, seed));
    if (write) await writePage(markdownPage(matrix.cells, results, COMMAND));
    output.say(
      `matrix: ${results.length} cells, ${results.length - wrong.length} right, ${wrong.length} wrong, ` +
        `${matching.length - chosen.length} not applicable, ${Math.round((performance.now() - started) / 1_000)} s`,
    );
    return wrong.length > 0 || results.length < cells.length ? 1 : 0;
  } finally {
    spinner?.stop();
    await matrix?.close();
    packaged.remove();
  }
}

const applicable = (cells: readonly Cell[]) => cells.filter(({ aim }) => aim !== undefined);

function explained({ cell, problems }: Result, seed: number): string {
  const literal = cell.name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return [
    colours.red(`✖ ${cell.name}`),
    ...problems.map((problem) => `  ${problem.replaceAll('\n', '\n  ')}`),
    `  Again: npm run matrix -- --seed ${seed} --only '^${literal}$'`,
    '',
  ].join('\n');
}

async function writePage(text: string): Promise<void> {
  const config = await resolveConfig(PAGE);
  writeFileSync(PAGE, await format(text, { ...config, filepath: PAGE }));
}

async function main(): Promise<number> {
  const ended = exitCodeOf(program);
  if (ended !== undefined) return ended;
  const options = program.opts<Options>();
  if (options.write && (options.only ?? options.sample) !== undefined) {
    process.stderr.write('error: --write is of all cells: leave --only and --sample out\n');
    return 2;
  }
  return run(options);
}

void main().then((code) => (process.exitCode = code));
