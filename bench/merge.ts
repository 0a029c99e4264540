import { atMost, figure, type Bench, type Figure, type Measured } from './bench';
import { answerOf } from './fork';
import type { MergeOrder, MergeResult } from './merge/process';
import { SIDES, SIDE_TEXTS, type SideName } from './merge/sides';
import { makeTarget } from './merge/target';

const MILLION = 1_000_000;
/** Rows of the targets. */
const SIZES = [1, 10, 50, 100].map((millions) => millions * MILLION);
const [SMALLEST = 0, LARGEST = 0] = [SIZES[0], SIZES.at(-1)];
const MOST_MEBIBYTES = 2_048;

const ABOUT = `Merges an hour of 1,000,000 staged rows, of which one in ten corrects a row of the hour before, into targets of 1, 10, 50 and 100 million rows. DuckDB runs the statements of sql/merge-into-target.sql alone, in a file database that is made once and kept under \`.sluice/bench\`, with at most 1,500 MB of its own. Beside it run the ways in which such a merge is usually written; (b) and (c) are wrong if an old hour is loaded again, and (a) takes no correction. Each run is a process of its own, so no data is in its memory, and is rolled back, so that each finds the same target: the commit is not measured. All runs of a round follow each other, and a ratio is of two runs of one round. It shows how the work grows with the target in an engine with zone maps. It says nothing about the seconds of a Redshift workgroup, nor about what rows moved between nodes cost there.`;

/** Seconds and peak memory, by size and side, one for each round. */
type Runs = ReadonlyMap<number, ReadonlyMap<SideName, readonly MergeResult[]>>;

export const merge: Bench = {
  name: 'merge',
  title: 'The merge, into targets that grow',
  about: ABOUT,
  heldBack: {
    'Sluice at 1 million rows, beside (b)':
      'What (b) leaves out: the staged rows are written to a temporary table, in which their values have the types of the target; the versions of the target are looked at; and the rows that the target then holds are counted. Where a key is staged twice in an hour, a window over the staged rows picks its winner, too.',
  },
  rounds: 3,
  async run({ rounds, note }) {
    return measuredRuns(await runSizes(SIZES, rounds, note));
  },
};

/** Runs every side on every size, round by round. @throws Error if two sides leave different targets. */
export async function runSizes(
  sizes: readonly number[],
  rounds: number,
  note: (text: string) => void,
): Promise<Runs> {
  for (const rows of sizes) {
    note(`a target of ${inMillions(rows)}`);
    await makeTarget(rows);
  }
  const runs = new Map(
    sizes.map((rows) => [rows, new Map(SIDES.map((side) => [side, [] as MergeResult[]]))]),
  );
  for (let round = 1; round <= rounds; round += 1) {
    for (const rows of sizes) {
      note(`round ${round} of ${rounds}: ${inMillions(rows)}`);
      for (const side of SIDES)
        runs
          .get(rows)
          ?.get(side)
          ?.push(await runOnce({ rows, side }));
      assertAgree(rows, runs);
    }
  }
  return runs;
}

const runOnce = (order: MergeOrder): Promise<MergeResult> => answerOf('merge/process.ts', order);

/** The anti-join takes no correction, so its target is another one. */
function assertAgree(rows: number, runs: Runs): void {
  const targets = SIDES.filter((side) => side !== 'anti-join').map(
    (side) => runs.get(rows)?.get(side)?.at(-1)?.target,
  );
  if (new Set(targets).size > 1) throw new Error(`the sides disagree at ${rows} rows: ${targets.join(', ')}`);
}

function measuredRuns(runs: Runs): Measured {
  const sizes = [...runs.keys()];
  const values = (rows: number, side: SideName, of: (run: MergeResult) => number) =>
    (runs.get(rows)?.get(side) ?? []).map(of);
  const seconds = (rows: number, side: SideName) => values(rows, side, (run) => run.seconds);
  const ratio = (name: string, over: readonly number[], under: readonly number[]): Figure =>
    figure(
      name,
      '×',
      over.map((value, round) => value / (under[round] ?? NaN)),
    );

  const times = sizes.flatMap((rows) =>
    SIDES.map((side) => figure(`${SIDE_TEXTS[side]}, ${inMillions(rows)}`, 's', seconds(rows, side))),
  );
  const growth = SIDES.map((side) =>
    ratio(
      `${SIDE_TEXTS[side]}: ${inMillions(LARGEST)} ÷ ${inMillions(SMALLEST)}`,
      seconds(LARGEST, side),
      seconds(SMALLEST, side),
    ),
  );
  const others = SIDES.filter((side) => side !== 'range');
  const beside = sizes.flatMap((rows) =>
    others.map((side) =>
      ratio(
        `${SIDE_TEXTS.range} ÷ ${SIDE_TEXTS[side]}, ${inMillions(rows)}`,
        seconds(rows, 'range'),
        seconds(rows, side),
      ),
    ),
  );
  const peak = figure('the most memory of a process that merges as Sluice does', 'MiB', [
    Math.max(
      ...sizes.flatMap((rows) =>
        (['range', 'whole'] as const).flatMap((side) => values(rows, side, (run) => run.peakBytes / 2 ** 20)),
      ),
    ),
  ]);
  const grown = growth[SIDES.indexOf('range')]!;
  const besideDelete = ratio('', seconds(SMALLEST, 'range'), seconds(SMALLEST, 'delete-insert'));
  return {
    figures: [...times, ...growth, ...beside, peak],
    aims: [
      atMost(`Sluice with the range at ${inMillions(LARGEST)}, beside ${inMillions(SMALLEST)}`, 1.2, grown),
      atMost('Sluice at 1 million rows, beside (b)', 1.5, besideDelete),
      atMost('the most memory', MOST_MEBIBYTES, peak),
    ],
    charts: [
      {
        file: 'merge',
        title: 'Seconds to merge 1,000,000 staged rows',
        x: { name: 'rows of the target', values: sizes.map(inMillions) },
        y: { name: 'seconds' },
        series: SIDES.map((side) => ({
          name: SIDE_TEXTS[side],
          values: sizes.map((rows) => figure('', 's', seconds(rows, side)).median),
        })),
      },
    ],
  };
}

const inMillions = (rows: number): string => `${rows / MILLION} million`;
