import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSqlFile } from '../../core/sql';
import { checkHistories, drawHistory } from '../../reliability/histories/check-histories';
import { ProvingGround } from '../../reliability/histories/proving-ground';
import { MERGE_SQL, mutate, mutatedMergeSql, MUTATIONS } from '../../reliability/mutations/mutations';
import { ROOT } from '../../testkit/root';

const SQL = readFileSync(join(ROOT, MERGE_SQL), 'utf8');
const statements = (text: string) => parseSqlFile(text, MERGE_SQL).map(({ name, text: sql }) => [name, sql]);

test.each(MUTATIONS)('"$name" applies, and changes one statement', (mutation) => {
  const [before, after] = [statements(SQL), statements(mutate(SQL, mutation))];
  expect(after.map(([name]) => name)).toEqual(before.map(([name]) => name));
  expect(after.filter(([, sql], index) => sql !== before[index]?.[1])).toHaveLength(1);
});

test('no mutation is listed twice', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  expect(new Set(MUTATIONS.map((mutation) => mutate(SQL, mutation))).size).toBe(MUTATIONS.length);
});

test('a mutation that does not apply is named', () => {
  const rotten = { name: 'rotten', from: 'TRUNCATE {target}', to: '' };
  expect(() => mutate(SQL, rotten)).toThrow('mutation "rotten" does not apply');
  expect(() => mutate(SQL, { ...rotten, from: '{staging}' })).toThrow('mutation "rotten" does not apply');
});

/**
 * For each mistake, a cheap history that finds it. The merges of ranges, of scheduled loads and of executions at the same
 * time run in any order, so these histories load one hour after the other. Only overlapping loads find `no lock`:
 * `npm run mutations`.
 */
const DRAW = { seed: 1, strategies: [['delete-insert'], ['merge']], plain: true } as const;
const FOUND_BY: readonly (readonly [mutation: string, history: number])[] = [
  ['no dedup in staging', 6],
  ['no tie-break', 6],
  ['no version check', 118],
  ['the row that was loaded first wins among equal versions (>= for >)', 16],
  ['a correction of the same hour does not win (>= for >)', 16],
  ['no partition in the comparison', 1799],
  ['superseded rows are not dropped', 6],
  ['replaced rows are not deleted', 34],
  ['MERGE deletes what it should update', 6],
  ['row conservation is not asserted', 507],
  ['the staging table is left', 6],
];

describe('by random histories', () => {
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
    const without = SQL.replace('DROP TABLE {staging};', 'DROP TABLE {target};');
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

  test('each mistake except the lock has its history', () => {
    const without = MUTATIONS.map(({ name }) => name).filter((name) => name !== 'no lock');
    expect(FOUND_BY.map(([name]) => name).sort()).toEqual(without.sort());
  });

  test('the unchanged merge passes the same histories', async () => {
    ground.useMergeSql(SQL);
    const numbers = [...new Set(FOUND_BY.map(([, number]) => number))];
    expect(await checkHistories(ground, numbers, DRAW)).toEqual({ right: numbers.length });
  });
});
