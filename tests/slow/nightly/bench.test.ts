import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { runRounds } from '../../../bench/load';
import { runSizes } from '../../../bench/merge';
import { SIDES } from '../../../bench/merge/sides';

const root = join(__dirname, '../../..');

test('the load runs beside bare DuckDB, and the two load the same rows', async () => {
  const notes: string[] = [];
  const rounds = await runRounds(2_000, 2, 2, (text) => notes.push(text));
  expect(notes).toEqual(['round 1 of 2: 2000 rows', 'round 2 of 2: 2000 rows']);
  expect(rounds.map((round) => round['state machine'].counts)).toEqual([
    {
      staged: 2_000,
      duplicates: expect.any(Number) as number,
      deleted: 0,
      inserted: expect.any(Number) as number,
    },
    expect.objectContaining({ staged: 2_000, deleted: rounds[0]?.['bare DuckDB'].counts.inserted }) as object,
  ]);
});

test('each way to merge leaves the same target, in the smallest size', async () => {
  const runs = await runSizes([1_000_000], 1, () => {});
  const held = SIDES.map((side) => JSON.parse(runs.get(1_000_000)?.get(side)?.[0]?.target ?? '{}') as object);
  // runSizes compares the sums of all but the anti-join, which takes no correction.
  expect(held.map((each) => ({ ...each, amount: '' }))).toEqual(
    SIDES.map((side) => ({
      rows: '1900000',
      merged: side === 'anti-join' ? '900000' : '1000000',
      amount: '',
    })),
  );
});

test('the memory of the twin does not grow with its requests', () => {
  const output = execFileSync('npx', ['--no-install', 'tsx', 'bench/many-requests.ts', '10000'], {
    cwd: root,
    encoding: 'utf8',
  });
  const heaps = [...output.matchAll(/^ *\d+ +([\d.]+) MiB/gm)].map(([, heap]) => Number(heap));
  expect(heaps).toHaveLength(10);
  // A kilobyte a request would be 8 MiB.
  expect(heaps.at(-1)! - heaps[1]!).toBeLessThan(4);
});
