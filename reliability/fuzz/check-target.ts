import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import type { Surroundings } from './surroundings';
import { Wrong, type AnyTarget, type Verdict } from './target';

/** How the cases of one target ended. */
export interface TargetResult {
  readonly target: string;
  readonly cases: number;
  readonly accepted: number;
  /** Cases refused, by the error's name. */
  readonly refused: Readonly<Record<string, number>>;
  /** The first wrong case, as small as it could be made; undefined where there is none. */
  readonly wrong?: WrongCase;
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
  readonly path?: string;
  /** Told of each case before it is carried out, so that one that ends the process is known. */
  readonly onCase?: (json: string, number: number) => void;
}

/** A case that is hard to make smaller is shown as it is by then. */
const SHRINK_MILLISECONDS = 60_000;

/** Carries the cases of one target out, up to the first that is wrong. */
export async function checkTarget(
  name: string,
  target: AnyTarget,
  surroundings: Surroundings,
  { cases, seed, path, onCase }: CheckOptions,
): Promise<TargetResult> {
  let [number, accepted] = [0, 0];
  const refused: Record<string, number> = {};
  let shrinkUntil = Infinity;
  const property = fc.asyncProperty(target.cases, async (value) => {
    // What is left of the shrinking passes at once.
    if (Date.now() > shrinkUntil) return;
    const isFirstFind = shrinkUntil === Infinity;
    if (isFirstFind) number += 1;
    onCase?.(JSON.stringify(value), number);
    try {
      const verdict = await judged(target, value, surroundings);
      if (!isFirstFind) return;
      if (verdict.accepted) accepted += 1;
      else refused[verdict.error] = (refused[verdict.error] ?? 0) + 1;
    } catch (error) {
      if (isFirstFind) shrinkUntil = Date.now() + SHRINK_MILLISECONDS;
      throw error;
    }
  });
  const details = await fc.check(property, { numRuns: cases, seed, path, includeErrorInReport: false });
  const result = { target: name, cases: number, accepted, refused };
  if (!details.failed) return result;
  const error = details.errorInstance;
  return {
    ...result,
    wrong: {
      case: JSON.stringify(details.counterexample?.[0]),
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      path: details.counterexamplePath ?? '',
    },
  };
}

/** A case by itself: in its time, and with nothing left uncaught. @throws what is wrong with it. */
export async function judged(
  target: AnyTarget,
  value: unknown,
  surroundings: Surroundings,
): Promise<Verdict> {
  const verdict = await inTime(target.judge(value as never, surroundings), target.seconds);
  const [trouble] = surroundings.takeTroubles();
  if (trouble !== undefined) throw new Wrong(trouble);
  return verdict;
}

async function inTime<Result>(work: Promise<Result>, seconds: number): Promise<Result> {
  const timer = new AbortController();
  const late = delay(seconds * 1_000, undefined, { signal: timer.signal }).then(() => {
    throw new Wrong(`it hangs: no end after ${seconds} seconds`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
