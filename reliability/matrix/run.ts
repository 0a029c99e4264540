import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { colours } from '../../cli/shared/colours';
import { Output, UsageError } from '../../cli/shared/output';
import { ROOT } from '../../testkit/root';
import { closingLine, exitCodeOf } from '../shared/command';
import { Progress } from '../shared/progress';
import { carryOutAll } from '../shared/workers';
import { cellsOf, everyFaultOnce, inGoodOrder, sampleOf, type Cell } from './cells';
import { LocalTwin } from './local-twin';
import { recordTasks } from './matrix';
import { packageService } from './packaged-service';
import type { Result } from './run-cell';
import { markdownPage, terminalTables } from './table';
import type { CellItem, CellResult, MatrixOrder } from './worker';

export interface MatrixOptions {
  readonly only?: RegExp;
  readonly sample?: number;
  readonly once?: boolean;
  readonly seed: number;
  readonly workers: number;
  readonly write?: boolean;
}

const PAGE = join(ROOT, 'docs/fault-matrix.md');
const WIDTH = 100;
const COMMAND = 'npm run matrix -- --write';
/** The number of cells that a worker runs at the same time: a cell mostly waits. */
const LANES = 3;

/** Runs cells of the matrix in workers, and prints their outcomes. @returns the exit code */
export async function runMatrix({
  only,
  sample,
  once,
  seed,
  workers,
  write,
}: MatrixOptions): Promise<number> {
  const started = performance.now();
  const output = new Output(false);
  const progress = new Progress('Packaging the service');
  const packaged = await packageService();
  try {
    const { service, definition } = packaged;
    progress.show('Recording what each task does');
    const twin = await LocalTwin.start(service);
    const recordings = await recordTasks(twin, definition).finally(() => twin.close());
    const cells = cellsOf(recordings, seed);
    const matching = cells.filter(({ name }) => only?.test(name) ?? true);
    const applicable = matching.filter(({ aim }) => aim !== undefined);
    const chosen = chosenOf(applicable, { sample, once, seed });
    if (chosen.length === 0) throw new UsageError(`No cell that applies matches ${String(only)}.`);
    progress.expect(chosen.length);
    const outcomes = await carryOutAll<MatrixOrder, CellItem, CellResult>(
      inGoodOrder(chosen).map(({ name }) => name),
      {
        module: join(__dirname, 'worker.ts'),
        order: { service, recordings, seed },
        workers,
        lanes: LANES,
        onOutcome: (outcome) => progress.count(outcome.item, trouble(outcome)),
      },
    );
    progress.end();
    const byName = new Map(
      outcomes.map((outcome) => [
        outcome.item,
        'result' in outcome
          ? outcome.result
          : { label: '', problems: [], notCarriedOut: outcome.failure.reason },
      ]),
    );
    const results = chosen.flatMap((cell): Result[] => {
      const result = byName.get(cell.name);
      return result ? [{ cell, ...result }] : [];
    });
    output.say(`${terminalTables(cells, results, WIDTH)}\n`);
    const wrong = results.filter(({ problems }) => problems.length > 0);
    const notCarriedOut = results.filter((result) => result.notCarriedOut !== undefined);
    for (const result of [...wrong, ...notCarriedOut]) output.say(explained(result, seed));
    if (write) await writePage(markdownPage(cells, results, COMMAND));
    const counts = { wrong: wrong.length, notCarriedOut: notCarriedOut.length };
    output.say(
      closingLine(
        'matrix',
        [
          [results.length, 'cells'],
          [results.length - wrong.length - notCarriedOut.length, 'right'],
          [wrong.length, 'wrong'],
          [notCarriedOut.length, 'not carried out'],
          [matching.length - applicable.length, 'not applicable'],
        ],
        (performance.now() - started) / 1_000,
        seed,
      ),
    );
    return exitCodeOf(counts);
  } finally {
    progress.end();
    packaged.remove();
  }
}

function chosenOf(
  cells: readonly Cell[],
  { sample, once, seed }: Pick<MatrixOptions, 'sample' | 'once' | 'seed'>,
): readonly Cell[] {
  const chosen = once ? everyFaultOnce(cells, seed) : cells;
  return sample === undefined ? chosen : sampleOf(chosen, sample, seed);
}

function trouble(outcome: { readonly result: CellResult } | object): string | undefined {
  if (!('result' in outcome)) return 'not carried out';
  return outcome.result.problems.length > 0 ? 'WRONG' : undefined;
}

function explained({ cell, problems, notCarriedOut }: Result, seed: number): string {
  const literal = cell.name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const lines = notCarriedOut === undefined ? problems : [`not carried out: ${notCarriedOut}`];
  return [
    colours.red(`✖ ${cell.name}`),
    ...lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`),
    `  Again: npm run matrix -- --seed ${seed} --only '^${literal}$'`,
    '',
  ].join('\n');
}

async function writePage(text: string): Promise<void> {
  const config = await resolveConfig(PAGE);
  writeFileSync(PAGE, await format(text, { ...config, filepath: PAGE }));
}
