import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawHistory, firstNumbers } from '../../reliability/histories/check-histories';
import { defectOf, STAGES } from '../../reliability/histories/defects';
import type { Change } from '../../reliability/histories/history';
import { PLAIN } from '../../reliability/histories/layout';
import { EVENT_TIMES } from '../../reliability/histories/variants';
import { ROOT } from '../../testkit/root';

const [, RUNS = NaN, seed = NaN] = (
  /histories -- --runs (\d+) --seed (\d+)/.exec(readFileSync(join(ROOT, '.ci/longer'), 'utf8')) ?? []
).map(Number);
const DRAW = { seed };

const isPut = (change: Change) => change.kind === 'put';

test('the histories of .ci/longer cover every kind', () => {
  const drawn = firstNumbers(RUNS).map((number) => drawHistory(DRAW, number));
  const runs = drawn.flatMap(({ steps }) => steps.map(({ run }) => run.kind));
  expect([...new Set(runs)].sort()).toEqual(['alone', 'faulty', 'stopped', 'tampered', 'together']);
  const sides = drawn.flatMap((history) => history.sides);
  expect(new Set(sides.map(({ strategy }) => strategy)).size).toBe(2);
  expect(new Set(sides.map(({ onBadFile }) => onBadFile)).size).toBe(2);
  expect(new Set(drawn.map(({ eventTimes }) => eventTimes)).size).toBe(EVENT_TIMES.length);
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
