import fc from 'fast-check';
import { histories, type History } from './history';
import type { ProvingGround } from './proving-ground';
import { simplify } from './simplify';
import { STRATEGIES, type Strategy } from './variants';
import { WrongOutcome } from './wrong-outcome';

export interface Draw {
  readonly seed: number;
  /** Each history uses one of these sets of strategies. Default: one set with all strategies. */
  readonly strategies?: readonly (readonly Strategy[])[];
  /** True: only good files, all in the dataset's own layout. Default: bad files too, and layouts that drift. */
  readonly plain?: boolean;
}

/** The history with this number, counted from 0. An equal seed gives an equal history. */
export function drawHistory(
  { seed, strategies = [STRATEGIES], plain = false }: Draw,
  number: number,
): History {
  const [history] = fc.sample(histories(strategies, plain), { seed, numRuns: 1, path: String(number) });
  if (!history) throw new RangeError(`There is no history ${number}`);
  return history;
}

export interface WrongHistory {
  readonly number: number;
  readonly history: History;
  readonly outcome: WrongOutcome;
}

export interface Checked {
  /** The number of right histories before the wrong one. */
  readonly right: number;
  readonly wrong?: WrongHistory;
}

/**
 * Runs histories, up to the first wrong one.
 * @param onRight called after each right one
 * @throws Error if anything other than a load goes wrong
 */
export async function checkHistories(
  ground: ProvingGround,
  numbers: Iterable<number>,
  draw: Draw,
  onRight: (right: number) => void = () => {},
): Promise<Checked> {
  let right = 0;
  for (const number of numbers) {
    const history = drawHistory(draw, number);
    const outcome = await wrongOutcomeOf(ground, history);
    if (outcome) return { right, wrong: { number, history, outcome } };
    right += 1;
    onRight(right);
  }
  return { right };
}

/** @returns the simplest wrong history that is found within a number of milliseconds */
export async function simplified(
  ground: ProvingGround,
  wrong: WrongHistory,
  milliseconds: number,
): Promise<WrongHistory> {
  let simplest = wrong;
  const isWrong = async (history: History): Promise<boolean> => {
    const outcome = await wrongOutcomeOf(ground, history);
    if (outcome) simplest = { ...wrong, history, outcome };
    return outcome !== undefined;
  };
  await simplify(wrong.history, isWrong, Date.now() + milliseconds);
  return simplest;
}

async function wrongOutcomeOf(ground: ProvingGround, history: History): Promise<WrongOutcome | undefined> {
  try {
    await ground.run(history);
    return undefined;
  } catch (error) {
    if (error instanceof WrongOutcome) return error;
    throw error;
  }
}

export const firstNumbers = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, number) => number);
