import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkHistories, drawHistory } from '../../reliability/histories/check-histories';
import { ProvingGround } from '../../reliability/histories/proving-ground';
import { MERGE_SQL, mutatedMergeSql } from '../../reliability/mutations/mutations';
import { ROOT } from '../../testkit/root';

const SQL = readFileSync(join(ROOT, MERGE_SQL), 'utf8');

/**
 * Mistakes with a cheap history that finds each. `npm run mutations` finds all of them. The merges of ranges, of scheduled
 * loads and of executions at the same time run in any order, so these histories load one hour after the other.
 */
const DRAW = { seed: 1, strategies: [['delete-insert'], ['merge']], plain: true } as const;
const FOUND_BY: readonly (readonly [mutation: string, history: number])[] = [
  ['no tie-break', 6],
  ['no version check', 118],
  ['superseded rows are not dropped', 6],
];

let ground: ProvingGround;
beforeAll(async () => {
  ground = await ProvingGround.open();
});
afterAll(() => ground.close());

test.each(FOUND_BY)('"%s" is caught', async (name, number) => {
  ground.useMergeSql(mutatedMergeSql(name));
  expect((await checkHistories(ground, [number], DRAW)).wrong?.number).toBe(number);
});

test('a merge that drops the target is wrong, and the next history finds a target', async () => {
  const without = SQL.replace('DROP TABLE {staging_tables};', 'DROP TABLE {target};');
  expect(without).not.toBe(SQL);
  ground.useMergeSql(without);
  const drawn = drawHistory(DRAW, 11);
  const changes = drawn.steps.flatMap((step) => step.changes).filter(({ hour }) => hour === 0);
  const run = { kind: 'alone', request: { kind: 'hour', hour: 0 } } as const;
  const history = { ...drawn, hours: 1, steps: [{ changes, run }] };
  await expect(ground.run(history)).rejects.toMatchObject({
    name: 'WrongOutcome',
    what: expect.stringMatching(/^the target of \S+ cannot be read$/) as string,
  });
  ground.useMergeSql(SQL);
  await ground.run(history);
});

test('each of these histories loads one hour after the other', () => {
  const runs = FOUND_BY.flatMap(([, number]) => drawHistory(DRAW, number).steps.map(({ run }) => run));
  const ordered = runs.filter(
    (run) => run.kind === 'tampered' || (run.kind === 'alone' && run.request.kind === 'hour'),
  );
  expect(ordered).toEqual(runs);
});

test('the unchanged merge passes the same histories', async () => {
  ground.useMergeSql(SQL);
  const numbers = [...new Set(FOUND_BY.map(([, number]) => number))];
  expect(await checkHistories(ground, numbers, DRAW)).toEqual({ right: numbers.length });
});
