import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoadError } from '../../core/errors';
import { checkTarget, judged } from '../../reliability/fuzz/check-target';
import { closingLine, wrongText } from '../../reliability/fuzz/summary';
import { Surroundings } from '../../reliability/fuzz/surroundings';
import { ACCEPTED, refusal, type Target } from '../../reliability/fuzz/target';
import { sharesOf, TARGET_NAMES } from '../../reliability/fuzz/target-names';
import { targetOf } from '../../reliability/fuzz/targets';

let surroundings: Surroundings;
beforeAll(async () => {
  surroundings = await Surroundings.start();
});
afterAll(() => surroundings.remove());

/** Cases that found a defect, each with the defect and with its outcome since the fix. */
interface Fixture {
  readonly found: string;
  /** `accepted`, or the error's name. */
  readonly ends: string;
  readonly case: unknown;
}

describe('cases that found a defect', () => {
  const FOLDER = join(__dirname, '../fixtures/fuzz');
  const fixtures = TARGET_NAMES.flatMap((target) =>
    readdirSync(join(FOLDER, target)).map((file) => [target, file] as const),
  );

  test.each(fixtures)('%s: %s', async (target, file) => {
    const fixture = JSON.parse(readFileSync(join(FOLDER, target, file), 'utf8')) as Fixture;
    const verdict = await judged(targetOf(target), fixture.case, surroundings);
    expect(verdict.accepted ? 'accepted' : verdict.error).toBe(fixture.ends);
  });
});

describe('the verdict', () => {
  const target = (judge: Target<number>['judge'], seconds = 5): Target<number> => ({
    seconds,
    cases: fc.nat({ max: 1_000 }),
    judge,
  });
  const check = (each: Target<number>) => checkTarget('made-up', each, surroundings, { cases: 50, seed: 7 });

  test('counts accepted cases, and refused cases by name', async () => {
    const result = await check(
      target((value) =>
        Promise.resolve(value % 2 === 0 ? ACCEPTED : { accepted: false, error: 'InvalidInput' }),
      ),
    );
    expect(result.wrong).toBeUndefined();
    expect(result.accepted + (result.refused.InvalidInput ?? 0)).toBe(50);
    const results = [{ target: 'made-up', parts: [result], notCarriedOut: [] }];
    expect(closingLine(results, 7, 1.2)).toBe(
      `fuzz: 50 cases, ${result.accepted} accepted, ${result.refused.InvalidInput} refused by name, 0 wrong, 0 not carried out, seed 7, 1 s`,
    );
  });

  test('is wrong for a TypeError, whose case is made as small as possible', async () => {
    const result = await check(
      target((value) => {
        if (value >= 100) return Promise.resolve((undefined as unknown as { member: never }).member);
        return Promise.resolve(ACCEPTED);
      }),
    );
    expect(result.wrong).toMatchObject({
      case: '100',
      error: expect.stringMatching(/^TypeError: /) as string,
    });
    expect(result.wrong && wrongText('made-up', result.wrong, 7)).toMatch(
      /^ {2}again: npm run fuzz -- --only made-up --seed 7 --path [\d:]+$/m,
    );
  });

  test('finds a wrong case again by its path', async () => {
    const wrong = target((value) =>
      value >= 100 ? Promise.reject(new Error('too great')) : Promise.resolve(ACCEPTED),
    );
    const { wrong: found } = await check(wrong);
    const again = await checkTarget('made-up', wrong, surroundings, { cases: 1, seed: 7, path: found?.path });
    expect(again).toMatchObject({ cases: 1, wrong: { case: found?.case } });
  });

  test('is wrong for a case that does not end', async () => {
    const result = await check(target(() => new Promise<never>(() => undefined), 0.02));
    expect(result.wrong?.error).toMatch(/it hangs/);
  });

  test('is wrong for a case that leaves an uncaught error behind', async () => {
    const withTrouble = { takeTroubles: () => ['unhandled rejection: x'] } as unknown as Surroundings;
    const good = target(() => Promise.resolve(ACCEPTED));
    await expect(judged(good, 1, withTrouble)).rejects.toThrow('unhandled rejection: x');
  });

  test.each([
    ['without a name', new RangeError('Maximum call stack size exceeded'), /no error of Sluice's/],
    ['with another name', new LoadError('ConnectionLost', 'a', 'b'), /not an error for this/],
    [
      'in the twin’s words',
      new LoadError('UnreadableFile', 'by the local twin', 'b'),
      /not in Redshift's words/,
    ],
    [
      'in the engine’s words',
      new LoadError('UnreadableFile', 'INTERNAL Error: x', 'b'),
      /not in Redshift's words/,
    ],
    ['without the file', new LoadError('UnreadableFile', 'a', 'b'), /does not name a\.parquet/],
  ])('is wrong for an error %s', (_, error, expected) => {
    expect(() => refusal(error, ['UnreadableFile'], 'a.parquet')).toThrow(expected);
  });

  test('accepts an allowed error', () => {
    const error = new LoadError('UnreadableFile', 's3://lake/a.parquet is cut off', 'Write it again.');
    expect(refusal(error, ['UnreadableFile'], 'a.parquet')).toEqual({
      accepted: false,
      error: 'UnreadableFile',
    });
  });
});

test('every case goes to a target, and every target gets a case', () => {
  fc.assert(
    fc.property(fc.integer({ min: TARGET_NAMES.length * 25, max: 100_000 }), (cases) => {
      const shares = [...sharesOf(cases, TARGET_NAMES).values()];
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(cases);
      expect(Math.min(...shares)).toBeGreaterThan(0);
    }),
  );
});
