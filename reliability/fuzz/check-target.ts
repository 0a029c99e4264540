import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import type { Surroundings } from './surroundings';
import { Wrong, type AnyTarget, type Verdict } from './target';

/** How cases of one target end, up to the first wrong one. */
export interface Checked extends Counts {
  readonly target: string;
  /** As small as it could be made; undefined where no case is wrong. */
  readonly wrong?: WrongCase;
}

export interface Counts {
  readonly cases: number;
  readonly accepted: number;
  /** Cases refused, by the error's name. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface WrongCase {
  /** JSON. */
  readonly case: string;
  readonly error: string;
  /** Where fast-check finds the case again, for `--path`. */
  readonly path: string;
}

export interface CheckOptions {
  readonly cases: number;
  readonly seed: number;
  /** The case to begin with: its number, from 0, or the path of one that was made smaller. Default: the first. */
  readonly path?: string;
  /** A wrong case is made smaller for so long. */
  readonly shrinkMilliseconds?: number;
  /** Told of each case before it is carried out, with the counts of those before, so that one that ends the process is known. */
  readonly onCase?: (json: string, counts: Counts) => void;
}

/** A case that is hard to make smaller is shown as it is by then. */
const SHRINK_MILLISECONDS = 60_000;

/** Carries cases of one target out, up to the first that is wrong. */
export async function checkTarget(
  name: string,
  target: AnyTarget,
  surroundings: Surroundings,
  { cases, seed, path, shrinkMilliseconds = SHRINK_MILLISECONDS, onCase }: CheckOptions,
): Promise<Checked> {
  let [number, accepted] = [0, 0];
  const refused: Record<string, number> = {};
  let shrinkUntil = Infinity;
  const property = fc.asyncProperty(target.cases, async (value) => {
    // The rest of the shrinking passes at once.
    if (Date.now() >= shrinkUntil) return;
    const isFirstFind = shrinkUntil === Infinity;
    onCase?.(JSON.stringify(value), { cases: number, accepted, refused });
    if (isFirstFind) number += 1;
    try {
      const verdict = await judged(target, value, surroundings);
      if (!isFirstFind) return;
      if (verdict.accepted) accepted += 1;
      else refused[verdict.error] = (refused[verdict.error] ?? 0) + 1;
    } catch (error) {
      if (isFirstFind) shrinkUntil = Date.now() + shrinkMilliseconds;
      throw error;
    }
  });
  const details = await fc.check(property, { numRuns: cases, seed, path, includeErrorInReport: false });
  const counts = { target: name, cases: number, accepted, refused };
  if (!details.failed) return counts;
  const error = details.errorInstance;
  return {
    ...counts,
    wrong: {
      case: JSON.stringify(details.counterexample?.[0]),
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      path: details.counterexamplePath ?? '',
    },
  };
}

/** A case by itself: it ends, and leaves nothing uncaught. @throws what is wrong with it */
export async function judged(
  target: AnyTarget,
  value: unknown,
  surroundings: Surroundings,
): Promise<Verdict> {
  const verdict = await untilItHangs(
    target.judge(value as never, surroundings),
    target.seconds,
    surroundings,
  );
  const [trouble] = surroundings.takeTroubles();
  if (trouble !== undefined) throw new Wrong(trouble);
  return verdict;
}

/** A slow machine makes calls slowly; a case that hangs makes none. */
async function untilItHangs<Result>(
  work: Promise<Result>,
  seconds: number,
  surroundings: Surroundings,
): Promise<Result> {
  const timer = new AbortController();
  const hang = async (): Promise<never> => {
    for (let before = surroundings.calls; ; before = surroundings.calls) {
      await delay(seconds * 1_000, undefined, { signal: timer.signal });
      if (surroundings.calls === before)
        throw new Wrong(`it hangs: it has not ended, and made no call for ${seconds} seconds`);
    }
  };
  const hanging = hang();
  hanging.catch(() => undefined);
  try {
    return await Promise.race([work, hanging]);
  } finally {
    timer.abort();
  }
}
