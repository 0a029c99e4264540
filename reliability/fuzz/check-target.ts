import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import type { Surroundings } from './surroundings';
import { Wrong, type AnyTarget, type Verdict } from './target';

/** The outcomes of one target's cases, up to the first wrong one. */
export interface Checked extends Counts {
  readonly target: string;
  /** The wrong case, as small as possible; undefined if no case is wrong. */
  readonly wrong?: WrongCase;
}

export interface Counts {
  readonly cases: number;
  readonly accepted: number;
  /** The number of refused cases, by the error's name. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface WrongCase {
  /** As JSON. */
  readonly case: string;
  readonly error: string;
  /** The path at which fast-check finds the case again, for `--path`. */
  readonly path: string;
}

export interface CheckOptions {
  readonly cases: number;
  readonly seed: number;
  /** The first case: its number, from 0, or the path of a case that was made smaller. Default: 0. */
  readonly path?: string;
  /** The time limit for making a wrong case smaller. */
  readonly shrinkMilliseconds?: number;
  /** Called before each case with the counts of those before, so that a case that ends the process is known. */
  readonly onCase?: (json: string, counts: Counts) => void;
}

/** After this time, a case that is hard to make smaller is shown in its current form. */
const SHRINK_MILLISECONDS = 60_000;

/** Runs cases of one target, up to the first wrong one. */
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
    // After the time limit, the rest of the shrinking passes at once.
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

/** Runs a case by itself: it must end, and leave no uncaught error. @throws its defect */
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
