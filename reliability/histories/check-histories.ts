import fc from 'fast-check';
import { histories, type History } from './history';
import type { ProvingGround } from './proving-ground';
import { WrongOutcome } from './wrong-outcome';

export interface CheckOptions {
  readonly runs: number;
  readonly seed: number;
  /** Where fast-check goes on from, to see one wrong history again: `12:0:3`. */
  readonly path?: string;
  /** How long a wrong history is made simpler, in milliseconds. */
  readonly shrinkFor: number;
  /** Told after each right one. */
  readonly onRight?: (right: number) => void;
  /** Told of the first wrong one, before it is made simpler. */
  readonly onWrong?: (wrong: WrongHistory) => void;
}

export interface WrongHistory {
  readonly history: History;
  readonly outcome: WrongOutcome;
}

export interface Checked {
  /** Histories that came out right before one did not. */
  readonly right: number;
  /** The simplest one that was found to come out wrong, and the path to it. */
  readonly wrong?: WrongHistory & { readonly path: string };
}

/** Carries out random histories until one comes out wrong. @throws Error where something else goes wrong than a load. */
export async function checkHistories(ground: ProvingGround, options: CheckOptions): Promise<Checked> {
  const { runs, seed, path, shrinkFor, onRight, onWrong } = options;
  let right = 0;
  let wrong: WrongHistory | undefined;
  let broken: Error | undefined;
  let shrinkUntil = Infinity;
  const property = fc.asyncProperty(histories, async (history) => {
    // Past its time a simpler history is not tried any more, and so the simplest so far stands.
    if (broken !== undefined || Date.now() > shrinkUntil) return;
    try {
      await ground.run(history);
    } catch (error) {
      if (!(error instanceof WrongOutcome)) {
        broken = error as Error;
        throw broken;
      }
      if (!wrong) {
        shrinkUntil = Date.now() + shrinkFor;
        onWrong?.({ history, outcome: error });
      }
      wrong = { history, outcome: error };
      throw error;
    }
    if (wrong) return;
    right += 1;
    onRight?.(right);
  });
  const details = await fc.check(property, { numRuns: runs, seed, path, endOnFailure: false });
  if (broken !== undefined) throw broken;
  return { right, ...(wrong ? { wrong: { ...wrong, path: details.counterexamplePath ?? '' } } : {}) };
}
