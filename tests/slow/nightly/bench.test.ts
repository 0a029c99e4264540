import { coldStart } from '../../../bench/cold-start';
import { inspectRounds } from '../../../bench/inspect';
import { runRounds } from '../../../bench/load';
import { runSizes } from '../../../bench/merge';
import { SIDES } from '../../../bench/merge/sides';
import { runTransform } from '../../../bench/transform';
import { heapGrowth, requestRounds, runMemory, runTransitions } from '../../../bench/twin';
import { FUNCTION_NAMES, stemOf } from '../../../core/steps';

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

test('no bundle carries what was left out of it', async () => {
  const { figures } = await coldStart.run({ rounds: 1, note: () => {} });
  const sizes = figures.filter(({ name }) => name.startsWith('bundle of '));
  expect(sizes.map(({ name }) => name.replace('bundle of ', '')).sort()).toEqual(
    FUNCTION_NAMES.map(stemOf).sort(),
  );
  // The X-Ray SDK or the other credentials would add more than 50 KB.
  expect(Math.max(...sizes.map(({ median }) => median))).toBeLessThan(720);
});

test('the transform answers a batch as Firehose sends it, and its memory does not grow', async () => {
  const { records, transform, bare, heap } = await runTransform({ rounds: 1, batches: 1, small: 1_000 });
  expect(records).toBeGreaterThan(1_000);
  expect([transform.length, bare.length]).toEqual([1, 1]);
  // A kilobyte a batch would be a megabyte.
  expect(heap[1] - heap[0]).toBeLessThan(2 ** 19);
});

test('an inspection reads each file twice, and little of it', async () => {
  const [round] = await inspectRounds(100, 10_000, 1, () => {});
  expect(round?.result).toMatchObject({ outcome: 'ready', files: 100, rows: 1_000_000 });
  const reads = [...round!.reads.byKey.values()];
  expect(reads.map(({ requests }) => requests)).toEqual(Array(100).fill(2));
  expect(Math.max(...reads.map(({ bytes }) => bytes))).toBeLessThan(128 * 1_024);
  expect(round?.reads.atOnce).toBeLessThanOrEqual(64);
});

test('the bench of the twin lists what it has put, and its executions succeed', async () => {
  const seconds = await requestRounds({ puts: 1_500, statements: 10, rounds: 1 }, () => {});
  expect(Object.values(seconds).map((each) => each.length)).toEqual([1, 1, 1]);
  expect(await runTransitions({ rounds: 1, executions: 1 })).toMatchObject({ transitions: 2_501 });
});

test('the memory of the twin does not grow with its requests', async () => {
  const memory = await runMemory(10_000);
  expect(memory).toHaveLength(10);
  // A kilobyte a request would be 9 MiB.
  expect(heapGrowth(memory)).toBeLessThan(4 * 2 ** 20);
});
