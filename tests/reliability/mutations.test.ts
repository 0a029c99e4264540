import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSqlFile } from '../../core/sql';
import { checkHistories } from '../../reliability/histories/check-histories';
import { MERGE_SQL, ProvingGround } from '../../reliability/histories/proving-ground';
import { MUTATIONS, mutate } from '../../reliability/mutations/mutations';

const SQL = readFileSync(join(resolve(__dirname, '../..'), MERGE_SQL), 'utf8');
const statements = (text: string) => parseSqlFile(text, MERGE_SQL).map(({ name, text: sql }) => [name, sql]);

test.each(MUTATIONS)('"$name" applies, and changes one statement', (mutation) => {
  const [before, after] = [statements(SQL), statements(mutate(SQL, mutation))];
  expect(after.map(([name]) => name)).toEqual(before.map(([name]) => name));
  expect(after.filter(([, sql], index) => sql !== before[index]?.[1])).toHaveLength(1);
});

test('no mutation stands in the list twice', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  expect(new Set(MUTATIONS.map((mutation) => mutate(SQL, mutation))).size).toBe(MUTATIONS.length);
});

test('a mutation that does not apply is named', () => {
  const rotten = { name: 'rotten', from: 'TRUNCATE {target}', to: '' };
  expect(() => mutate(SQL, rotten)).toThrow('mutation "rotten" does not apply');
  expect(() => mutate(SQL, { ...rotten, from: '{staging}' })).toThrow('mutation "rotten" does not apply');
});

/** The history that finds these, of `npm run mutations`: the third of seed 1. */
const FINDS = { seed: 1, path: '2', runs: 1, simplifyFor: 0 };
/** Where executions overlap it is chance which comes first: another history finds then what that one did not. */
const FINDS_TOO = { seed: 1, runs: 12, simplifyFor: 0 };
const FOUND = [
  'no dedup in staging',
  'no tie-break',
  'no version check',
  'of equal versions the one that was loaded first stands (>= for >)',
  'no partition in the comparison',
  'superseded rows are not dropped',
];

describe('by random histories', () => {
  let ground: ProvingGround;
  beforeAll(async () => {
    ground = await ProvingGround.open();
  }, 120_000);
  afterAll(() => ground.close());

  test.each(FOUND)(
    '"%s" is caught',
    async (name) => {
      const mutation = MUTATIONS.find((each) => each.name === name);
      if (!mutation) throw new Error(`there is no mutation "${name}"`);
      ground.useMergeSql(mutate(SQL, mutation));
      const { wrong } = await checkHistories(ground, FINDS);
      expect(wrong ?? (await checkHistories(ground, FINDS_TOO)).wrong).toBeDefined();
    },
    120_000,
  );

  test('the merge as it is comes through the same history', async () => {
    ground.useMergeSql(SQL);
    expect(await checkHistories(ground, FINDS)).toEqual({ right: 1 });
  }, 120_000);
});
