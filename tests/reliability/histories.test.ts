import { checkHistories, drawHistory, firstNumbers } from '../../reliability/histories/check-histories';
import { ProvingGround } from '../../reliability/histories/proving-ground';
import { storyOf } from '../../reliability/histories/story';

/** Each history loads one table. The longer forms, `npm run histories`, run each history with both strategies. */
const RUNS = 6;
const DRAW = { seed: 20261163, strategies: [['delete-insert'], ['merge']] } as const;

test(`${RUNS} random histories leave the tables that the oracle computes from their files`, async () => {
  const ground = await ProvingGround.open();
  try {
    const { right, wrong } = await checkHistories(ground, firstNumbers(RUNS), DRAW);
    if (wrong) throw new Error([...storyOf(wrong.history), '', wrong.outcome.message].join('\n'));
    expect(right).toBe(RUNS);
    // Each history loads at least once, and every hour again at the end.
    expect(ground.loads).toBeGreaterThanOrEqual(2 * RUNS);
  } finally {
    await ground.close();
  }
});

test('these histories cover every kind', () => {
  const drawn = firstNumbers(RUNS).map((number) => drawHistory(DRAW, number));
  const runs = drawn.flatMap(({ steps }) => steps.map(({ run }) => run.kind));
  expect([...new Set(runs)].sort()).toEqual(['alone', 'faulty', 'stopped', 'tampered', 'together']);
  expect(new Set(drawn.flatMap(({ strategies }) => strategies)).size).toBe(2);
});

test('a history is identified by its number', () => {
  expect(drawHistory(DRAW, 7)).toEqual(drawHistory(DRAW, 7));
  expect(drawHistory(DRAW, 7)).not.toEqual(drawHistory(DRAW, 8));
});
