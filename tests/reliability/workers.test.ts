import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { carryOutAll, type Outcome } from '../../reliability/shared/workers';
import { temporaryFolder } from '../../testkit/temporary-folder';
import type { MadeUpItem } from './made-up-worker';

const directory = temporaryFolder('sluice-workers-');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('an item that fails or ends its process does not stop the other items', async () => {
  const notes: string[] = [];
  const told: Outcome<MadeUpItem, string, string>[] = [];
  const items: readonly MadeUpItem[] = [
    { does: 'answer', with: 'first' },
    { does: 'kill' },
    { does: 'fail' },
    { does: 'miss' },
    { does: 'fail once', file: join(directory, 'failed') },
    { does: 'answer', with: 'last' },
  ];
  const outcomes = await carryOutAll<{ greeting: string }, MadeUpItem, string, string>(items, {
    module: join(__dirname, 'made-up-worker.ts'),
    order: { greeting: 'hello' },
    workers: 2,
    onNote: (_, note) => notes.push(note),
    onOutcome: (outcome) => told.push(outcome),
  });

  expect(outcomes.map(({ item }) => item)).toEqual(items);
  const failure = (note: string, reason: string, ended: boolean) => ({
    reason: expect.stringContaining(reason) as string,
    note,
    ended,
  });
  expect(outcomes).toMatchObject([
    { result: 'hello first' },
    { failure: failure('about to kill', 'its process ended by SIGKILL', true) },
    { failure: failure('about to fail', 'it cannot be done', false) },
    { failure: { reason: 'the fault hit nothing', note: 'about to miss', ended: false } },
    { result: 'the second time' },
    { result: 'hello last' },
  ]);
  expect(new Set(told)).toEqual(new Set(outcomes));
  // An item without a result is tried once more, and no further.
  const count = (text: string) => notes.filter((note) => note === text).length;
  const counts = ['kill', 'fail', 'miss', 'fail once'].map((does) => count(`about to ${does}`));
  expect(counts).toEqual([2, 2, 2, 1]);
});

test('an item whose result is a find is not tried again', async () => {
  const notes: string[] = [];
  const outcomes = await carryOutAll<{ greeting: string }, MadeUpItem, string, string>([{ does: 'exit' }], {
    module: join(__dirname, 'made-up-worker.ts'),
    order: { greeting: 'hello' },
    workers: 1,
    isTriedAgain: ({ ended }) => !ended,
    onNote: (_, note) => notes.push(note),
  });
  expect(outcomes).toMatchObject([
    { failure: { reason: 'its process ended with exit code 7', ended: true } },
  ]);
  expect(notes).toEqual(['about to exit']);
});

test('a process takes no further item after a result that makes it unfit', async () => {
  const items: readonly MadeUpItem[] = Array.from({ length: 3 }, () => ({ does: 'name its process' }));
  const processes = async (isSpent: () => boolean) => {
    const outcomes = await carryOutAll<{ greeting: string }, MadeUpItem, string, string>(items, {
      module: join(__dirname, 'made-up-worker.ts'),
      order: { greeting: 'hello' },
      workers: 1,
      isSpent,
    });
    return new Set(outcomes.map((outcome) => ('result' in outcome ? outcome.result : ''))).size;
  };
  expect(await processes(() => true)).toBe(3);
  expect(await processes(() => false)).toBe(1);
});
