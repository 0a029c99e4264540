import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkHistories, drawHistory } from '../../../reliability/histories/check-histories';
import { ProvingGround } from '../../../reliability/histories/proving-ground';
import { MERGE_SQL, mutatedMergeSql } from '../../../reliability/mutations/mutations';
import { ROOT } from '../../../testkit/root';

const SQL = readFileSync(join(ROOT, MERGE_SQL), 'utf8');

const DRAW = { seed: 1, strategies: [['delete-insert'], ['merge']], plain: true } as const;

let ground: ProvingGround;
beforeAll(async () => {
  ground = await ProvingGround.open();
});
afterAll(() => ground.close());

/** `npm run mutations` finds all mistakes in the merge. */
test('a history finds a mistake in the merge, and passes without it', async () => {
  ground.useMergeSql(mutatedMergeSql('no tie-break'));
  expect((await checkHistories(ground, [6], DRAW)).wrong?.number).toBe(6);
  ground.useMergeSql(SQL);
  expect(await checkHistories(ground, [6], DRAW)).toEqual({ right: 1 });
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
