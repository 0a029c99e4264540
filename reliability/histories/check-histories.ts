import fc from 'fast-check';
import { histories, type History } from './history';
import type { ProvingGround } from './proving-ground';
import { simplify } from './simplify';
import { STRATEGIES, type Strategy } from './variants';
import { WrongOutcome } from './wrong-outcome';

export interface CheckOptions {
  readonly runs: number;
  readonly seed: number;
  /** Of which sets of strategies each history takes one. Default: all strategies at once. */
  readonly strategies?: readonly (readonly Strategy[])[];
  /** Where fast-check goes on from, to see one history again. */
  readonly path?: string;
  /** How long a wrong history is made simpler, in milliseconds. */
  readonly simplifyFor: number;
  /** Told after each right one. */
  readonly onRight?: (right: number) => void;
  /** Told once there is a wrong one. */
  readonly onWrong?: () => void;
}

export interface WrongHistory {
  /** The simplest that was found to come out wrong, and how it did. */
  readonly history: History;
  readonly outcome: WrongOutcome;
  /** Where fast-check finds the one that it was made from. */
  readonly path: string;
}

export interface Checked {
  /** Histories that came out right before one did not. */
  readonly right: number;
  readonly wrong?: WrongHistory;
}

/** Carries out random histories until one comes out wrong. @throws Error where something else goes wrong than a load. */
export async function checkHistories(ground: ProvingGround, options: CheckOptions): Promise<Checked> {
  const { runs, seed, strategies = [STRATEGIES], path, simplifyFor, onRight, onWrong } = options;
  let right = 0;
  let wrong: Omit<WrongHistory, 'path'> | undefined;
  const isWrong = async (history: History): Promise<boolean> => {
    try {
      await ground.run(history);
      return false;
    } catch (error) {
      if (!(error instanceof WrongOutcome)) throw error;
      wrong = { history, outcome: error };
      return true;
    }
  };
  const property = fc.asyncProperty(histories(strategies), async (history) => {
    if (await isWrong(history)) return false;
    right += 1;
    onRight?.(right);
    return true;
  });
  const details = await fc.check(property, { numRuns: runs, seed, path, endOnFailure: true });
  if (!wrong) {
    if (details.failed) throw details.errorInstance;
    return { right };
  }
  onWrong?.();
  // Each try that is wrong too takes the place of the one before.
  await simplify(wrong.history, isWrong, Date.now() + simplifyFor);
  return { right, wrong: { ...wrong, path: details.counterexamplePath ?? '' } };
}
