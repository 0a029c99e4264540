import { checkHistories, drawHistory, firstNumbers } from '../../reliability/histories/check-histories';
import { defectOf, STAGES } from '../../reliability/histories/defects';
import type { Change } from '../../reliability/histories/history';
import { PLAIN } from '../../reliability/histories/layout';
import { ProvingGround } from '../../reliability/histories/proving-ground';
import { storyOf } from '../../reliability/histories/story';

/**
 * Each history loads one table. The longer forms, `npm run histories`, run each history with both strategies, one of which
 * leaves bad files out.
 */
const RUNS = 3;
const DRAW = { seed: 20264661, strategies: [['delete-insert'], ['merge']] } as const;

const isPut = (change: Change) => change.kind === 'put';

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
  const sides = drawn.flatMap((history) => history.sides);
  expect(new Set(sides.map(({ strategy }) => strategy)).size).toBe(2);
  expect(new Set(sides.map(({ onBadFile }) => onBadFile)).size).toBe(2);
  const puts = drawn.flatMap(({ steps }) => steps.flatMap(({ changes }) => changes)).filter(isPut);
  const stages = puts.flatMap(({ defect }) => (defect ? [defectOf(defect).stage] : []));
  expect([...new Set(stages)].sort()).toEqual([...STAGES].sort());
  expect(new Set(puts.map(({ layout }) => JSON.stringify(layout))).size).toBeGreaterThan(3);
});

test('a plain history has the same events, and only good files in one layout', () => {
  const drawn = firstNumbers(20).map((number) => drawHistory(DRAW, number));
  const plain = firstNumbers(20).map((number) => drawHistory({ ...DRAW, plain: true }, number));
  const runs = (histories: typeof drawn) => histories.map(({ steps }) => steps.map(({ run }) => run));
  expect(runs(plain)).toEqual(runs(drawn));
  const puts = plain.flatMap(({ steps }) => steps.flatMap(({ changes }) => changes)).filter(isPut);
  expect(puts.filter(({ layout, defect }) => layout !== PLAIN || defect)).toEqual([]);
});

test('a history is identified by its number', () => {
  expect(drawHistory(DRAW, 7)).toEqual(drawHistory(DRAW, 7));
  expect(drawHistory(DRAW, 7)).not.toEqual(drawHistory(DRAW, 8));
});
