import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atMost, figure, type Bench, type Measured } from './bench';
import { nextMessage, startProcess } from './fork';
import { makeHour } from './load/make-hour';
import type { SideAnswer, SideOrder } from './load/side';

const HOUR = '2026-11-20T08';
const SIDES = ['state machine', 'bare DuckDB'] as const;
type Answer = Exclude<SideAnswer, { ready: true }>;
type Round = Readonly<Record<(typeof SIDES)[number], Answer>>;

const MILLION = 1_000_000;
const FILES = 8;
const SIZES = [MILLION, 5 * MILLION];
const MOST_MEBIBYTES = 2_048;

const ABOUT = `Loads one hour of so many rows in 8 files through the packaged state machine, every service of the twin and the packaged functions, and with the same SQL run bare in DuckDB. Both engines have the memory limit of the twin’s. The two sides are processes of their own and take turns; the first round fills an empty target, the others replace its rows. The ratio is what Sluice adds to its SQL on the twin. It says nothing about Redshift.`;

export const load: Bench = {
  name: 'load',
  title: 'An hour, through the whole state machine',
  about: ABOUT,
  heldBack: {},
  rounds: 3,
  async run({ rounds, note }) {
    const measured: Measured[] = [];
    for (const rows of SIZES) measured.push(measuredRounds(rows, await runRounds(rows, FILES, rounds, note)));
    return {
      figures: measured.flatMap(({ figures }) => figures),
      aims: measured.flatMap(({ aims }) => aims),
      charts: [],
    };
  },
};

/** Loads an hour round by round, each side in turn. @throws Error if the sides count other rows. */
export async function runRounds(
  rows: number,
  files: number,
  rounds: number,
  note: (text: string) => void,
): Promise<readonly Round[]> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const sides: ChildProcess[] = [];
  try {
    const paths = await makeHour(directory, rows, files);
    for (const side of SIDES) {
      const order = { side, files: paths, hour: HOUR, directory: join(directory, side.replace(' ', '-')) };
      sides.push(await startSide(order));
    }
    const found: Round[] = [];
    for (let number = 1; number <= rounds; number += 1) {
      note(`round ${number} of ${rounds}: ${rows} rows`);
      const [machine, bare] = [await round(sides[0]!), await round(sides[1]!)];
      if (JSON.stringify(machine.counts) !== JSON.stringify(bare.counts)) {
        throw new Error(
          `the sides disagree: ${JSON.stringify(machine.counts)} and ${JSON.stringify(bare.counts)}`,
        );
      }
      found.push({ 'state machine': machine, 'bare DuckDB': bare });
    }
    return found;
  } finally {
    for (const side of sides) if (side.connected) side.send('end');
    for (const side of sides) if (side.exitCode === null) await once(side, 'exit');
    rmSync(directory, { recursive: true, force: true });
  }
}

function measuredRounds(rows: number, rounds: readonly Round[]): Measured {
  const size = `${rows / MILLION} million rows`;
  const seconds = (side: keyof Round) =>
    figure(
      `${side}, ${size}`,
      's',
      rounds.map((each) => each[side].seconds),
    );
  const peak = (side: keyof Round) =>
    figure(`peak memory of the ${side === 'bare DuckDB' ? side : 'whole twin'}, ${size}`, 'MiB', [
      Math.max(...rounds.map((each) => each[side].peakBytes / 2 ** 20)),
    ]);
  const ratio = figure(
    `state machine ÷ bare DuckDB, ${size}`,
    '×',
    rounds.map((each) => each['state machine'].seconds / each['bare DuckDB'].seconds),
  );
  const memory = peak('state machine');
  return {
    figures: [seconds('state machine'), seconds('bare DuckDB'), ratio, memory, peak('bare DuckDB')],
    aims:
      rows === SIZES.at(-1)
        ? [atMost(ratio.name, 1.05, ratio), atMost(memory.name, MOST_MEBIBYTES, memory)]
        : [],
    charts: [],
  };
}

async function startSide(order: SideOrder): Promise<ChildProcess> {
  mkdirSync(order.directory, { recursive: true });
  const child = startProcess('load/side-process.ts', order);
  await nextMessage<SideAnswer>(child);
  return child;
}

async function round(child: ChildProcess): Promise<Answer> {
  child.send('round');
  const answer = await nextMessage<SideAnswer>(child);
  if ('ready' in answer) throw new Error('a side answered out of turn');
  return answer;
}
