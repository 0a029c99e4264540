import { checkHistories, drawHistory, firstNumbers } from '../../reliability/histories/check-histories';
import { ProvingGround } from '../../reliability/histories/proving-ground';
import { storyOf } from '../../reliability/histories/story';

/** Each on one table; the longer forms, `npm run histories`, carry each history out with both strategies. */
const RUNS = 10;
const DRAW = { seed: 20261412, strategies: [['delete-insert'], ['merge']] } as const;

test(`${RUNS} random histories leave the tables that the oracle makes of their files`, async () => {
  const ground = await ProvingGround.open();
  try {
    const { right, wrong } = await checkHistories(ground, firstNumbers(RUNS), DRAW);
    if (wrong) throw new Error([...storyOf(wrong.history), '', wrong.outcome.message].join('\n'));
    expect(right).toBe(RUNS);
    // Each loads at least once, and every hour once more at the end.
    expect(ground.loads).toBeGreaterThanOrEqual(2 * RUNS);
  } finally {
    await ground.close();
  }
});

test('these histories are of every kind', () => {
  const drawn = firstNumbers(RUNS).map((number) => drawHistory(DRAW, number));
  const runs = drawn.flatMap(({ steps }) => steps.map(({ run }) => run.kind));
  expect([...new Set(runs)].sort()).toEqual(['alone', 'faulty', 'stopped', 'tampered', 'together']);
  expect(new Set(drawn.flatMap(({ strategies }) => strategies)).size).toBe(2);
});

test('a history is known by its number', () => {
  expect(drawHistory(DRAW, 7)).toEqual(drawHistory(DRAW, 7));
  expect(drawHistory(DRAW, 7)).not.toEqual(drawHistory(DRAW, 8));
});
