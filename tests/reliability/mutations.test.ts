import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSqlFile } from '../../core/sql';
import { CheckoutCopy } from '../../reliability/mutations/checkout-copy';
import { mutatedTexts } from '../../reliability/mutations/mutation';
import { MERGE_SQL, mutatedMergeSql, mutationNamed, MUTATIONS } from '../../reliability/mutations/mutations';
import { NotCarriedOut } from '../../reliability/shared/serve-items';
import { ROOT } from '../../testkit/root';

const SQL = readFileSync(join(ROOT, MERGE_SQL), 'utf8');
const statements = (text: string) => parseSqlFile(text, MERGE_SQL).map(({ name, text: sql }) => [name, sql]);
const inMerge = MUTATIONS.filter(({ changes }) => changes.some(({ file }) => file === MERGE_SQL));

test.each(MUTATIONS)('"$name" applies', (mutation) => {
  for (const [file, text] of mutatedTexts(mutation))
    expect(text).not.toBe(readFileSync(join(ROOT, file), 'utf8'));
  expect(mutation.breaks).toMatch(/^[A-Z].*\.$/);
  if (mutation.by !== 'histories') expect(existsSync(join(ROOT, mutation.by.file))).toBe(true);
});

test.each(inMerge)('"$name" changes one statement', ({ name }) => {
  const [before, after] = [statements(SQL), statements(mutatedMergeSql(name))];
  expect(after.map(([each]) => each)).toEqual(before.map(([each]) => each));
  expect(after.filter(([, sql], index) => sql !== before[index]?.[1])).toHaveLength(1);
});

test('no mutation is listed twice', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  const texts = MUTATIONS.map((mutation) => JSON.stringify([...mutatedTexts(mutation)]));
  expect(new Set(texts).size).toBe(MUTATIONS.length);
});

test('there are more than forty, two thirds of them outside the merge’s SQL', () => {
  expect(MUTATIONS.length).toBeGreaterThan(40);
  expect(inMerge.length).toBeLessThan(MUTATIONS.length / 3);
});

test('a mutation that does not apply is named', () => {
  const rotten = (from: string) => ({ name: 'rotten', changes: [{ file: MERGE_SQL, from, to: '' }] });
  for (const from of ['TRUNCATE {target}', '{target}'])
    expect(() => mutatedTexts(rotten(from))).toThrow('mutation "rotten" does not apply');
});

test('a test in a copy of the checkout fails with a mistake, passes without it, and must exist', async () => {
  const copy = await CheckoutCopy.make();
  try {
    const by = {
      file: 'tests/core/hour.test.ts',
      test: 'lastClosedHour at 2026-11-23T09:20:00.000Z with 20',
    };
    const late = mutationNamed('the hour that still runs counts as closed');
    expect(await copy.run(mutatedTexts(late), [by])).toEqual([
      {
        name: expect.stringContaining(by.test) as string,
        failure: expect.stringContaining('expect') as string,
      },
    ]);
    const [right] = await copy.run(new Map(), [by]);
    expect(right).toEqual({ name: expect.stringContaining(by.test) as string });
    await expect(copy.run(new Map(), [by, { ...by, test: 'no such test' }])).rejects.toThrow(NotCarriedOut);
    // A mistake by which nothing runs at all says nothing.
    const broken = new Map([['core/hour.ts', 'throw new Error("broken")']]);
    await expect(copy.run(broken, [by])).rejects.toThrow(/broken/);
  } finally {
    copy.remove();
  }
});
