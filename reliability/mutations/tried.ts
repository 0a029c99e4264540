import type { Mutation } from './mutation';

/** How the search for a mistake ended. */
export interface Tried {
  readonly mutation: Mutation;
  readonly ending: 'caught' | 'survived' | 'not carried out';
  /** What found it, or why it was not carried out. */
  readonly text: string;
}

/** The same tests or histories without a mistake. */
export interface Unmutated {
  readonly right: number;
  readonly total: number;
  /** What is wrong although there is no mistake. */
  readonly wrong: readonly string[];
  readonly notCarriedOut: readonly string[];
}

export interface Search {
  readonly tried: readonly Tried[];
  readonly unmutated: Unmutated;
}
