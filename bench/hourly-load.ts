/**
 * Loads one hour of 1,000,000 rows in 8 files through the packaged state machine, and with the same SQL in bare
 * DuckDB. Prints the ratio of the times and each side's peak memory. Round 1 fills an empty target; the other rounds
 * replace its rows. `npm run bench -- [rows] [files] [rounds]`
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHour } from './make-hour';
import type { SideAnswer, SideOrder } from './side';

const HOUR = '2026-11-20T08';
const [rows = 1_000_000, files = 8, rounds = 3] = process.argv.slice(2).map(Number);

async function startSide(order: SideOrder): Promise<ChildProcess> {
  mkdirSync(order.directory, { recursive: true });
  const child = fork(join(__dirname, 'side-process.ts'), [JSON.stringify(order)], {
    execArgv: ['--require', 'tsx/cjs'],
    env: { ...process.env, TZ: 'UTC', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  await next(child);
  return child;
}

async function next(child: ChildProcess): Promise<SideAnswer> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('a side ended before it answered')));
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [SideAnswer];
  return answer;
}

async function round(child: ChildProcess): Promise<Exclude<SideAnswer, { ready: true }>> {
  child.send('round');
  const answer = await next(child);
  if ('ready' in answer) throw new Error('a side answered out of turn');
  return answer;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MiB`;

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const sides: ChildProcess[] = [];
  try {
    const paths = await makeHour(directory, rows, files);
    for (const side of ['state machine', 'bare DuckDB'] as const) {
      sides.push(
        await startSide({
          side,
          files: paths,
          hour: HOUR,
          directory: join(directory, side.replace(' ', '-')),
        }),
      );
    }
    const [machine, bare] = sides as [ChildProcess, ChildProcess];
    console.log(`${rows} rows in ${files} files, ${rounds} rounds`);
    console.log('round   state machine   bare DuckDB   ratio   deleted   inserted');
    let peaks = [0, 0];
    const ratios: number[] = [];
    for (let index = 1; index <= rounds; index += 1) {
      const [left, right] = [await round(machine), await round(bare)];
      if (JSON.stringify(left.counts) !== JSON.stringify(right.counts)) {
        throw new Error(
          `the sides disagree: ${JSON.stringify(left.counts)} and ${JSON.stringify(right.counts)}`,
        );
      }
      peaks = [left.peakBytes, right.peakBytes];
      ratios.push(left.seconds / right.seconds);
      console.log(
        [
          String(index).padEnd(5),
          `${left.seconds.toFixed(2)} s`.padStart(15),
          `${right.seconds.toFixed(2)} s`.padStart(13),
          (left.seconds / right.seconds).toFixed(2).padStart(7),
          String(left.counts.deleted).padStart(9),
          String(left.counts.inserted).padStart(10),
        ].join(' '),
      );
    }
    const median = ratios.sort((left, right) => left - right)[Math.floor(ratios.length / 2)] ?? NaN;
    console.log(
      `median ratio ${median.toFixed(2)}; peak memory ${megabytes(peaks[0] ?? 0)} (whole twin), ${megabytes(peaks[1] ?? 0)} (bare)`,
    );
  } finally {
    for (const side of sides) if (side.connected) side.send('end');
    for (const side of sides) if (side.exitCode === null) await once(side, 'exit');
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
